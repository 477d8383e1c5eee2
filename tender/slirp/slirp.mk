# tend-slirp: the helper of `tend run --net user`, an ordinary program with libslirp. x86-64 only, as Linux guests are.

TENDER_SLIRP := tender/error.c freestanding/format.c $(wildcard tender/slirp/*.c)
TENDER_SLIRP_OBJS := $(patsubst %.c,$(B)/cli/%.o,$(TENDER_SLIRP))

ifeq ($(ARCH),x86_64)
TEND_SLIRP := $(B)/bin/tend-slirp
$(TEND_SLIRP): $(TENDER_SLIRP_OBJS)
	@mkdir -p $(@D)
	$(CC) -pie -Wl,-z,relro,-z,now $^ -lslirp -o $@
endif
