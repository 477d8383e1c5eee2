# Image files: reader, patcher, builder. Linked into `tend-build` and into tests; `tend` has all but IMAGE_BUILDER.
# Zydis is loaded at run time, nothing is linked.
IMAGE := $(wildcard image/*.c image/patch/*.c freestanding/erofs/*.c freestanding/image/*.c)
IMAGE_BUILDER := image/build.c image/executables.c image/mkfs.c image/output.c $(wildcard image/patch/*.c)
