# The tender for Linux programs, tend-linux: x86-64 only. TEND_LINUX is empty elsewhere.

TENDER_LINUX := $(TENDER_PURE) $(patsubst %,freestanding/%.c,image/image memory string) tender/option.c \
	$(patsubst %,tender/devices/%.c,interface tap) \
	$(wildcard tender/host/*.c tender/linux/*.c) \
	tender/arch/x86_64/start.S $(wildcard tender/arch/x86_64/spawn/*.S tender/arch/x86_64/linux/*.S)
TENDER_LINUX_OBJS := $(patsubst %,$(B)/tender/%.o,$(basename $(TENDER_LINUX)))

# The names of system calls by number.
$(B)/gen/syscall_names.inc: kernel/syscall/syscall.def
	@mkdir -p $(@D)
	sed -nE 's/^[A-Z]+\(([0-9]+), ([a-z0-9_]+), .*/[\1] = "\2",/p' $< > $@
$(B)/tender/tender/linux/statistics.o: $(B)/gen/syscall_names.inc

ifeq ($(ARCH),x86_64)
TEND_LINUX := $(B)/bin/tend-linux
$(TEND_LINUX): $(TENDER_LINUX_OBJS) tender/tender.lds
	@mkdir -p $(@D)
	$(CC) $(TENDER_LDFLAGS) $(filter %.o,$^) -o $@
endif

include tests/kernel-stub/stub.mk
