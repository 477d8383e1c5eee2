/* solo5-hvt: nobody debugs. */
#include "tender/hvt/debug.h"

const bool debug_is_sandboxed = true;

int debug_start(struct machine *machine, struct error *error)
{
	(void)machine;
	(void)error;
	return 0;
}

int debug_stop(struct machine *machine, struct error *error)
{
	(void)machine;
	return error_set(error, "KVM: a stop for a debugger that is not there");
}

bool debug_is_breakpoint(uint64_t pc)
{
	(void)pc;
	return false;
}

int debug_interrupt(struct machine *machine, struct error *error)
{
	(void)machine;
	(void)error;
	return 0;
}

void debug_end(struct machine *machine, const char *program)
{
	(void)machine;
	(void)program;
}

void debug_fail(struct machine *machine, const char *program)
{
	(void)machine;
	(void)program;
}
