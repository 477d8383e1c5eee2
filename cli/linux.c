/* Linux programs from the command line: see linux.h. */
#include "cli/linux.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "cli/beside.h"
#include "cli/entrypoint.h"
#include "cli/mounts.h"
#include "cli/network.h"
#include "cli/state.h"
#include "image/config.h"
#include "image/image.h"
#include "image/user.h"

#define DEFAULT_PATH "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define DEFAULT_HOME "HOME=/root"
#define KERNEL_FILE "../lib/tend/kernel.elf"

/* A guest on its way: what is asked for, what its image says, and what the tender is told. */
struct start {
	struct run_options *options;
	const char *source;
	char path[PATH_MAX]; /* of the image, for messages */
	int fd;
	struct image_config config;
	struct word_list command; /* the program and its arguments */
	struct word_list environment;
	struct word_list tender; /* the tender's command line */
};

int observation_open(const char *path)
{
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666) : fcntl(STDERR_FILENO, F_DUPFD, 3);

	if (fd < 0)
		complain("%s: %s", path ? path : "standard error", strerror(errno));
	return fd;
}

static int observation_add(struct start *start, const struct linux_observation *observation)
{
	int fd;

	if (!observation)
		return 0;
	fd = observation_open(start->options->output);
	if (fd < 0)
		return 1;
	if (observation->trace && word_print(&start->tender, "--trace=%d", fd) != 0)
		return 1;
	return observation->statistics ? word_print(&start->tender, "--stat=%d", fd) : 0;
}

static int image_find(struct start *start)
{
	struct error error = {0};

	start->fd = image_of_source(start->source, start->path, sizeof(start->path), &error);
	if (start->fd < 0)
		return complain("%s", error.text);
	/* With --root, the program was named: what the image would start is of no interest. */
	if (start->options->root)
		return image_config_parse("{}", 2, &start->config, &error) < 0 ? complain("%s", error.text) : 0;
	return image_config_read(start->fd, &start->config, &error) < 0 ? complain("%s", error.text) : 0;
}

static int files_add(struct start *start)
{
	char kernel[PATH_MAX];
	/* The descriptor, as the name may be another file's by the time it is opened; not in a standard one's place. */
	int kept = fcntl(start->fd, F_DUPFD, STDERR_FILENO + 1);

	if (kept < 0)
		return complain("%s: %s", start->path, strerror(errno));
	if (beside_path(KERNEL_FILE, kernel, sizeof(kernel)) != 0)
		return 1;
	return word_print(&start->tender, "--kernel=%s", kernel) || word_print(&start->tender, "--image-fd=%d", kept) ||
	       word_print(&start->tender, "--image=%s", start->path);
}

/* Who the program is, and so its home unless a variable says another. */
static int user_add(struct start *start)
{
	const char *user = start->options->user ? start->options->user : start->config.user;
	struct image_user found;
	struct error error = {0};

	if (*user == '\0')
		return environment_has(&start->environment, "HOME")
			       ? 0
			       : environment_set(&start->environment, DEFAULT_HOME);
	if (image_user_find(start->fd, user, &found, &error) < 0)
		return complain("%s%s", start->options->user ? "" : "the image's configuration: ", error.text);
	if (!environment_has(&start->environment, "HOME")) {
		if (word_print(&start->environment, "HOME=%s", found.home) != 0)
			return 1;
	}
	return word_print(&start->tender, "--user=%u:%u", found.uid, found.gid);
}

/* As podman has it: what the image says, then what every program needs, then what was asked for. */
static int environment_make(struct start *start)
{
	const struct word_list *given = &start->options->environment;

	if (environment_set(&start->environment, DEFAULT_PATH) != 0 ||
	    environment_add(&start->environment, "TERM") != 0)
		return 1;
	for (char **variable = start->config.env; variable && *variable; variable++) {
		if (environment_set(&start->environment, *variable) != 0)
			return 1;
	}
	for (size_t i = 0; i < given->count; i++) {
		if (environment_set(&start->environment, given->words[i]) != 0)
			return 1;
	}
	return 0;
}

static int environment_add_all(struct start *start)
{
	for (size_t i = 0; i < start->environment.count; i++) {
		if (word_print(&start->tender, "--env=%s", start->environment.words[i]) != 0)
			return 1;
	}
	return 0;
}

static int options_add(struct start *start)
{
	const struct run_options *options = start->options;
	const char *workdir = options->workdir ? options->workdir : start->config.workdir;

	if (*workdir && word_print(&start->tender, "--workdir=%s", workdir) != 0)
		return 1;
	if (options->terminal && word_add(&start->tender, "--tty") != 0)
		return 1;
	for (size_t i = 0; i < options->passed.count; i++) {
		if (word_add(&start->tender, options->passed.words[i]) != 0)
			return 1;
	}
	return mounts_add(options, &start->tender);
}

static int command_add(struct start *start)
{
	if (word_add(&start->tender, "--") != 0)
		return 1;
	for (size_t i = 0; i < start->command.count; i++) {
		if (word_add(&start->tender, start->command.words[i]) != 0)
			return 1;
	}
	return 0;
}

static int network_add(void *tender, const char *name, const char *value)
{
	return word_print(tender, "--%s=%s", name, value);
}

/*
 * The last steps are the front's: in the background, that is not the process that was called. The network's helper ends
 * with the process that started it, and where an image has to be built, tend begins anew: so it starts here.
 */
static int tender_become(struct start *start)
{
	char path[PATH_MAX];

	if (beside_path("tend-linux", path, sizeof(path)) != 0 ||
	    network_start(&start->options->network, network_add, &start->tender) != 0 ||
	    network_wait(&start->options->network) != 0 || command_add(start) != 0)
		return 1;
	execv(path, (char *const *)(uintptr_t)start->tender.words);
	return complain("%s: %s; build or install the tender beside tend", path, strerror(errno));
}

/* Makes up the tender's command line; the operands are what follows the source. */
static int start_prepare(struct start *start, int count, char **operands, const struct linux_observation *observation)
{
	if (word_add(&start->tender, "tend") != 0 || observation_add(start, observation) != 0 ||
	    image_find(start) != 0 ||
	    entrypoint_command(start->options, &start->config, count, operands, &start->command) != 0)
		return 1;
	if (start->command.count == 0)
		return complain("%s: no program given, and the image names none", start->source);
	return files_add(start) || environment_make(start) || user_add(start) || environment_add_all(start) ||
	       options_add(start);
}

static bool has_terminal(void)
{
	return isatty(STDIN_FILENO) || isatty(STDOUT_FILENO) || isatty(STDERR_FILENO);
}

int linux_run(const struct command *command, int argc, char **argv, struct run_options *options,
	      const struct linux_observation *observation)
{
	struct start start = {.options = options, .source = options->root};
	int operand = options->operand;

	if (!start.source && operand < argc)
		start.source = argv[operand++];
	if (!start.source || (options->root && operand == argc))
		return command_misused(command);
	if (options->terminal && options->detach)
		return complain("-t: a guest in the background has no terminal");
	if (options->terminal && !has_terminal())
		return complain("-t: neither standard input nor output is a terminal");
	if (start_prepare(&start, argc - operand, argv + operand, observation) != 0 ||
	    state_begin(options, &start.tender) != 0)
		return 1;
	return options->detach ? state_detach(options, tender_become, &start) : tender_become(&start);
}
