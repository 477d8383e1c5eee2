# `tend` itself: what every start waits for. Static, and with musl: the start of glibc asks for the CPU's features two
# dozen times, which under a hypervisor takes as long as starting a process. What loads libraries is `tend-build`.
MUSL_CC := musl-gcc
JANSSON := $(THIRD_PARTY)/jansson/src
JANSSON_CFLAGS := -O2 -fpie -w -I$(B)/static/jansson -I$(JANSSON) -DHAVE_STDINT_H -DHAVE_UNISTD_H -DHAVE_FCNTL_H \
	-DHAVE_SYS_TYPES_H -DHAVE_SYS_STAT_H -DHAVE_SYS_TIME_H -DHAVE_SCHED_H -DHAVE_LOCALE_H -DHAVE_CLOSE -DHAVE_GETPID \
	-DHAVE_GETTIMEOFDAY -DHAVE_OPEN -DHAVE_READ -DHAVE_SCHED_YIELD -DHAVE_ATOMIC_BUILTINS -DUSE_URANDOM \
	-DINITIAL_HASHTABLE_ORDER=3
JANSSON_OBJS := $(patsubst %,$(B)/static/jansson/%.o,dump error hashtable hashtable_seed load memory pack_unpack \
	strbuffer strconv utf value version)
STATIC := $(filter-out $(IMAGE_BUILDER),$(CLI)) cli/static/image_build.c
STATIC_OBJS := $(patsubst %.c,$(B)/static/%.o,$(STATIC))
# The kernel's headers, which musl's do not include, without those of another C library beside them.
STATIC_CFLAGS := $(CLI_CFLAGS) -I$(B)/static/jansson -isystem $(JANSSON) -idirafter $(B)/static/include
# What -static-pie means to other compilers; this one does not know it.
MUSL_LIB := /usr/lib/$(HOST_ARCH)-linux-musl
STATIC_LDFLAGS := -static -nostartfiles -Wl,-pie,--no-dynamic-linker,-z,text,-z,relro,-z,now

$(B)/static/jansson/jansson_config.h: $(THIRD_PARTY)/jansson.fetched
	@mkdir -p $(@D)
	sed -e 's/@json_inline@/inline/; s/@json_have_[a-z_]*@/1/' $(JANSSON)/jansson_config.h.in >$@
	: >$(@D)/jansson_private_config.h
$(B)/static/include: | $(B)/gen/errno_names.inc
	@mkdir -p $@
	ln -sfn /usr/include/linux /usr/include/asm-generic $@
	ln -sfn /usr/include/$$($(HOSTCC) -print-multiarch)/asm $@
$(JANSSON_OBJS): $(B)/static/jansson/%.o: $(B)/static/jansson/jansson_config.h
	$(MUSL_CC) $(JANSSON_CFLAGS) -c $(JANSSON)/$*.c -o $@
$(STATIC_OBJS): $(B)/static/%.o: %.c $(B)/gen/errno_names.inc $(B)/static/jansson/jansson_config.h Makefile \
	| $(B)/static/include
	@mkdir -p $(@D)
	$(MUSL_CC) $(STATIC_CFLAGS) -c $< -o $@
$(B)/bin/tend: $(STATIC_OBJS) $(JANSSON_OBJS)
	@mkdir -p $(@D)
	$(MUSL_CC) $(STATIC_LDFLAGS) $(MUSL_LIB)/rcrt1.o $(MUSL_LIB)/crti.o $^ $(MUSL_LIB)/crtn.o -o $@
