/* Children: their output, their end, their host calls. */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

/* Emulated machines on busy hosts are slow; only a hang takes this long. */
#define OUTPUT_TIMEOUT_MS 30000

/* The signal of a stop for a system call, as PTRACE_O_TRACESYSGOOD marks it. */
#define SYSCALL_STOP (SIGTRAP | 0x80)

void process_start(struct process *process, const char *const *argv)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		panic("pipe2");
	process->length = 0;
	process->output[0] = '\0';
	process->output_fd = ends[0];
	process->pid = fork();
	if (process->pid < 0)
		panic("fork");
	if (process->pid == 0) {
		dup2(ends[1], 1);
		dup2(ends[1], 2);
		execv(argv[0], (char *const *)(size_t)argv);
		_exit(127);
	}
	close(ends[1]);
}

bool process_read(struct process *process, const char *text)
{
	struct pollfd pollfd = {.fd = process->output_fd, .events = POLLIN};

	while (!text || !strstr(process->output, text)) {
		size_t room = sizeof(process->output) - 1 - process->length;
		ssize_t got;

		if (room == 0 || poll(&pollfd, 1, OUTPUT_TIMEOUT_MS) <= 0)
			return false;
		got = read(process->output_fd, process->output + process->length, room);
		if (got <= 0)
			return got == 0 && !text;
		process->length += (size_t)got;
		process->output[process->length] = '\0';
	}
	return true;
}

int process_end(struct process *process)
{
	int status;

	if (!process_read(process, NULL))
		kill(process->pid, SIGKILL);
	close(process->output_fd);
	if (waitpid(process->pid, &status, 0) != process->pid)
		panic("waitpid");
	/* For whoever reads the output of a failed test. */
	snprintf(process->output + process->length, sizeof(process->output) - process->length, "(wait status 0x%x)\n",
		 (unsigned)status);
	return status & ~0x80;
}

int process_run(struct process *process, const char *const *argv)
{
	process_start(process, argv);
	return process_end(process);
}

static void traced_exec(const char *const *argv)
{
	int null = open("/dev/null", O_WRONLY);

	dup2(null, 1);
	dup2(null, 2);
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	execv(argv[0], (char *const *)(size_t)argv);
	_exit(127);
}

static bool is_entry_of(pid_t pid, long number)
{
	struct __ptrace_syscall_info info;

	return ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof(info), &info) > 0 &&
	       info.op == PTRACE_SYSCALL_INFO_ENTRY && info.entry.nr == (unsigned long)number;
}

long process_count_calls(const char *const *argv, long number)
{
	long count = 0;
	int status;
	pid_t pid = fork();

	if (pid == 0)
		traced_exec(argv);
	if (waitpid(pid, &status, 0) != pid)
		panic("waitpid");
	ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL));
	while (WIFSTOPPED(status)) {
		int signal = WSTOPSIG(status);

		if (signal == SYSCALL_STOP && is_entry_of(pid, number))
			count++;
		/* The stop after exec is not the program's. */
		if (signal == SYSCALL_STOP || signal == SIGTRAP)
			signal = 0;
		ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(size_t)signal);
		if (waitpid(pid, &status, 0) != pid)
			panic("waitpid");
	}
	return status == 0 ? count : -1;
}
