/* What is left of the tender while a guest waits: asked of /proc, as any observer on the host could. */
#include "init.h"

#include <asm/unistd.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define TEXT_MAX 8192
#define GUEST_MEMORY_BEGIN 0x10000ul
#define GUEST_MEMORY_END (512ul << 20)

static struct process process;
static char text[TEXT_MAX];

/* Reads /proc/PID/NAME into `text`; returns its length. */
static size_t proc_read(const char *name)
{
	char path[64];
	size_t length = 0;
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", process.pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		panic(path);
	while ((got = read(fd, text + length, sizeof(text) - 1 - length)) > 0)
		length += (size_t)got;
	close(fd);
	text[length] = '\0';
	return length;
}

static void privileges_test(void)
{
	static const char *const wanted[] = {
		"\nUid:\t65534\t65534\t65534\t65534\n",
		"\nGid:\t65534\t65534\t65534\t65534\n",
		"\nGroups:\t \n",
		"\nCapInh:\t0000000000000000\n",
		"\nCapPrm:\t0000000000000000\n",
		"\nCapEff:\t0000000000000000\n",
		"\nCapAmb:\t0000000000000000\n",
		"\nNoNewPrivs:\t1\n",
		"\nSeccomp:\t2\n",
	};
	bool all = true;

	proc_read("status");
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		all = all && strstr(text, wanted[i]);
	tap_result(all, "no privileges", text);
}

/* Whether every mapping is guest memory, or the vDSO and its data where wanted; none is writable and executable. */
static bool maps_are_clean(bool with_vdso)
{
	char *save;
	bool has_vdso = false;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *dash;
		unsigned long begin = strtoul(line, &dash, 16);
		unsigned long end = strtoul(dash + 1, NULL, 16);

		if (strstr(line, "rwx"))
			return false;
		if (begin >= GUEST_MEMORY_BEGIN && end <= GUEST_MEMORY_END)
			continue;
		has_vdso = has_vdso || strstr(line, "[vdso]");
		if (!with_vdso || !(strstr(line, "[vdso]") || strstr(line, "[vvar]")))
			return false;
	}
	return has_vdso == with_vdso;
}

static void maps_test(const char *name, bool with_vdso)
{
	static char original[TEXT_MAX];

	proc_read("maps");
	strcpy(original, text);
	tap_result(maps_are_clean(with_vdso), name, original);
}

static void descriptors_test(const char *name, size_t wanted)
{
	char path[64];
	size_t count = 0;
	bool has_console = false;
	const struct dirent *entry;
	DIR *directory;

	snprintf(path, sizeof(path), "/proc/%d/fd", process.pid);
	directory = opendir(path);
	if (!directory)
		panic(path);
	while ((entry = readdir(directory))) {
		if (entry->d_name[0] == '.')
			continue;
		has_console = has_console || strcmp(entry->d_name, "1") == 0;
		count++;
	}
	closedir(directory);
	tap_result(count == wanted && has_console, name, NULL);
}

static void command_line_test(void)
{
	static const char wanted[] = TENDER "\0" GUEST("bare") "\0an argument";
	size_t length = proc_read("cmdline");

	tap_result(length == sizeof(wanted) && memcmp(text, wanted, sizeof(wanted)) == 0, "ps shows the command line",
		   text);
}

static void bare_start(const char *guest)
{
	const char *argv[] = {TENDER, guest, "an argument", NULL};

	process_start(&process, argv);
	if (!process_read(&process, "WAITING\n"))
		panic("bare does not wait");
}

static void bare_end(void)
{
	kill(process.pid, SIGKILL);
	process_end(&process);
}

static void bare_tests(void)
{
	bare_start(GUEST("bare"));
	privileges_test();
	maps_test("no tender in memory", true);
	descriptors_test("no stray descriptors", 1);
	command_line_test();
	bare_end();
	bare_start(SOLO5_GUEST("bare"));
	maps_test("solo5: no tender in memory", false);
	/* The console, the epoll set and the timer. */
	descriptors_test("solo5: no stray descriptors", 3);
	bare_end();
}

/* Without a limit to the stack, the host maps from low addresses up: the vDSO is somewhere else. */
static void bottom_up_test(void)
{
	struct rlimit before;
	struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};

	if (getrlimit(RLIMIT_STACK, &before) < 0 || setrlimit(RLIMIT_STACK, &unlimited) < 0)
		panic("RLIMIT_STACK");
	bare_start(GUEST("bare"));
	maps_test("no tender in memory that is mapped bottom-up", true);
	bare_end();
	setrlimit(RLIMIT_STACK, &before);
}

static void clock_test(void)
{
	const char *const argv[] = {TENDER, GUEST("time"), NULL};
	const char *const solo5_argv[] = {TENDER, SOLO5_GUEST("time"), NULL};

	tap_result(process_count_calls(argv, __NR_clock_gettime) == 0, "the vDSO tells the time", NULL);
	tap_result(process_count_calls(solo5_argv, __NR_clock_gettime) > 0, "solo5: the host tells the time", NULL);
}

static void canary_test(void)
{
	static char first[OUTPUT_MAX];
	const char *const argv[] = {TENDER, GUEST("canary"), "--solo5:quiet", NULL};
	bool succeeded = process_run(&process, argv) == EXITED(0);

	strcpy(first, process.output);
	succeeded = process_run(&process, argv) == EXITED(0) && succeeded;
	tap_result(succeeded && strcmp(first, process.output) != 0, "canary", first);
}

void test_lockdown(void)
{
	int stray[20];

	for (size_t i = 0; i < sizeof(stray) / sizeof(stray[0]); i++)
		stray[i] = open("/dev/null", O_RDWR);
	bare_tests();
	for (size_t i = 0; i < sizeof(stray) / sizeof(stray[0]); i++)
		close(stray[i]);
	bottom_up_test();
	clock_test();
	canary_test();
}
