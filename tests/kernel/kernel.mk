# Unit tests of the library kernel, part of `make unit`: its code runs inside ordinary programs, under ASan and UBSan.
#
# kernel.a is the whole kernel but for what fakes.a has instead: the CPU, the host calls, application memory. Both are
# archives: each test gets what it uses.

KERNEL_REPLACED := kernel/main.c kernel/lib/bug.c kernel/lib/string.c kernel/mm/user.c kernel/host/calls.c \
	kernel/host/clock.c $(wildcard kernel/boot/*.c)
KERNEL_TESTED := $(filter-out kernel/arch/% $(KERNEL_REPLACED) freestanding/string.c,$(filter %.c,$(KERNEL_SOURCES))) \
	$(KERNEL_ARCH)/length.c $(KERNEL_ARCH)/site.c
KERNEL_TESTS := $(wildcard tests/kernel/test_*.c)
KERNEL_FAKES := $(filter-out $(KERNEL_TESTS),$(wildcard tests/kernel/*.c))
UNIT_BINARIES += $(patsubst tests/kernel/test_%.c,$(B)/tests/unit/kernel_%,$(KERNEL_TESTS))

# Freestanding, as some headers are different where there is a C library.
KERNEL_TEST_CFLAGS := $(COMMON) -Ikernel/arch/host -I$(KERNEL_ARCH) -ffreestanding -DKERNEL_FAULT_INJECTION $(SANITIZE)

# lwIP with the same checks. It reads headers where they lie, which need not be at even addresses.
LWIP_TEST_CFLAGS := $(filter-out $(WARNINGS),$(KERNEL_TEST_CFLAGS)) -fno-sanitize=alignment -w -Ikernel/lib/include \
	$(LWIP_INCLUDES)

$(B)/tests/objects/kernel-host/kernel/net/%.o: KERNEL_TEST_CFLAGS += $(LWIP_INCLUDES)
$(patsubst %.c,$(B)/tests/objects/kernel-host/%.o,$(wildcard kernel/net/*.c)): | $(LWIP_FETCHED)
$(B)/tests/objects/lwip-host/%.o: $(LWIP_FETCHED) Makefile tests/kernel/kernel.mk
	@mkdir -p $(@D)
	$(CC) $(LWIP_TEST_CFLAGS) -c $(LWIP)/$*.c -o $@
$(B)/tests/objects/kernel-host/%.o: %.c $(B)/gen/errno_names.inc Makefile tests/kernel/kernel.mk
	@mkdir -p $(@D)
	$(CC) $(KERNEL_TEST_CFLAGS) $(if $(filter tests/%,$<),,-Ikernel/lib/include) -c $< -o $@
# The trees of tests (trees.c) have an mm_file_changed that says what mm was told. They come behind, so that only who
# uses them has it.
$(B)/tests/objects/kernel.a: $(patsubst %.c,$(B)/tests/objects/kernel-host/%.o,$(KERNEL_TESTED)) \
		$(patsubst %,$(B)/tests/objects/lwip-host/%.o,$(LWIP_SOURCES))
	rm -f $@
	ar rcs $@ $^
	objcopy --weaken-symbol=mm_file_changed $@
$(B)/tests/objects/fakes.a: $(patsubst %.c,$(B)/tests/objects/kernel-host/%.o,$(KERNEL_FAKES))
	rm -f $@
	ar rcs $@ $^
# What nobody has fails when it is called.
KERNEL_ARCHIVES := $(B)/tests/objects/kernel.a $(B)/tests/objects/fakes.a
$(B)/tests/objects/absent.c: $(KERNEL_ARCHIVES)
	{ echo '#include "tests/kernel/absent.h"'; nm $^ | awk '$$1 == "U" { wanted[$$2] } $$3 { there[$$3] } \
		END { for (name in wanted) if (name ~ /^(arch|host)_/ && !(name in there)) print "ABSENT(" name ")" }'; } > $@
$(B)/tests/objects/absent.o: $(B)/tests/objects/absent.c tests/kernel/absent.h
	$(CC) $(KERNEL_TEST_CFLAGS) -c $< -o $@
# Tests with threads, under ThreadSanitizer, which does not know fences and does not like its address space shuffled.
RACES := $(patsubst %,$(B)/tests/unit/kernel_%,epoll heap inotify locks pipe races wait)
.PHONY: races races-run
races:
	$(MAKE) VARIANT=$(VARIANT)-thread SANITIZE='-fsanitize=thread -Wno-tsan' races-run
races-run: $(RACES)
	TSAN_OPTIONS=history_size=7:suppressions=$(CURDIR)/tests/kernel/races.supp \
		$(shell setarch -R true 2>/dev/null && echo setarch -R) tests/unit/run $^

# Instruction lengths are compared with the decoder of the image builder.
$(B)/tests/unit/kernel_site: $(B)/tests/objects/shared.a
# The arena sets itself up: nothing need ask for it.
$(B)/tests/unit/kernel_%: $(B)/tests/objects/kernel-host/tests/kernel/test_%.o \
		$(B)/tests/objects/kernel-host/tests/kernel/fake_arena.o $(B)/tests/objects/absent.o $(KERNEL_ARCHIVES)
	@mkdir -p $(@D)
	$(CC) $(SANITIZE) $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group -lcmocka -pthread -o $@
