# The library kernel: a freestanding static-PIE in the layout of kernel/kernel.lds. x86-64 only.

KERNEL := $(B)/lib/tend/kernel.elf
KERNEL_ARCH := kernel/arch/x86_64
KERNEL_SOURCES := $(filter-out kernel/arch/%,$(wildcard kernel/*.c kernel/*/*.c)) \
	$(wildcard $(KERNEL_ARCH)/*.c $(KERNEL_ARCH)/*.S) \
	freestanding/format.c freestanding/string.c freestanding/vdso.c \
	$(wildcard freestanding/erofs/*.c freestanding/image/*.c)
KERNEL_OBJS := $(patsubst %,$(B)/kernel/%.o,$(basename $(KERNEL_SOURCES)))

# Vector registers are the application's.
KERNEL_CFLAGS := $(COMMON) -I$(KERNEL_ARCH) -Ikernel/lib/include -ffreestanding -fpie -fvisibility=hidden \
	-fno-stack-protector -fno-asynchronous-unwind-tables -mgeneral-regs-only -mpopcnt -fno-builtin -fcf-protection=none \
	$(if $(is_clang),-fdirect-access-external-data,-fno-tree-loop-distribute-patterns)
KERNEL_LDFLAGS := -nostdlib -static-pie -Wl,--no-dynamic-linker,--build-id=none,-z,max-page-size=0x1000,-z,norelro \
	-Wl,--no-undefined,-T,kernel/kernel.lds

$(B)/kernel/%.o: %.c Makefile kernel/kernel.mk
	@mkdir -p $(@D)
	$(CC) $(KERNEL_CFLAGS) -c $< -o $@
$(B)/kernel/%.o: %.S Makefile kernel/kernel.mk
	@mkdir -p $(@D)
	$(CC) $(KERNEL_CFLAGS) -c $< -o $@
$(KERNEL): $(KERNEL_OBJS) kernel/kernel.lds
	@mkdir -p $(@D)
	$(CC) $(KERNEL_LDFLAGS) $(KERNEL_OBJS) -o $@
