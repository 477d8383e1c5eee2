/* Linux programs from the command line: see linux.h. */
#define _GNU_SOURCE /* asprintf */
#include "cli/linux.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/beside.h"
#include "cli/command.h"
#include "cli/network.h"
#include "image/image.h"

#define DEFAULT_PATH "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define ENVIRONMENT_OPTION "--env="
#define KERNEL_FILE "../lib/tend/kernel.elf"

struct linux_arguments {
	const char *command; /* run, trace, stat */
	bool is_observed;    /* by trace or stat */
	const char *root;
	const char *output; /* of an observation; NULL: standard error */
	struct network_arguments network;
	const char **tender; /* the tender's command line, NULL-terminated */
	int count;
};

/* '+': up to the program; ':': a missing value is told as such, and nothing is printed. */
static const char short_options[] = "+:e:w:u:o:p:";
static const struct option long_options[] = {
	{"root", required_argument, NULL, 'r'},        {"mem", required_argument, NULL, 'm'},
	{"env", required_argument, NULL, 'e'},         {"workdir", required_argument, NULL, 'w'},
	{"user", required_argument, NULL, 'u'},        {"hostname", required_argument, NULL, 'h'},
	{"policy", required_argument, NULL, 'P'},      {"net", required_argument, NULL, 'n'},
	{"network", required_argument, NULL, 'n'},     {"publish", required_argument, NULL, 'p'},
	{"ip", required_argument, NULL, '4'},          {"ip6", required_argument, NULL, '6'},
	{"gateway", required_argument, NULL, 'g'},     {"dns", required_argument, NULL, 'd'},
	{"mac-address", required_argument, NULL, 'a'}, {"mtu", required_argument, NULL, 't'},
	{"output", required_argument, NULL, 'o'},      {NULL, 0, NULL, 0},
};

bool linux_is_meant(int argc, char **argv)
{
	bool found = false;
	int option;

	/* Options of unikernels are among them, which getopt does not know: it goes on behind them. */
	opterr = 0;
	while (!found && (option = getopt_long(argc, argv, short_options, long_options, NULL)) != -1)
		found = option == 'r';
	optind = 1;
	return found;
}

/* Adds "--NAME=VALUE" to the tender's command line. It lives until exec. */
static int option_add(struct linux_arguments *to, const char *name, const char *value)
{
	char *text;

	if (asprintf(&text, "--%s=%s", name, value) < 0)
		return complain("out of memory");
	to->tender[to->count++] = text;
	return 0;
}

static int network_add(void *tender, const char *name, const char *value)
{
	return option_add(tender, name, value);
}

/* Sets a variable given as VAR=VALUE; a later one of the same name counts. */
static int variable_set(struct linux_arguments *to, const char *variable)
{
	size_t name_length = strlen(ENVIRONMENT_OPTION) + strcspn(variable, "=") + 1;
	int result = option_add(to, "env", variable);
	const char *added = to->tender[to->count - 1];

	for (int i = 0; result == 0 && i < to->count - 1; i++) {
		if (strncmp(to->tender[i], added, name_length) == 0) {
			to->tender[i] = added;
			to->count--;
			break;
		}
	}
	return result;
}

/* VAR=VALUE, or VAR with this process's value; a variable that is not set here is not set there. */
static int variable_add(struct linux_arguments *to, const char *variable)
{
	const char *value = getenv(variable);
	char *text;
	int result;

	if (variable[0] == '\0' || variable[0] == '=')
		return complain("-e %s: it must be VAR=VALUE or VAR", variable);
	if (strchr(variable, '='))
		return variable_set(to, variable);
	if (!value)
		return 0;
	if (asprintf(&text, "%s=%s", variable, value) < 0)
		return complain("out of memory");
	result = variable_set(to, text);
	free(text);
	return result;
}

static int usage_complain(const struct linux_arguments *to)
{
	return complain("usage: tend %s %s" LINUX_OPTIONS_USAGE, to->command, to->is_observed ? "[-o FILE] " : "");
}

static int network_option_take(struct linux_arguments *to, int option, const char *value)
{
	struct network_arguments *network = &to->network;

	switch (option) {
	case 'p':
		return network_publish(network, value);
	case 'd':
		network->has_name_servers = true;
		return option_add(to, "dns", value);
	case 'n':
		network->net = value;
		return 0;
	case '4':
		network->ip = value;
		return 0;
	case '6':
		network->ip6 = value;
		return 0;
	case 'g':
		network->gateway = value;
		return 0;
	case 'a':
		network->mac = value;
		return 0;
	case 't':
		network->mtu = value;
		return 0;
	default:
		return -1;
	}
}

