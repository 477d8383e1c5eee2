/* solo5-hvt-debug: a debugger and core files, where the options ask for them. */
#include "tender/hvt/debug.h"

#include "tender/hvt/debug/debugger.h"

#define PORT_DEFAULT 1234
/* What the bindings end with when something went wrong. */
#define STATUS_ABORT 255

const bool debug_is_sandboxed = false;

int debug_start(struct machine *machine, struct error *error)
{
	const struct options *options = &machine->unikernel.options;

	if (!options->gdb)
		return 0;
	return debugger_attach(machine, options->gdb_port ? options->gdb_port : PORT_DEFAULT, error);
}

int debug_stop(struct machine *machine, struct error *error)
{
	if (!debugger_is_attached())
		return error_set(error, "KVM: a stop for a debugger that is not there");
	return debugger_serve(machine, GDB_SIGNAL_TRAP, error);
}

bool debug_is_breakpoint(uint64_t pc)
{
	return debugger_is_attached() && points_has(pc);
}

int debug_interrupt(struct machine *machine, struct error *error)
{
	return debugger_is_attached() ? debugger_poll(machine, error) : 0;
}

void debug_end(struct machine *machine, const char *program)
{
	const char *folder = machine->unikernel.options.dumpcore;

	if (debugger_is_attached())
		debugger_exited((unsigned)machine->context.exit_status & 0xff);
	if (folder && machine->context.exit_status == STATUS_ABORT)
		core_write(machine, folder, program);
}

void debug_fail(struct machine *machine, const char *program)
{
	if (debugger_is_attached())
		debugger_exited(1);
	if (machine->unikernel.options.dumpcore)
		core_write(machine, machine->unikernel.options.dumpcore, program);
}
