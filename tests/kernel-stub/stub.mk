# The stub kernel, built as the library kernel is: freestanding, position-independent, no relocation left.

STUB_KERNEL := $(B)/tests/kernel-stub.elf
STUB_CFLAGS := $(COMMON) $(filter-out -fno-pic,$(FREESTANDING)) -fpie -fvisibility=hidden
STUB_OBJS := $(patsubst tests/kernel-stub/%,$(B)/tests/kernel-stub/%.o,$(basename $(wildcard tests/kernel-stub/*.[cS])))

$(B)/tests/kernel-stub/%.o: tests/kernel-stub/%.c Makefile
	@mkdir -p $(@D)
	$(CC) $(STUB_CFLAGS) -c $< -o $@
$(B)/tests/kernel-stub/%.o: tests/kernel-stub/%.S Makefile
	@mkdir -p $(@D)
	$(CC) $(STUB_CFLAGS) -c $< -o $@
$(STUB_KERNEL): $(STUB_OBJS) tests/kernel-stub/stub.lds
	@mkdir -p $(@D)
	$(CC) -nostdlib -static-pie -Wl,--build-id=none,-z,max-page-size=0x1000,-z,norelro,-T,tests/kernel-stub/stub.lds \
		$(filter %.o,$^) -o $@
