# The program of tests/random/run: random sequences of calls, the same ones natively and in a guest.
RANDOM_PROGRAM := $(B)/tests/random/random

$(RANDOM_PROGRAM): $(wildcard tests/random/*.[ch]) Makefile
	@mkdir -p $(@D)
	$(CC) $(filter-out -MMD -MP,$(COMMON)) -static $(filter %.c,$^) -o $@

linux-tests: $(RANDOM_PROGRAM)
