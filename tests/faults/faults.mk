# A library kernel whose allocations fail, for tests/faults/run: the same sources with KERNEL_FAULT_INJECTION.
#
#   make fault-tests     builds $(KERNEL_FAULTS); tests/faults/run runs programs on it

KERNEL_FAULTS := $(B)/tests/kernel-faults.elf
KERNEL_FAULTS_OBJS := $(patsubst %,$(B)/kernel-faults/%.o,$(basename $(KERNEL_SOURCES)))

$(B)/kernel-faults/kernel/net/%.o: KERNEL_CFLAGS += $(LWIP_INCLUDES)
$(B)/kernel-faults/%.o: %.c Makefile kernel/kernel.mk tests/faults/faults.mk
	@mkdir -p $(@D)
	$(CC) $(KERNEL_CFLAGS) -DKERNEL_FAULT_INJECTION -c $< -o $@
$(B)/kernel-faults/%.o: %.S Makefile kernel/kernel.mk
	@mkdir -p $(@D)
	$(CC) $(KERNEL_CFLAGS) -c $< -o $@
$(patsubst %.c,$(B)/kernel-faults/%.o,$(wildcard kernel/net/*.c)): | $(LWIP_FETCHED)
$(KERNEL_FAULTS): $(KERNEL_FAULTS_OBJS) $(LWIP_OBJS) kernel/kernel.lds
	@mkdir -p $(@D)
	$(CC) $(KERNEL_LDFLAGS) $(KERNEL_FAULTS_OBJS) $(LWIP_OBJS) -o $@

.PHONY: fault-tests
fault-tests: $(KERNEL_FAULTS) $(TEND_LINUX) $(PROGRAMS)
