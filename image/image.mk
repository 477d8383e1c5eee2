# Image files: reader, patcher, builder. Linked into `tend-build` and into tests; `tend` has all but IMAGE_BUILDER.
# Zydis is loaded at run time; the builder needs IMAGE_LIBS.
IMAGE := $(wildcard image/*.c image/patch/*.c freestanding/erofs/*.c freestanding/image/*.c)
IMAGE_READER := $(patsubst %,image/%.c,accounts cache config config_file executable file fingerprint json output \
	store store_list user)
IMAGE_BUILDER := $(filter-out $(IMAGE_READER) freestanding/%,$(IMAGE))
IMAGE_LIBS := -larchive -lnettle -ljansson
