/* The options for Linux programs: see run_options.h. */
#include "cli/run_options.h"

enum {
	OPTION_ROOT = OPTION_RUN_FIRST_SHARED,
	OPTION_NAME,
	OPTION_DETACH,
	OPTION_REMOVE,
	OPTION_INTERACTIVE,
	OPTION_TERMINAL,
	OPTION_VARIABLE,
	OPTION_VARIABLES,
	OPTION_WORKDIR,
	OPTION_USER,
	OPTION_ENTRYPOINT,
	OPTION_VOLUME,
	OPTION_TMPFS,
	OPTION_READ_ONLY,
	OPTION_NET,
	OPTION_PUBLISH,
	OPTION_IP,
	OPTION_IP6,
	OPTION_GATEWAY,
	OPTION_DNS,
	OPTION_MAC,
	OPTION_MTU,
	OPTION_PASSED, /* the tender has an option of this name */
};

const struct command_option run_options_table[] = {
	{OPTION_NAME, 0, "name", "NAME", "the guest's name, for tend ps, logs and stop"},
	{OPTION_DETACH, 'd', "detach", NULL, "in the background; prints the name, tend logs has the output"},
	{OPTION_REMOVE, 0, "rm", NULL, "keep nothing of it when it has ended: what it wrote to its files never is"},
	{OPTION_INTERACTIVE, 'i', "interactive", NULL, "standard input is the guest's, as it is without this option"},
	{OPTION_TERMINAL, 't', "tty", NULL, "insist on a terminal, whose keys are the guest's whatever its input is"},
	{OPTION_VARIABLE, 'e', "env", "VAR[=VALUE]", "set a variable, to this shell's value if none is given"},
	{OPTION_VARIABLES, 0, "env-file", "FILE", "the same for each line of a file"},
	{OPTION_WORKDIR, 'w', "workdir", "DIR", "where the program starts"},
	{OPTION_USER, 'u', "user", "USER[:GROUP]", "who it is inside: names of the image, or numbers"},
	{OPTION_ENTRYPOINT, 0, "entrypoint", "PROGRAM", "instead of the image's; or a JSON array of strings"},
	{OPTION_VOLUME, 'v', "volume", "PATH:/PATH:ro", "show a file or directory of the host, as it is at the start"},
	{OPTION_TMPFS, 0, "tmpfs", "/PATH[:size=N,mode=N]", "an empty file system in memory"},
	{OPTION_READ_ONLY, 0, "read-only", NULL, "nobody writes to the image; /tmp, /run, /var/tmp are in memory"},
	{OPTION_NET, 0, "net", "none|user|tap[=NAME][,bridge=NAME]|fd=FD", "its network; none by default"},
	{OPTION_NET, 0, "network", "NET", "another name of --net"},
	{OPTION_PUBLISH, 'p', "publish", "[ADDRESS:]HOST:GUEST[/udp]", "with --net user: show a port on the host"},
	{OPTION_IP, 0, "ip", "ADDRESS[/PREFIX]", "its IPv4 address; by DHCP without it"},
	{OPTION_IP6, 0, "ip6", "ADDRESS[/PREFIX]", "its IPv6 address; from advertisements without it"},
	{OPTION_GATEWAY, 0, "gateway", "ADDRESS", "the router; by default the IPv4 network's first address"},
	{OPTION_DNS, 0, "dns", "ADDRESS", "a name server; up to three times"},
	{OPTION_MAC, 0, "mac-address", "HWADDR", "random by default"},
	{OPTION_MTU, 0, "mtu", "BYTES", "the device's by default"},
	{OPTION_PASSED, 'h', "hostname", "NAME", "tend by default"},
	{OPTION_PASSED, 'm', "mem", "MIB", "memory of all its processes together; 512 by default"},
	{OPTION_PASSED, 0, "policy", "strict|standard", "which host calls: one thread, or threads and processes"},
	{OPTION_PASSED, 0, "stop-timeout", "SECONDS", "kill the guest so long after SIGTERM; never by default"},
	{OPTION_PASSED, 0, "core", "DIR", "where core dumps go; nowhere by default"},
	{OPTION_PASSED, 0, "ns", "pid|all", "host namespaces: all adds net, ipc, uts, cgroup and an empty root"},
	{OPTION_ROOT, 0, "root", "SOURCE", "the source, before a program in it; its configuration is not used"},
	{0},
};

/* Takes an option whose value counts once, the last time. False: it is another kind of option. */
static bool text_take(struct run_options *options, int id, const char *value)
{
	switch (id) {
	case OPTION_RUN_OUTPUT:
		options->output = value;
		return true;
	case OPTION_RUN_GUEST:
		options->guest = value;
		return true;
	case OPTION_ROOT:
		options->root = value;
		return true;
	case OPTION_NAME:
		options->name = value;
		return true;
	case OPTION_WORKDIR:
		options->workdir = value;
		return true;
	case OPTION_USER:
		options->user = value;
		return true;
	case OPTION_ENTRYPOINT:
		options->entrypoint = value;
		return true;
	case OPTION_NET:
		options->network.net = value;
		return true;
	case OPTION_IP:
		options->network.ip = value;
		return true;
	case OPTION_IP6:
		options->network.ip6 = value;
		return true;
	case OPTION_GATEWAY:
		options->network.gateway = value;
		return true;
	case OPTION_MAC:
		options->network.mac = value;
		return true;
	case OPTION_MTU:
		options->network.mtu = value;
		return true;
	default:
		return false;
	}
}

static int option_take(struct run_options *options, const struct option_reader *reader, int id)
{
	if (text_take(options, id, reader->value))
		return 0;
	if (id == OPTION_VARIABLE)
		return environment_add(&options->environment, reader->value);
	if (id == OPTION_VARIABLES)
		return environment_add_file(&options->environment, reader->value);
	if (id == OPTION_VOLUME)
		return word_add(&options->volumes, reader->value);
	if (id == OPTION_TMPFS)
		return word_add(&options->tmpfs, reader->value);
	if (id == OPTION_PUBLISH)
		return network_publish(&options->network, reader->value);
	options->network.has_name_servers |= id == OPTION_DNS;
	if (id == OPTION_PASSED || id == OPTION_DNS)
		return word_print(&options->passed, "--%s=%s", reader->row->name, reader->value);
	options->detach |= id == OPTION_DETACH;
	options->remove |= id == OPTION_REMOVE;
	options->terminal |= id == OPTION_TERMINAL;
	options->read_only |= id == OPTION_READ_ONLY;
	return 0;
}

int run_options_read(struct option_reader *reader, struct run_options *options)
{
	int id;

	while ((id = option_next(reader)) != 0) {
		if (option_take(options, reader, id) != 0) {
			reader->status = 1;
			return 1;
		}
	}
	options->operand = reader->next;
	return reader->failed ? 1 : 0;
}
