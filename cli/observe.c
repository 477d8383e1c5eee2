/* tend trace and tend stat: a Linux program, observed by the library kernel. */
#include <stddef.h>

#include "cli/command.h"
#include "cli/linux.h"

int command_trace(int argc, char **argv)
{
	return linux_run(argc, argv, &(struct linux_observation){.trace = true});
}

int command_stat(int argc, char **argv)
{
	return linux_run(argc, argv, &(struct linux_observation){.statistics = true});
}
