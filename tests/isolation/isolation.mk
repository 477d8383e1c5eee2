# Isolation of Linux guests: hostile guest programs (static, of ordinary C) and the observer that holds their host calls
# against the table.
#
#   make isolation-tests     builds $(B)/tests/isolation/*; bats tests/isolation runs them

ISOLATION := $(B)/tests/isolation
ISOLATION_CFLAGS := $(COMMON) -D_GNU_SOURCE -Iabi -Itender/arch/x86_64
ISOLATION_GUESTS := calls jump reach bomb walk
ISOLATION_POLICY := $(wildcard tender/policy/*.c) freestanding/format.c
# Linked to each guest program.
ISOLATION_SHARED := $(patsubst %,tests/isolation/guests/%.c,gate forbidden legacy)
ISOLATION_OBJECT = $(patsubst %.c,$(B)/tests/isolation-objects/%.o,$(1))

$(B)/tests/isolation-objects/%.o: %.c $(B)/gen/errno_names.inc Makefile tests/isolation/isolation.mk
	@mkdir -p $(@D)
	$(CC) $(ISOLATION_CFLAGS) -c $< -o $@
# The root directory of the guests' image.
$(addprefix $(ISOLATION)/root/,$(ISOLATION_GUESTS)): $(ISOLATION)/root/%: \
		$(call ISOLATION_OBJECT,tests/isolation/guests/%.c $(ISOLATION_SHARED) $(ISOLATION_POLICY))
	@mkdir -p $(addprefix $(@D)/,dev proc sys tmp)
	$(CC) -static $^ -o $@
$(ISOLATION)/observe: $(call ISOLATION_OBJECT,$(wildcard tests/isolation/observer/*.c) tests/policy/evaluator.c \
		$(ISOLATION_POLICY))
	@mkdir -p $(@D)
	$(CC) $^ -o $@

.PHONY: isolation-tests
linux-tests: isolation-tests
isolation-tests: $(B)/bin/tend linux-guests $(ISOLATION)/observe $(addprefix $(ISOLATION)/root/,$(ISOLATION_GUESTS))
