/*
 * peak_rss COMMAND [ARGS]: the most memory a command ever had resident, in KiB; its output goes to /dev/null.
 * Memory only shrinks in system calls, so the peak is the largest size seen at the entry of any.
 *
 * Not getrusage: ru_maxrss begins with the parent's, from before exec. Not only VmHWM: since 6.2 the kernel keeps its
 * peak from counters that may be dozens of pages off, more than the programs measured here have. smaps_rollup counts.
 */
#define _GNU_SOURCE

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#define OPTIONS (PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL)
#define EVENT_EXIT (SIGTRAP | PTRACE_EVENT_EXIT << 8)
#define STOP_SYSCALL (SIGTRAP | 0x80)

static void fail(const char *what)
{
	fflush(stdout);
	perror(what);
	exit(1);
}

/* The number behind a field's name at the start of a line of /proc/PID/FILE. */
static unsigned long field_kib(pid_t pid, const char *file, const char *field)
{
	char path[64];
	char line[256];
	unsigned long kib = 0;
	FILE *stream;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	stream = fopen(path, "r");
	if (!stream)
		fail(path);
	while (fgets(line, sizeof(line), stream)) {
		if (strncmp(line, field, strlen(field)) == 0)
			kib = strtoul(line + strlen(field), NULL, 10);
	}
	fclose(stream);
	return kib;
}

_Noreturn static void command_exec(char **command)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (null < 0 || dup2(null, STDOUT_FILENO) < 0)
		fail("/dev/null");
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
		fail("ptrace");
	execv(command[0], command);
	fail(command[0]);
	_exit(1);
}

/* Follows the command to its end; *peak_kib by counting pages, *hwm_kib from the kernel's own figure. */
static int command_follow(pid_t pid, unsigned long *peak_kib, unsigned long *hwm_kib)
{
	long signal = 0;
	int status;

	for (;;) {
		if (waitpid(pid, &status, 0) != pid)
			fail("waitpid");
		if (!WIFSTOPPED(status))
			return status;
		signal = WSTOPSIG(status);
		if (signal == SIGTRAP || signal == STOP_SYSCALL) {
			unsigned long kib = field_kib(pid, "smaps_rollup", "Rss:");

			if (kib > *peak_kib)
				*peak_kib = kib;
			signal = 0;
		}
		if (status >> 8 == EVENT_EXIT)
			*hwm_kib = field_kib(pid, "status", "VmHWM:");
		if (ptrace(PTRACE_SYSCALL, pid, NULL, signal) < 0)
			fail("ptrace");
	}
}

int main(int argc, char **argv)
{
	unsigned long peak_kib = 0;
	unsigned long hwm_kib = 0;
	int status;
	pid_t pid;

	if (argc < 2) {
		fprintf(stderr, "usage: peak_rss COMMAND [ARGS]\n");
		return 1;
	}
	pid = fork();
	if (pid < 0)
		fail("fork");
	if (pid == 0)
		command_exec(argv + 1);
	/* The first stop is behind exec. */
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		fail(argv[1]);
	if (ptrace(PTRACE_SETOPTIONS, pid, NULL, (long)OPTIONS) < 0 || ptrace(PTRACE_SYSCALL, pid, NULL, 0L) < 0)
		fail("ptrace");
	if (command_follow(pid, &peak_kib, &hwm_kib) != 0) {
		fprintf(stderr, "peak_rss: %s: did not end with status 0\n", argv[1]);
		return 1;
	}
	printf("peak_rss %lu\nVmHWM %lu\n", peak_kib, hwm_kib);
	return 0;
}
