# The program of tests/torture/run: threads, processes and signals, very often. And what takes a guest's thread step by
# step.
TORTURE_PROGRAM := $(B)/tests/torture/torture
TORTURE_STEP := $(B)/tests/torture/step

$(TORTURE_PROGRAM): $(filter-out tests/torture/step.c,$(wildcard tests/torture/*.[ch])) Makefile
	@mkdir -p $(@D)
	$(CC) $(filter-out -MMD -MP,$(COMMON)) $(filter %.c,$^) -pthread -o $@
$(TORTURE_STEP): tests/torture/step.c Makefile
	@mkdir -p $(@D)
	$(CC) $(filter-out -MMD -MP,$(COMMON)) $< -o $@

linux-tests: $(TORTURE_PROGRAM) $(TORTURE_STEP)
