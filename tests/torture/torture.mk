# The program of tests/torture/run: threads, processes and signals, very often.
TORTURE_PROGRAM := $(B)/tests/torture/torture

$(TORTURE_PROGRAM): $(wildcard tests/torture/*.[ch]) Makefile
	@mkdir -p $(@D)
	$(CC) $(filter-out -MMD -MP,$(COMMON)) $(filter %.c,$^) -pthread -o $@

linux-tests: $(TORTURE_PROGRAM)