/* `word` is the argument that had the option, or its value. */
static int option_take(struct linux_arguments *to, int option, const char *value, const char *word)
{
	int result;

	switch (option) {
	case 'r':
		to->root = value;
		return 0;
	case 'o':
		to->output = value;
		return to->is_observed ? 0 : usage_complain(to);
	case 'e':
		return variable_add(to, value);
	case 'm':
		return option_add(to, "mem", value);
	case 'w':
		return option_add(to, "workdir", value);
	case 'u':
		return option_add(to, "user", value);
	case 'h':
		return option_add(to, "hostname", value);
	case 'P':
		return option_add(to, "policy", value);
	default:
		break;
	}
	result = network_option_take(to, option, value);
	if (result < 0)
		return complain("%s: no such option, or its value is missing; tend --help lists them", word);
	return result;
}

static int options_take(int argc, char **argv, struct linux_arguments *to)
{
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, short_options, long_options, NULL)) != -1) {
		if (option_take(to, option, optarg, argv[optind - 1]) != 0)
			return 1;
	}
	return to->root && optind < argc ? 0 : usage_complain(to);
}

/* A descriptor for the observation's report, above the standard ones. */
static int output_open(const char *path)
{
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666) : fcntl(STDERR_FILENO, F_DUPFD, 3);

	if (fd < 0)
		complain("%s: %s", path ? path : "standard error", strerror(errno));
	return fd;
}

static int observation_add(struct linux_arguments *to, const struct linux_observation *observation)
{
	char number[16];
	int fd;

	if (!observation)
		return 0;
	fd = output_open(to->output);
	if (fd < 0)
		return 1;
	snprintf(number, sizeof(number), "%d", fd);
	if (observation->trace && option_add(to, "trace", number) != 0)
		return 1;
	return observation->statistics ? option_add(to, "stat", number) : 0;
}

static int image_add(struct linux_arguments *to)
{
	char kernel[PATH_MAX];
	char image[PATH_MAX], number[16];
	struct error error = {0};
	int fd, kept;

	if (beside_path(KERNEL_FILE, kernel, sizeof(kernel)) != 0 || option_add(to, "kernel", kernel) != 0)
		return 1;
	fd = image_of_root(to->root, image, sizeof(image), &error);
	if (fd < 0)
		return complain("%s", error.text);
	/* The descriptor, as the name may be another file's by the time it is opened; not in a standard one's place. */
	kept = fcntl(fd, F_DUPFD, STDERR_FILENO + 1);
	close(fd);
	if (kept < 0)
		return complain("%s: %s", image, strerror(errno));
	snprintf(number, sizeof(number), "%d", kept);
	return option_add(to, "image-fd", number) != 0 ? 1 : option_add(to, "image", image);
}

static int tender_become(struct linux_arguments *to)
{
	char path[PATH_MAX];

	if (beside_path("tend-linux", path, sizeof(path)) != 0)
		return 1;
	execv(path, (char *const *)(uintptr_t)to->tender);
	return complain("%s: %s; build or install the tender beside tend", path, strerror(errno));
}

/* Runs the tender; returns only after an error. */
static int tender_run(int argc, char **argv, const struct linux_observation *observation, struct linux_arguments *to)
{
	to->tender[to->count++] = "tend";
	if (variable_set(to, DEFAULT_PATH) != 0 || variable_set(to, "HOME=/root") != 0 ||
	    variable_add(to, "TERM") != 0 || options_take(argc, argv, to) != 0 ||
	    observation_add(to, observation) != 0 || network_start(&to->network, network_add, to) != 0 ||
	    image_add(to) != 0 || network_wait(&to->network) != 0)
		return 1;
	to->tender[to->count++] = "--";
	for (int i = optind; i < argc; i++)
		to->tender[to->count++] = argv[i];
	return tender_become(to);
}

int linux_run(int argc, char **argv, const struct linux_observation *observation)
{
	struct linux_arguments arguments = {.command = argv[0], .is_observed = observation != NULL};
	int result;

	/* Every argument may become one of the tender's; the rest is what tender_run adds. */
	arguments.tender = calloc((size_t)argc + 32, sizeof(*arguments.tender));
	if (!arguments.tender)
		return complain("out of memory");
	result = tender_run(argc, argv, observation, &arguments);
	free(arguments.tender);
	return result;
}
