# make headers: each header compiled alone, with the flags of its folder. It must not need another one to have been
# included before it.

HEADERS := $(foreach folder,abi freestanding tender solo5 image cli kernel,$(wildcard $(folder)/*.h $(folder)/*/*.h)) \
	$(wildcard $(foreach folder,abi tender solo5 kernel,$(folder)/arch/$(ARCH)/*.h) kernel/arch/host/*.h \
	tender/hvt/*/*.h tender/hvt/arch/$(ARCH)/*.h solo5/arch/$(ARCH)/hvt/*.h)
HEADER_COMPILE = mkdir -p $(@D) && echo '\#include "$<"' | $(CC) $(1) -x c -c - -o $@

.PHONY: headers
headers: $(patsubst %,$(B)/headers/%.o,$(HEADERS))

$(B)/headers/%.h.o: %.h $(B)/gen/errno_names.inc Makefile tools/headers.mk
	$(call HEADER_COMPILE,$(TENDER_CFLAGS))
$(B)/headers/solo5/%.h.o: solo5/%.h Makefile tools/headers.mk
	$(call HEADER_COMPILE,$(GUEST_CFLAGS))
$(B)/headers/image/%.h.o: image/%.h Makefile tools/headers.mk
	$(call HEADER_COMPILE,$(CLI_CFLAGS))
$(B)/headers/cli/%.h.o: cli/%.h Makefile tools/headers.mk
	$(call HEADER_COMPILE,$(CLI_CFLAGS))
$(B)/headers/kernel/%.h.o: kernel/%.h Makefile kernel/kernel.mk tools/headers.mk
	$(call HEADER_COMPILE,$(KERNEL_CFLAGS))
$(B)/headers/kernel/net/%.h.o: KERNEL_CFLAGS += $(LWIP_INCLUDES)
$(patsubst %,$(B)/headers/%.o,$(wildcard kernel/net/*.h)): | $(LWIP_FETCHED)
$(B)/headers/kernel/arch/host/%.h.o: kernel/arch/host/%.h Makefile tests/kernel/kernel.mk tools/headers.mk
	$(call HEADER_COMPILE,$(KERNEL_TEST_CFLAGS))
