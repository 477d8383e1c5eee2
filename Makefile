# One Makefile for everything. Outputs go to build/$(VARIANT)/ and nowhere else.
#
#   make                   the product: build/release/{bin,lib,include,guests}
#   make unit              unit tests under ASan and UBSan       make fuzz      fuzzers
#   make races             tests with threads under ThreadSanitizer
#   make VARIANT=clang CC=clang ...                              the same with another compiler
#   make ARCH=aarch64      tender, bindings and test unikernels cross-compiled
#   make install DESTDIR=... PREFIX=/usr/local

MAKEFLAGS += --no-builtin-rules

VARIANT ?= release
ARCH ?= $(shell uname -m)
HOST_ARCH := $(shell uname -m)
B := build/$(VARIANT)$(if $(filter $(HOST_ARCH),$(ARCH)),,-$(ARCH))
VERSION := $(shell cat VERSION)
PREFIX ?= /usr/local

HOSTCC ?= cc
# make V=1 shows the commands
ifndef V
.SILENT:
endif
ifneq ($(ARCH),$(HOST_ARCH))
CC := $(ARCH)-linux-gnu-gcc
BINUTILS := $(ARCH)-linux-gnu-
endif

# Compilers differ in what they know of: clang 14 lacks some of gcc's flags.
is_clang := $(shell $(CC) --version | grep -q clang && echo yes)

WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wpointer-arith \
	-Wcast-qual -Wwrite-strings -Wundef -Wformat=2 -Wno-format-nonliteral
COMMON := -std=gnu11 -O2 -g $(WARNINGS) -MMD -MP -I. -I$(B)/gen -Iabi/arch/$(ARCH) -DTEND_VERSION='"$(VERSION)"'

# Code without a C library. The tender does not touch vector registers: the guest starts with clean ones.
FREESTANDING := -ffreestanding -fno-pic -fno-stack-protector -fno-asynchronous-unwind-tables -mgeneral-regs-only \
	$(if $(is_clang),,-fno-tree-loop-distribute-patterns) -fno-builtin
# Position-independent code, linked at a fixed high address: nothing to relocate at start.
# No GOT: its entries would be initialised variables. gcc has none with -fpie on x86-64.
TENDER_CFLAGS := $(COMMON) $(filter-out -fno-pic,$(FREESTANDING)) -fpie -fvisibility=hidden -Itender/arch/$(ARCH) \
	$(if $(is_clang),-fdirect-access-external-data)
TENDER_LDFLAGS := -nostdlib -static $(if $(is_clang),,-no-pie) \
	-Wl,--build-id=none,-z,max-page-size=0x1000,-z,norelro,-T,tender/tender.lds
ifeq ($(ARCH),aarch64)
# Fixed-address code is relative to its own place there anyhow; gcc has a GOT with -fpie.
TENDER_CFLAGS += -mno-outline-atomics -fno-pie
endif

.PHONY: all product guests tests unit fuzz install uninstall clean
all: product guests
.SECONDARY:
.DELETE_ON_ERROR:

# --- generated -----------------------------------------------------------------------------------------------------

$(B)/gen/errno_names: tools/errno_names.c
	@mkdir -p $(@D)
	$(HOSTCC) -O1 -Wall -Wextra -Werror $< -o $@
$(B)/gen/errno_names.inc: $(B)/gen/errno_names
	$< > $@

# --- the tender ----------------------------------------------------------------------------------------------------

