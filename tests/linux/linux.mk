# Conformance programs. They are ordinary Linux programs, built with the C library of the machine that builds.
#
#   make linux-tests     builds $(B)/tests/linux/*; tests/linux/run compares a native run with one inside Tend
#
# Everything executable in $(B)/tests/linux is run: conform, the ABI torture, executions, children, one page of report
# per kind of ELF file.

LINUX_TESTS := $(B)/tests/linux
LINUX_CFLAGS := $(COMMON) -Itests/linux
CONFORM_OBJS := $(patsubst %.c,$(B)/tests/linux-objects/%.o,$(wildcard tests/linux/*.c tests/linux/checks/*.c))
MUSL := $(if $(shell command -v musl-gcc),musl)
LINUX_PROGRAMS := conform torture restart children $(addprefix report-,pie fixed static static-pie $(MUSL))

$(B)/tests/linux-objects/%.o: %.c Makefile tests/linux/linux.mk
	@mkdir -p $(@D)
	$(CC) $(LINUX_CFLAGS) -c $< -o $@
$(LINUX_TESTS)/conform: $(CONFORM_OBJS)
	@mkdir -p $(@D)
	$(CC) $^ -o $@
$(LINUX_TESTS)/torture: $(wildcard tests/linux/torture/*)
	@mkdir -p $(@D)
	$(CC) $(filter-out -MMD -MP,$(LINUX_CFLAGS)) $(filter %.c %.S,$^) -o $@

$(LINUX_TESTS)/restart $(LINUX_TESTS)/children: $(LINUX_TESTS)/%: tests/linux/static/%.c
	@mkdir -p $(@D)
	$(CC) $(filter-out -MMD -MP,$(LINUX_CFLAGS)) $< -o $@

REPORT = mkdir -p $(@D) && $(1) $(filter-out -MMD -MP,$(LINUX_CFLAGS)) $(2) tests/linux/static/report.c -o $@
$(LINUX_TESTS)/report-%: tests/linux/static/report.c tests/linux/linux.mk
	$(call REPORT,$(CC),$(REPORT_FLAGS))
$(LINUX_TESTS)/report-pie: REPORT_FLAGS := -pie -fpie
$(LINUX_TESTS)/report-fixed: REPORT_FLAGS := -no-pie -fno-pie
$(LINUX_TESTS)/report-static: REPORT_FLAGS := -static -fno-pie
$(LINUX_TESTS)/report-static-pie: REPORT_FLAGS := -static-pie -fpie
$(LINUX_TESTS)/report-musl: tests/linux/static/report.c tests/linux/linux.mk
	$(call REPORT,musl-gcc,-static)

.PHONY: linux-tests
linux-tests: $(STUB_KERNEL) $(addprefix $(LINUX_TESTS)/,$(LINUX_PROGRAMS))
