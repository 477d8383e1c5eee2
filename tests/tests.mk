# Unit and policy tests, and fuzzers. Each is one program per file; the rest of its folder is linked to all of them.
#
#   make unit    builds $(B)/tests/unit/* under ASan and UBSan, runs them and prints one TAP stream
#   make races   the same under ThreadSanitizer, for those that have threads
#   make fuzz    builds build/fuzz/*; tests/fuzz/run [SECONDS] runs them

# Overridden for other sanitizers (make races).
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
# The parts of the product that are tested here, compiled for the machine that builds. No freestanding/string.c: its
# functions are libc's.
TESTED := $(sort $(TENDER_PURE) $(IMAGE) $(wildcard tender/*.c tender/devices/*.c) tender/spt/options.c \
	$(patsubst %,tender/hvt/%.c,memory frame hypercall ring pages debug/gdb debug/command debug/hex) \
	$(patsubst %,tender/linux/%.c,address cgroup_place core kernel_plan layout mount_option network_options options say tap_filter) \
	$(patsubst %,tender/slirp/%.c,arguments guard refuse sandbox))
TEST_CFLAGS := $(COMMON) -Itender/arch/$(HOST_ARCH) $(SANITIZE)

UNIT_SOURCES := $(wildcard tests/unit/*.c tests/policy/*.c)
UNIT_PROGRAMS := $(filter tests/unit/test_% tests/policy/test_%,$(UNIT_SOURCES))
UNIT_SHARED := $(filter-out $(UNIT_PROGRAMS),$(UNIT_SOURCES))
UNIT_BINARIES := $(patsubst %,$(B)/tests/unit/%,$(subst /test_,_,$(subst tests/,,$(basename $(UNIT_PROGRAMS)))))

$(B)/tests/objects/%.o: %.c $(B)/gen/errno_names.inc
	@mkdir -p $(@D)
	$(CC) $(TEST_CFLAGS) -c $< -o $@
$(B)/tests/objects/shared.a: $(patsubst %.c,$(B)/tests/objects/%.o,$(TESTED) $(UNIT_SHARED))
	rm -f $@
	ar rcs $@ $^
UNIT_LINK = mkdir -p $(@D) && $(CC) $(SANITIZE) $^ -lcmocka $(IMAGE_LIBS) -o $@
$(B)/tests/unit/unit_%: $(B)/tests/objects/tests/unit/test_%.o $(B)/tests/objects/shared.a
	$(UNIT_LINK)
$(B)/tests/unit/policy_%: $(B)/tests/objects/tests/policy/test_%.o $(B)/tests/objects/shared.a
	$(UNIT_LINK)

ifeq ($(ARCH),x86_64)
include tests/kernel/kernel.mk
include tests/faults/faults.mk
endif

ifeq ($(ARCH),$(HOST_ARCH))
unit: $(UNIT_BINARIES)
	tests/unit/run $^
else
unit fuzz: ; $(error make $@: these run on the machine that builds, leave out ARCH=$(ARCH))
endif

# libFuzzer is clang's, whatever compiles the rest.
FUZZ_CC ?= clang
FUZZ := build/fuzz
FUZZ_CFLAGS := $(TEST_CFLAGS) -fsanitize=fuzzer-no-link
FUZZ_PROGRAMS := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_SHARED := $(TESTED) tests/fuzz/fuzz.c cli/debug/image_index.c $(filter tests/policy/%,$(UNIT_SHARED))

$(FUZZ)/objects/%.o: %.c $(B)/gen/errno_names.inc
	@mkdir -p $(@D)
	$(FUZZ_CC) $(FUZZ_CFLAGS) -c $< -o $@
$(FUZZ)/objects/shared.a: $(patsubst %.c,$(FUZZ)/objects/%.o,$(FUZZ_SHARED))
	rm -f $@
	ar rcs $@ $^
$(FUZZ)/%: $(FUZZ)/objects/tests/fuzz/fuzz_%.o $(FUZZ)/objects/shared.a
	$(FUZZ_CC) $(SANITIZE) -fsanitize=fuzzer $^ $(IMAGE_LIBS) -o $@
# Makes seeds out of the test unikernels.
$(FUZZ)/seeds: $(FUZZ)/objects/tests/fuzz/seeds.o $(FUZZ)/objects/shared.a
	$(FUZZ_CC) $(SANITIZE) $^ -o $@

ifeq ($(ARCH),$(HOST_ARCH))
fuzz: $(patsubst tests/fuzz/fuzz_%.c,$(FUZZ)/%,$(FUZZ_PROGRAMS)) $(FUZZ)/seeds
endif

ifeq ($(ARCH),x86_64)
include tests/fuzz/kernel.mk
endif

-include $(shell find $(FUZZ) -name '*.d' 2>/dev/null)
