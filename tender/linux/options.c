/* Command line parsing: see options.h. */
#include "tender/linux/options.h"

#include <string.h>

#include "tender/linux/mount_option.h"
#include "tender/option.h"

#define ENVIRONMENT_PREFIX "--env="
#define MEM_MIB_DEFAULT 512u
/* The arena of a guest with a TiB is 4 TiB: with 16 TiB for the user that is far from filling an address space. */
#define MEM_MIB_MAX (1u << 20)
/* As sethostname(2) */
#define HOSTNAME_MAX 64u
#define FD_MAX 0x7fffffffu
#define STOP_TIMEOUT_S_MAX 1000000u

struct linux_option {
	const char *prefix;
	const char *usage;
	int (*parse)(struct linux_options *options, const char *value, struct error *error);
};

static int parse_kernel(struct linux_options *options, const char *value, struct error *error)
{
	(void)error;
	options->kernel = value;
	return 0;
}

static int parse_image(struct linux_options *options, const char *value, struct error *error)
{
	(void)error;
	options->image = value;
	return 0;
}

static int parse_mem(struct linux_options *options, const char *value, struct error *error)
{
	uint64_t mib;

	if (!option_number(value, MEM_MIB_MAX, &mib) || mib == 0)
		return error_set(error, "--mem=%s: not a number of MiB from 1 to %u", value, MEM_MIB_MAX);
	options->mem_bytes = mib << 20;
	options->mem_is_given = true;
	return 0;
}

static int parse_policy(struct linux_options *options, const char *value, struct error *error)
{
	if (strcmp(value, "strict") == 0)
		options->policy = KERNEL_POLICY_STRICT;
	else if (strcmp(value, "standard") == 0)
		options->policy = KERNEL_POLICY_STANDARD;
	else
		return error_set(error, "--policy=%s: not one of strict, standard", value);
	return 0;
}

static int parse_directory(struct linux_options *options, const char *value, struct error *error)
{
	if (value[0] != '/')
		return error_set(error, "--workdir=%s: not an absolute path", value);
	options->directory = value;
	return 0;
}

static int parse_variable(struct linux_options *options, const char *value, struct error *error)
{
	size_t length = 0;

	while (value[length] && value[length] != '=')
		length++;
	if (length == 0 || value[length] != '=')
		return error_set(error, "--env=%s: not of the form VAR=VALUE", value);
	options->environment_count++;
	return 0;
}

/* A decimal id up to a ':' or the end; the last value is no id in Linux. */
static bool id_parse(const char **text, uint32_t *id)
{
	uint64_t value = 0;
	const char *c = *text;

	for (; *c >= '0' && *c <= '9' && value < UINT32_MAX; c++)
		value = value * 10 + (uint64_t)(*c - '0');
	if (c == *text || value >= UINT32_MAX || (*c && *c != ':'))
		return false;
	*text = c;
	*id = (uint32_t)value;
	return true;
}

static int parse_user(struct linux_options *options, const char *value, struct error *error)
{
	const char *rest = value;

	if (!id_parse(&rest, &options->user_id))
		return error_set(error, "--user=%s: not of the form UID[:GID], in numbers", value);
	options->group_id = options->user_id;
	if (*rest == '\0')
		return 0;
	rest++;
	if (!id_parse(&rest, &options->group_id) || *rest)
		return error_set(error, "--user=%s: not of the form UID[:GID], in numbers", value);
	return 0;
}

static int parse_hostname(struct linux_options *options, const char *value, struct error *error)
{
	size_t length = strlen(value);

	if (length == 0 || length > HOSTNAME_MAX)
		return error_set(error, "--hostname=%s: not 1 to %u characters", value, HOSTNAME_MAX);
	options->hostname = value;
	return 0;
}

static int parse_fd(const char *name, const char *value, int *fd, struct error *error)
{
	uint64_t number;

	if (!option_number(value, FD_MAX, &number))
		return error_set(error, "--%s=%s: not a file descriptor's number", name, value);
	*fd = (int)number;
	return 0;
}

static int parse_trace(struct linux_options *options, const char *value, struct error *error)
{
	return parse_fd("trace", value, &options->trace_fd, error);
}

