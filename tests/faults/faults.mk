# A library kernel whose allocations fail, for tests/faults/run: the same sources with KERNEL_FAULT_INJECTION.
#
#   make fault-tests     builds $(KERNEL_FAULTS); tests/faults/run runs programs on it

KERNEL_FAULTS := $(B)/tests/kernel-faults.elf
KERNEL_FAULTS_OBJS := $(patsubst %,$(B)/kernel-faults/%.o,$(basename $(KERNEL_SOURCES)))

$(B)/kernel-faults/%.o: %.c Makefile kernel/kernel.mk tests/faults/faults.mk
	@mkdir -p $(@D)
	$(CC) $(KERNEL_CFLAGS) -DKERNEL_FAULT_INJECTION -c $< -o $@
$(B)/kernel-faults/%.o: %.S Makefile kernel/kernel.mk
	@mkdir -p $(@D)
	$(CC) $(KERNEL_CFLAGS) -c $< -o $@
$(KERNEL_FAULTS): $(KERNEL_FAULTS_OBJS) kernel/kernel.lds
	@mkdir -p $(@D)
	$(CC) $(KERNEL_LDFLAGS) $(KERNEL_FAULTS_OBJS) -o $@

.PHONY: fault-tests
fault-tests: $(KERNEL_FAULTS) $(TEND_LINUX) $(PROGRAMS)
