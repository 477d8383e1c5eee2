# Programs and unikernels that measure. bench/run runs them; docs/benchmarks.md says how.
#
#   make bench    builds them, with the product, into $(B)/bench

BENCH := $(B)/bench
BENCH_GUESTS := $(foreach target,$(TARGETS),\
	$(patsubst bench/guests/%.c,$(BENCH)/guests/%.$(target),$(wildcard bench/guests/*.c)))
# What raw_calls takes over from the product: the policy, from the table to the filter.
BENCH_POLICY := $(wildcard tender/policy/*.c) freestanding/format.c
# Ordinary programs, static, that run natively and in a Linux guest.
BENCH_LINUX := $(patsubst bench/linux/%.c,$(BENCH)/linux/%,$(wildcard bench/linux/*.c))

.PHONY: bench
bench: all $(addprefix $(BENCH)/,empty spawn_time peak_rss raw_calls) $(BENCH_GUESTS) $(BENCH_LINUX)

$(BENCH)/objects/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(COMMON) -Itender/arch/$(ARCH) -c $< -o $@
$(BENCH)/empty: bench/src/arch/$(ARCH)/empty.S
	@mkdir -p $(@D)
	$(CC) -nostdlib -static -Wl,--build-id=none $< -o $@
$(BENCH)/spawn_time $(BENCH)/peak_rss: $(BENCH)/%: $(BENCH)/objects/bench/src/%.o
	$(CC) $^ -o $@
$(BENCH)/linux/%: bench/linux/%.c bench/batches.h $(wildcard bench/linux/*.h) Makefile
	@mkdir -p $(@D)
	$(CC) $(filter-out -MMD -MP,$(COMMON)) -static $< -o $@
$(BENCH)/raw_calls: $(patsubst %.c,$(BENCH)/objects/%.o,bench/src/raw_calls.c $(BENCH_POLICY))
	$(CC) $^ -o $@
define bench_guest_rule
$(BENCH)/guests/%.$(1): bench/guests/%.c $(wildcard bench/guests/*.json bench/*.h tests/guests/*.h) $(GUEST_LIBS) \
		$(GUEST_INCLUDES) $(B)/bin/tend-cc $(B)/bin/solo5-elftool
	@mkdir -p $$(@D)
	$$(TEND_CC) $(1) $$(if $$(wildcard bench/guests/$$*.json),--manifest bench/guests/$$*.json) \
		$$(GUEST_TEST_CFLAGS) $$(call GUEST_TEST_$(1),$$*) $$< -o $$@
endef
$(foreach target,$(TARGETS),$(eval $(call bench_guest_rule,$(target))))