static int parse_image_fd(struct linux_options *options, const char *value, struct error *error)
{
	return parse_fd("image-fd", value, &options->image_fd, error);
}

static int parse_stat(struct linux_options *options, const char *value, struct error *error)
{
	return parse_fd("stat", value, &options->stat_fd, error);
}

static int parse_core(struct linux_options *options, const char *value, struct error *error)
{
	(void)error;
	options->cores = value;
	return 0;
}

static int parse_stop_timeout(struct linux_options *options, const char *value, struct error *error)
{
	if (!option_number(value, STOP_TIMEOUT_S_MAX, &options->stop_timeout_s) || options->stop_timeout_s == 0)
		return error_set(error, "--stop-timeout=%s: not a number of seconds from 1 to %u", value,
				 STOP_TIMEOUT_S_MAX);
	return 0;
}

static int parse_status(struct linux_options *options, const char *value, struct error *error)
{
	return parse_fd("status-fd", value, &options->status_fd, error);
}

/* The name is for those who look at the process; nobody in it needs it. */
static int parse_name(struct linux_options *options, const char *value, struct error *error)
{
	(void)options;
	(void)value;
	(void)error;
	return 0;
}

static int parse_read_only(struct linux_options *options, const char *value, struct error *error)
{
	if (*value)
		return error_set(error, "--read-only%s: it takes no value", value);
	options->is_read_only = true;
	return 0;
}

static int parse_tty(struct linux_options *options, const char *value, struct error *error)
{
	if (*value)
		return error_set(error, "--tty%s: it takes no value", value);
	options->has_terminal = true;
	return 0;
}

static int parse_namespaces(struct linux_options *options, const char *value, struct error *error)
{
	if (strcmp(value, "pid") != 0 && strcmp(value, "all") != 0)
		return error_set(error, "--ns=%s: not one of pid, all", value);
	options->has_all_namespaces = *value == 'a';
	return 0;
}

static int parse_net(struct linux_options *options, const char *value, struct error *error)
{
	return network_parse_net(&options->network, value, error);
}

static int parse_ip(struct linux_options *options, const char *value, struct error *error)
{
	return network_parse_ip(&options->network, value, error);
}

static int parse_ip6(struct linux_options *options, const char *value, struct error *error)
{
	return network_parse_ip6(&options->network, value, error);
}

static int parse_gateway(struct linux_options *options, const char *value, struct error *error)
{
	return network_parse_gateway(&options->network, value, error);
}

static int parse_dns(struct linux_options *options, const char *value, struct error *error)
{
	return network_parse_dns(&options->network, value, error);
}

static int parse_mac(struct linux_options *options, const char *value, struct error *error)
{
	return network_parse_mac(&options->network, value, error);
}

static int parse_mtu(struct linux_options *options, const char *value, struct error *error)
{
	return network_parse_mtu(&options->network, value, error);
}

