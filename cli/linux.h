/* Linux programs from the command line: what `tend run --root`, `tend trace` and `tend stat` share. */
#ifndef CLI_LINUX_H
#define CLI_LINUX_H

#include <stdbool.h>

#define LINUX_OPTIONS_USAGE                                                                                            \
	"--root DIR|IMAGE [--mem MIB] [-e VAR[=VALUE]]... [-w DIR] [-u UID[:GID]]\n"                                   \
	"        [--hostname NAME] [--policy strict|standard]\n"                                                       \
	"        [--net none|user|tap[=NAME][,bridge=NAME]|fd=FD] [-p [ADDRESS:]HOST:GUEST[/udp]]...\n"                \
	"        [--ip ADDRESS[/PREFIX]] [--ip6 ADDRESS[/PREFIX]] [--gateway ADDRESS] [--dns ADDRESS]...\n"            \
	"        [--mac-address HWADDR] [--mtu BYTES] [--] PROGRAM [ARGS...]"

/* What is to be observed, and where the report goes. */
struct linux_observation {
	bool trace;
	bool statistics;
};

/* Whether the arguments of `tend run` are for a Linux program: --root is among the options. */
bool linux_is_meant(int argc, char **argv);

/*
 * Parses the options (argv[0] is the command; with an observation also -o FILE), finds or builds the image, and becomes
 * the tender. Returns an exit status, having complained.
 */
int linux_run(int argc, char **argv, const struct linux_observation *observation);

#endif
