# Fuzzers of the library kernel's code, which runs in an ordinary program as in its unit tests (tests/kernel/kernel.mk):
# tests/fuzz/fuzz_kernel_*.c.

FUZZ_KERNEL_CFLAGS := $(KERNEL_TEST_CFLAGS) -fsanitize=fuzzer-no-link
FUZZ_KERNEL_OBJECT = $(patsubst %.c,$(FUZZ)/objects/kernel-host/%.o,$(1))
FUZZ_KERNEL_ARCHIVES := $(FUZZ)/objects/kernel.a $(FUZZ)/objects/fakes.a

$(FUZZ)/objects/kernel-host/kernel/net/%.o: FUZZ_KERNEL_CFLAGS += $(LWIP_INCLUDES)
$(patsubst %.c,$(FUZZ)/objects/kernel-host/%.o,$(wildcard kernel/net/*.c)): | $(LWIP_FETCHED)
$(FUZZ)/objects/lwip-host/%.o: $(LWIP_FETCHED) tests/fuzz/kernel.mk
	@mkdir -p $(@D)
	$(FUZZ_CC) $(LWIP_TEST_CFLAGS) -fsanitize=fuzzer-no-link -c $(LWIP)/$*.c -o $@
$(FUZZ)/objects/kernel-host/%.o: %.c $(B)/gen/errno_names.inc tests/fuzz/kernel.mk
	@mkdir -p $(@D)
	$(FUZZ_CC) $(FUZZ_KERNEL_CFLAGS) $(if $(filter tests/%,$<),,-Ikernel/lib/include) -c $< -o $@
$(FUZZ)/objects/kernel.a: $(call FUZZ_KERNEL_OBJECT,$(KERNEL_TESTED)) \
	$(patsubst %,$(FUZZ)/objects/lwip-host/%.o,$(LWIP_SOURCES))
	rm -f $@
	ar rcs $@ $^
	objcopy --weaken-symbol=mm_file_changed $@
$(FUZZ)/objects/fakes.a: $(call FUZZ_KERNEL_OBJECT,$(KERNEL_FAKES))
	rm -f $@
	ar rcs $@ $^
$(FUZZ)/objects/absent.o: $(B)/tests/objects/absent.c
	@mkdir -p $(@D)
	$(FUZZ_CC) $(FUZZ_KERNEL_CFLAGS) -c $< -o $@
$(FUZZ)/kernel_%: $(FUZZ)/objects/kernel-host/tests/fuzz/fuzz_kernel_%.o \
		$(FUZZ)/objects/kernel-host/tests/kernel/fake_arena.o $(FUZZ)/objects/absent.o $(FUZZ_KERNEL_ARCHIVES)
	$(FUZZ_CC) $(SANITIZE) -fsanitize=fuzzer $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group \
		-pthread -o $@