static const struct linux_option table[] = {
	{"--kernel=", "    --kernel=FILE (the library kernel)", parse_kernel},
	{"--image=", "    --image=FILE (the root file system, as made by tend build)", parse_image},
	{"--image-fd=", "    --image-fd=FD (the image, open for reading; --image then only names it in messages)",
	 parse_image_fd},
	{"--mem=", "    --mem=N (memory limit in MiB, default 512)", parse_mem},
	{"--policy=", "    --policy=strict|standard (one thread; threads and processes, the default)", parse_policy},
	{"--workdir=", "    --workdir=PATH (working directory, default /)", parse_directory},
	{ENVIRONMENT_PREFIX, "    --env=VAR=VALUE (a variable of the program's environment; may be repeated)",
	 parse_variable},
	{"--user=", "    --user=UID[:GID] (who the program is inside, default 0:0)", parse_user},
	{"--hostname=", "    --hostname=NAME (default tend)", parse_hostname},
	{"--core=", "    --core=DIR (where core dumps of the guest's processes go; the default is nowhere)",
	 parse_core},
	{"--stop-timeout=", "    --stop-timeout=N (the guest is killed N seconds after SIGTERM; the default is never)",
	 parse_stop_timeout},
	{"--net=", "    --net=none|tap[=NAME][,bridge=NAME]|fd=FD (the network device, default none)", parse_net},
	{"--ip=", "    --ip=ADDRESS[/PREFIX] (the guest's IPv4 address, default prefix 24; without it DHCP)", parse_ip},
	{"--ip6=", "    --ip6=ADDRESS[/PREFIX] (its IPv6 address, default prefix 64; without it from advertisements)",
	 parse_ip6},
	{"--gateway=", "    --gateway=ADDRESS (the router, default the IPv4 network's first address)", parse_gateway},
	{"--dns=", "    --dns=ADDRESS (a name server; may be given three times)", parse_dns},
	{"--mac-address=", "    --mac-address=HWADDR (default random)", parse_mac},
	{"--mtu=", "    --mtu=BYTES (default the device's)", parse_mtu},
	{"--trace=", "    --trace=FD (descriptor for a trace of the program's system calls)", parse_trace},
	{"--stat=", "    --stat=FD (descriptor for counters when the program has ended)", parse_stat},
	{"--status-fd=", "    --status-fd=FD (descriptor that is told `running', and `exited N')", parse_status},
	{"--name=", "    --name=NAME (shown by ps)", parse_name},
	{"--read-only", "    --read-only (nobody writes to the root)", parse_read_only},
	{"--tty", "    --tty (the terminal's keys are the guest's, even if its standard input is another thing)",
	 parse_tty},
	{"--ns=", "    --ns=pid|all (private namespaces: all adds net, ipc, uts, cgroup, and an empty root)",
	 parse_namespaces},
	{"--tmpfs=", "    --tmpfs=BYTES:MODE:PATH (an empty file system; 0 bytes: no limit; MODE in octal)",
	 linux_mount_parse_tmpfs},
	{"--volume=", "    --volume=FD:dir|file:PATH (an image, open for reading, or the entry `file' in it)",
	 linux_mount_parse_volume},
};

#define TABLE_COUNT (sizeof(table) / sizeof(table[0]))

static int option_parse(struct linux_options *options, const char *argument, struct error *error)
{
	for (size_t i = 0; i < TABLE_COUNT; i++) {
		size_t length = strlen(table[i].prefix);

		if (strncmp(argument, table[i].prefix, length) == 0)
			return table[i].parse(options, argument + length, error);
	}
	error->option = argument;
	error->usage = true;
	return -1;
}

static int complete_check(const struct linux_options *options, struct error *error)
{
	if (!options->kernel)
		error_set(error, "Missing --kernel=FILE");
	else if (!options->image)
		error_set(error, "Missing --image=FILE");
	else if (!options->program)
		error_set(error, "Missing -- PROGRAM");
	else
		return 0;
	error->usage = true;
	return -1;
}

int linux_options_parse(int argc, char *const *argv, struct linux_options *options, struct error *error)
{
	*options = (struct linux_options){
		.directory = "/",
		.hostname = "tend",
		.mem_bytes = (uint64_t)MEM_MIB_DEFAULT << 20,
		.policy = KERNEL_POLICY_STANDARD,
		.image_fd = -1,
		.trace_fd = -1,
		.stat_fd = -1,
		.status_fd = -1,
	};
	for (int i = 1; i < argc && !options->program; i++) {
		if (strcmp(argv[i], "--") != 0) {
			if (option_parse(options, argv[i], error) < 0)
				return -1;
		} else if (i + 1 < argc) {
			options->program = i + 1;
		}
	}
	if (!options->image && options->image_fd >= 0)
		options->image = "--image-fd";
	if (complete_check(options, error) < 0)
		return -1;
	return network_complete(&options->network, error);
}

const char *linux_options_variable(const char *argument)
{
	size_t length = sizeof(ENVIRONMENT_PREFIX) - 1;

	return strncmp(argument, ENVIRONMENT_PREFIX, length) == 0 ? argument + length : NULL;
}

const char *linux_options_usage_line(size_t line)
{
	return line < TABLE_COUNT ? table[line].usage : NULL;
}