# Pure parts, which command line tools and tests use too.
TENDER_PURE := tender/error.c $(wildcard tender/elf/*.c tender/manifest/*.c tender/policy/*.c) freestanding/format.c
TENDER_SOLO5 := $(TENDER_PURE) freestanding/memory.c freestanding/string.c tender/option.c tender/options.c \
	$(wildcard tender/devices/*.c tender/host/*.c tender/solo5/*.c) tender/arch/$(ARCH)/start.S
TENDER_SPT := $(TENDER_SOLO5) $(filter-out tender/spt/defence.c,$(wildcard tender/spt/*.c)) tender/arch/$(ARCH)/tail.S
TENDER_SPT_OBJS := $(patsubst %,$(B)/tender/%.o,$(basename $(TENDER_SPT)))
DEFENCES := PROTECT GUARD UNMAP CLOSE PRIVILEGES FILTER

$(B)/tender/%.o: %.c $(B)/gen/errno_names.inc Makefile
	@mkdir -p $(@D)
	$(CC) $(TENDER_CFLAGS) -c $< -o $@
$(B)/tender/%.o: %.S Makefile
	@mkdir -p $(@D)
	$(CC) $(TENDER_CFLAGS) -c $< -o $@
$(B)/bin/solo5-spt: $(TENDER_SPT_OBJS) $(B)/tender/tender/spt/defence.o tender/tender.lds
	@mkdir -p $(@D)
	$(CC) $(TENDER_LDFLAGS) $(filter %.o,$^) -o $@

# The same for unikernels in a virtual machine. With the debugger, without the sandbox: solo5-hvt-debug.
TENDER_HVT := $(TENDER_SOLO5) $(wildcard tender/hvt/*.c tender/hvt/arch/$(ARCH)/*.c) tender/arch/$(ARCH)/spawn/spawn.S
TENDER_HVT_OBJS := $(patsubst %,$(B)/tender/%.o,$(basename $(TENDER_HVT)))
tender_hvt_objects = $(TENDER_HVT_OBJS) $(patsubst %.c,$(B)/tender/%.o,$(wildcard $(1)))

$(B)/bin/solo5-hvt: $(call tender_hvt_objects,tender/hvt/plain/*.c) tender/tender.lds
	@mkdir -p $(@D)
	$(CC) $(TENDER_LDFLAGS) $(filter %.o,$^) -o $@
$(B)/bin/solo5-hvt-debug: $(call tender_hvt_objects,tender/hvt/debug/*.c tender/hvt/debug/arch/$(ARCH)/*.c) \
		tender/tender.lds
	@mkdir -p $(@D)
	$(CC) $(TENDER_LDFLAGS) $(filter %.o,$^) -o $@

# Test tenders, each without one defence.
$(B)/tender/without-%.o: tender/spt/defence.c tender/spt/defence.h
	@mkdir -p $(@D)
	$(CC) $(TENDER_CFLAGS) -DSPT_DEFENCES_LEFT_OUT=SPT_DEFENCE_$* -c $< -o $@
$(B)/tests/solo5-spt-without-%: $(TENDER_SPT_OBJS) $(B)/tender/without-%.o
	@mkdir -p $(@D)
	$(CC) $(TENDER_LDFLAGS) $^ -o $@

# --- guest bindings ------------------------------------------------------------------------------------------------

# What every object of a unikernel is compiled with; tools/tend-cc has the same for programs.
GUEST_CFLAGS := $(COMMON) -ffunction-sections -fdata-sections -ffreestanding -fno-pic -fno-pie \
	-fstack-protector-strong -fno-asynchronous-unwind-tables \
	-mgeneral-regs-only -fno-builtin -Isolo5 -Isolo5/include -Isolo5/arch/$(ARCH) -Isolo5/arch/$(ARCH)/hvt -Iabi \
	$(if $(filter x86_64,$(ARCH)),-mno-red-zone) -mstack-protector-guard=global
# The targets, and what each of them has beside what is common.
TARGETS := spt hvt
BINDINGS := $(wildcard solo5/*.c) freestanding/format.c
BINDINGS_spt := $(wildcard solo5/spt/*.c) freestanding/vdso.c
BINDINGS_hvt := $(wildcard solo5/hvt/*.c solo5/arch/$(ARCH)/hvt/*.c solo5/arch/$(ARCH)/hvt/*.S)
bindings_objects = $(patsubst %,$(B)/guest/%.o,$(basename $(BINDINGS) $(BINDINGS_$(1))))
SUPPORT_OBJS := $(B)/guest/freestanding/memory.o $(B)/guest/freestanding/string.o \
	$(patsubst %.c,$(B)/guest/%.o,$(wildcard solo5/support/*.c))
GUEST_LIB := $(B)/lib/solo5
GUEST_INCLUDES := $(patsubst %,$(B)/include/solo5/%,solo5.h elf_abi.h mft_abi.h manifest.h solo5_elf.h boot.h)
GUEST_LIBS := $(patsubst %,$(GUEST_LIB)/$(ARCH)/solo5_%.o,$(TARGETS)) $(GUEST_LIB)/$(ARCH)/libsolo5_support.a \
	$(patsubst %,$(GUEST_LIB)/solo5_%.lds,$(TARGETS))

$(B)/guest/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(GUEST_CFLAGS) -c $< -o $@
$(B)/guest/%.o: %.S Makefile
	@mkdir -p $(@D)
	$(CC) $(GUEST_CFLAGS) -c $< -o $@
# One object whose only visible names are the interface's.
$(foreach target,$(TARGETS),$(eval $(GUEST_LIB)/$(ARCH)/solo5_$(target).o: $(call bindings_objects,$(target))))
$(patsubst %,$(GUEST_LIB)/$(ARCH)/solo5_%.o,$(TARGETS)):
	@mkdir -p $(@D)
	$(CC) -nostdlib -r -Wl,--unique=.text.* -Wl,--unique=.rodata.* $^ -o $@
	$(BINUTILS)objcopy -w -G 'solo5_*' -G _start -G '__stack_chk_*' -G '__solo5_*' $@
$(GUEST_LIB)/$(ARCH)/libsolo5_support.a: $(SUPPORT_OBJS)
	@mkdir -p $(@D)
	rm -f $@
	$(BINUTILS)ar rcs $@ $^
	# Weak: a program's own functions of these names win.
	$(if $(filter aarch64,$(ARCH)),aarch64-linux-gnu-)objcopy --weaken $@
$(GUEST_LIB)/solo5_%.lds: solo5/solo5.lds
	@mkdir -p $(@D)
	cp $< $@
$(B)/include/solo5/%.h: solo5/include/%.h
	@mkdir -p $(@D)
	cp $< $@
$(B)/include/solo5/%.h: abi/%.h
	@mkdir -p $(@D)
	cp $< $@

# --- sources of libraries that are built with the product: one copy for all variants -------------------------------

THIRD_PARTY := build/third-party
$(THIRD_PARTY)/%.fetched: tools/third-party
	@mkdir -p $(@D)
	tools/third-party $(THIRD_PARTY) $*
	touch $@
# Objects' lists of what they include name these: they are not to be looked for while they are fetched anew.
define third_party_rule
$(THIRD_PARTY)/$(1)/%: | $(THIRD_PARTY)/$(1).fetched ;
endef
$(foreach name,jansson lwip,$(eval $(call third_party_rule,$(name))))

# --- command line tools (built for the machine that builds) --------------------------------------------------------

include image/image.mk

CLI_CFLAGS := $(COMMON) -fpie -D_FORTIFY_SOURCE=2 -fstack-protector-strong -Itender/arch/$(HOST_ARCH)
CLI := $(wildcard cli/*.c cli/debug/*.c) $(IMAGE) $(TENDER_PURE) tender/option.c tender/options.c \
	tender/spt/options.c $(wildcard tender/devices/*.c)
CLI_OBJS := $(patsubst %.c,$(B)/cli/%.o,$(CLI))

$(B)/cli/%.o: %.c $(B)/gen/errno_names.inc Makefile
	@mkdir -p $(@D)
	$(CC) $(CLI_CFLAGS) -c $< -o $@
$(B)/cli/cli/gdb.o $(B)/static/cli/gdb.o: cli/debug/stubs.py
ifeq ($(ARCH),$(HOST_ARCH))
include cli/static/static.mk
$(B)/bin/tend-build: $(CLI_OBJS)
	@mkdir -p $(@D)
	$(CC) $^ $(IMAGE_LIBS) -o $@
else
# Cross builds use the tools of the building machine.
$(B)/bin/tend $(B)/bin/tend-build: $(B)/bin/%: $(CLI) cli/static/image_build.c
	@mkdir -p $(@D)
	$(MAKE) ARCH=$(HOST_ARCH) VARIANT=release build/release/bin/$*
	cp build/release/bin/$* $@
endif
$(B)/bin/solo5-elftool: $(B)/bin/tend
	ln -sf tend $@
$(B)/bin/tend-cc: tools/tend-cc
	@mkdir -p $(@D)
	cp $< $@

PC_ARCH_CFLAGS := $(if $(filter x86_64,$(ARCH)),-mno-red-zone,-mno-outline-atomics) -mstack-protector-guard=global
PC_KIND_spt := that run as a process
PC_KIND_hvt := that run as a virtual machine
PC_FILES := $(patsubst %,$(B)/lib/pkgconfig/solo5-bindings-%.pc,$(TARGETS))
$(PC_FILES): $(B)/lib/pkgconfig/solo5-bindings-%.pc: solo5/solo5-bindings.pc.in VERSION
	@mkdir -p $(@D)
	sed -e 's|@VERSION@|$(VERSION)|; s|@ARCH@|$(ARCH)|g; s|@ARCH_CFLAGS@|$(PC_ARCH_CFLAGS)|; s|@TARGET@|$*|g' \
		-e 's|@KIND@|$(PC_KIND_$*)|' $< > $@

PROGRAMS := $(patsubst %,$(B)/bin/%,tend tend-build solo5-spt solo5-hvt solo5-hvt-debug solo5-elftool tend-cc)
product: $(PROGRAMS) linux-guests $(GUEST_INCLUDES) $(GUEST_LIBS) $(PC_FILES)

# --- Linux guests: the library kernel and its tender, for x86-64 ------------------------------------------------------

ifeq ($(ARCH),x86_64)
include kernel/kernel.mk
include tender/linux/linux.mk
include tender/slirp/slirp.mk
endif

.PHONY: linux-guests
linux-guests: $(TEND_LINUX) $(TEND_SLIRP) $(KERNEL)

# --- test unikernels -----------------------------------------------------------------------------------------------

GUESTS := $(filter-out %.h,$(notdir $(basename $(wildcard tests/guests/*.c))))
HVT_GUESTS := $(notdir $(basename $(wildcard tests/hvt/guests/*.c)))
guests: $(patsubst %,$(B)/guests/%.hvt,$(HVT_GUESTS)) \
		$(foreach target,$(TARGETS),$(patsubst %,$(B)/guests/%.$(target),$(GUESTS))) \
		$(patsubst %,$(B)/tests/solo5-spt-without-%,$(DEFENCES))

TEND_CC := TEND_CC='$(CC)' $(B)/bin/tend-cc --target
GUEST_TEST_CFLAGS := -std=gnu11 -O2 -g -Wall -Wextra -Werror -I. -Iabi/arch/$(ARCH) -idirafter /usr/include \
	-idirafter /usr/$(if $(filter aarch64,$(ARCH)),aarch64-linux-gnu/include,include/x86_64-linux-gnu)
# The software KVM of some machines interprets guests of ring 0 and knows no vector instructions: only the test that is
# about them has them in a virtual machine.
GUEST_TEST_hvt = $(if $(filter-out fpu,$(1)),-mgeneral-regs-only)
define guest_rule
$(B)/guests/%.$(1): tests/guests/%.c $(wildcard tests/guests/*.h) $(wildcard tests/guests/*.json) $(GUEST_LIBS) \
		$(GUEST_INCLUDES) $(B)/bin/tend-cc $(B)/bin/solo5-elftool
	@mkdir -p $$(@D)
	$$(TEND_CC) $(1) $$(if $$(wildcard tests/guests/$$*.json),--manifest tests/guests/$$*.json) \
		$$(GUEST_TEST_CFLAGS) $$(call GUEST_TEST_$(1),$$*) $$< -o $$@
endef
$(foreach target,$(TARGETS),$(eval $(call guest_rule,$(target))))
$(B)/guests/%.hvt: tests/hvt/guests/%.c $(wildcard tests/hvt/guests/*.h) $(wildcard tests/hvt/guests/*.json) \
		$(GUEST_LIBS) $(GUEST_INCLUDES) $(B)/bin/tend-cc $(B)/bin/solo5-elftool
	@mkdir -p $(@D)
	$(TEND_CC) hvt $(if $(wildcard tests/hvt/guests/$*.json),--manifest tests/hvt/guests/$*.json) \
		$(GUEST_TEST_CFLAGS) -mgeneral-regs-only $< -o $@

# --- installation --------------------------------------------------------------------------------------------------

# What shells complete tend's command line with: made by tend itself, out of its table of commands.
COMPLETION_bash := $(B)/share/bash-completion/completions/tend
COMPLETION_zsh := $(B)/share/zsh/site-functions/_tend
COMPLETION_fish := $(B)/share/fish/vendor_completions.d/tend.fish
COMPLETIONS := $(COMPLETION_bash) $(COMPLETION_zsh) $(COMPLETION_fish)
define completion_rule
$(COMPLETION_$(1)): $(B)/bin/tend
	@mkdir -p $$(@D)
	$$< completion $(1) > $$@
endef
$(foreach shell,bash zsh fish,$(eval $(call completion_rule,$(shell))))
product: $(COMPLETIONS)

INSTALLED := $(patsubst $(B)/%,%,$(PROGRAMS) $(TEND_LINUX) $(TEND_SLIRP) $(KERNEL) $(GUEST_INCLUDES) $(GUEST_LIBS) \
	$(PC_FILES) $(COMPLETIONS))
install: product
	for file in $(INSTALLED); do \
		mkdir -p $(DESTDIR)$(PREFIX)/$$(dirname $$file) && \
		cp -P $(B)/$$file $(DESTDIR)$(PREFIX)/$$file || exit 1; done
	mkdir -p $(DESTDIR)$(PREFIX)/share/man/man1
	cp docs/man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1/
uninstall:
	cd $(DESTDIR)$(PREFIX) && rm -f $(INSTALLED) $(patsubst docs/man/%,share/man/man1/%,$(wildcard docs/man/*.1))

clean:
	rm -rf build

include tests/tests.mk
ifeq ($(ARCH),x86_64)
include tests/linux/linux.mk
include tests/torture/torture.mk
include tests/isolation/isolation.mk
endif
include bench/bench.mk
include tools/headers.mk

-include $(shell find $(B) -type f -name '*.d' 2>/dev/null)
