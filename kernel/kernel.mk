# The library kernel: a freestanding static-PIE in the layout of kernel/kernel.lds. x86-64 only.

KERNEL := $(B)/lib/tend/kernel.elf
KERNEL_ARCH := kernel/arch/x86_64
KERNEL_SOURCES := $(filter-out kernel/arch/%,$(wildcard kernel/*.c kernel/*/*.c)) \
	$(wildcard $(KERNEL_ARCH)/*.c $(KERNEL_ARCH)/*.S) \
	freestanding/format.c freestanding/string.c freestanding/vdso.c \
	$(wildcard freestanding/erofs/*.c freestanding/image/*.c)
KERNEL_OBJS := $(patsubst %,$(B)/kernel/%.o,$(basename $(KERNEL_SOURCES)))

# Fetched and patched by tools/third-party.
LWIP := $(THIRD_PARTY)/lwip/src
LWIP_SOURCES := $(addprefix core/,def inet_chksum init ip mem memp netif pbuf raw stats tcp \
	tcp_in tcp_out udp \
	$(addprefix ipv4/,dhcp etharp icmp igmp ip4 ip4_addr ip4_frag) \
	$(addprefix ipv6/,ethip6 icmp6 inet6 ip6 ip6_addr ip6_frag mld6 nd6)) netif/ethernet
LWIP_OBJS := $(patsubst %,$(B)/lwip/%.o,$(LWIP_SOURCES))
LWIP_FETCHED := $(THIRD_PARTY)/lwip.fetched

# Vector registers are the application's.
KERNEL_CFLAGS := $(COMMON) -I$(KERNEL_ARCH) -Ikernel/lib/include -ffreestanding -fpie -fvisibility=hidden \
	-fno-stack-protector -fno-asynchronous-unwind-tables -mgeneral-regs-only -mpopcnt -fno-builtin -fcf-protection=none \
	$(if $(is_clang),-fdirect-access-external-data,-fno-tree-loop-distribute-patterns)
# Headers of lwIP: for kernel/net and for itself. Its style of code is its own.
LWIP_INCLUDES := -isystem $(LWIP)/include -Ikernel/net/lwip
LWIP_CFLAGS := $(filter-out $(WARNINGS),$(KERNEL_CFLAGS)) -w $(LWIP_INCLUDES)
$(B)/kernel/kernel/net/%.o: KERNEL_CFLAGS += $(LWIP_INCLUDES)
KERNEL_LDFLAGS := -nostdlib -static-pie -Wl,--no-dynamic-linker,--build-id=none,-z,max-page-size=0x1000,-z,norelro \
	-Wl,--no-undefined,-T,kernel/kernel.lds

$(B)/kernel/%.o: %.c Makefile kernel/kernel.mk
	@mkdir -p $(@D)
	$(CC) $(KERNEL_CFLAGS) -c $< -o $@
$(B)/kernel/%.o: %.S Makefile kernel/kernel.mk
	@mkdir -p $(@D)
	$(CC) $(KERNEL_CFLAGS) -c $< -o $@
$(LWIP_FETCHED): $(wildcard kernel/net/lwip/patches/*.patch)
$(patsubst %.c,$(B)/kernel/%.o,$(wildcard kernel/net/*.c)): | $(LWIP_FETCHED)
$(B)/lwip/%.o: $(LWIP_FETCHED) Makefile kernel/kernel.mk
	@mkdir -p $(@D)
	$(CC) $(LWIP_CFLAGS) -c $(LWIP)/$*.c -o $@
$(KERNEL): $(KERNEL_OBJS) $(LWIP_OBJS) kernel/kernel.lds
	@mkdir -p $(@D)
	$(CC) $(KERNEL_LDFLAGS) $(KERNEL_OBJS) $(LWIP_OBJS) -o $@
