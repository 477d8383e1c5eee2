# Image files: reader, patcher, builder. Linked into `tend` and into tests. Zydis is loaded at run time, nothing is
# linked.
IMAGE := $(wildcard image/*.c image/patch/*.c freestanding/erofs/*.c freestanding/image/*.c)
