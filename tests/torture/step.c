/*
 * A kick at every instruction on the way into a sleep: step SLEEP WINDOW-END COMMAND...
 *
 * The command runs a guest of tests/torture with --sleeper: its first process sends its child a signal for each byte it
 * reads and says "sent"; the child does nothing but wait for signals, and says "caught". Round by round the child is
 * stopped at SLEEP, the place of a function in the library kernel, and taken one instruction further than before; there
 * the signal meets it. It must be caught, wherever that is, up to the SYSCALL instruction in front of WINDOW-END, where
 * the child is found asleep.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_MS 20000
#define STEPS_MAX 2000
#define SYSCALL_BYTES 2
#define BREAKPOINT 0xccul

static int to_guest, from_guest;
static pid_t sleeper;
static uint64_t sleep_offset, window_end, kernel; /* `kernel`: its address in the guest */

static void fail(const char *what)
{
	printf("%s: %s\n", what, strerror(errno));
	exit(1);
}

static pid_t guest_start(char **command)
{
	int in[2], out[2];
	if (pipe(in) != 0 || pipe(out) != 0)
		fail("pipe");
	pid_t guest = fork();
	if (guest == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		close(in[1]);
		close(out[0]);
		execv(command[0], command);
		fail(command[0]);
	}
	close(in[0]);
	close(out[1]);
	to_guest = in[1];
	from_guest = out[0];
	return guest;
}

/* Of our last stop of the sleeper; signals that come to it are handed on as long as it has not stopped otherwise. */
static int stop_take(int flags)
{
	int status;
	if (waitpid(sleeper, &status, flags | __WALL) != sleeper)
		return 0;
	if (!WIFSTOPPED(status))
		fail("the sleeper is gone");
	return WSTOPSIG(status) | status >> 16 << 8;
}

static bool is_ours(int stop)
{
	return stop >> 8 == PTRACE_EVENT_STOP || (stop & 0xff) == SIGTRAP;
}

/* Goes on until it stops for us: at a breakpoint, or behind a step. */
static void run_to_stop(enum __ptrace_request how)
{
	int signal = 0;
	for (;;) {
		ptrace(how, sleeper, NULL, signal);
		int stop = stop_take(0);
		if (is_ours(stop))
			return;
		signal = stop & 0xff;
	}
}

/* Reads until the line has come, while the sleeper goes on if it is running. */
static void await_line(const char *line, bool runs)
{
	static char seen[4096];
	static size_t length;
	for (int waited = 0; waited < PATIENCE_MS; waited++) {
		struct pollfd entry = {.fd = from_guest, .events = POLLIN};
		int stop = runs ? stop_take(WNOHANG) : 0;
		if (stop)
			ptrace(PTRACE_CONT, sleeper, NULL, is_ours(stop) ? 0 : stop & 0xff);
		if (poll(&entry, 1, 1) > 0) {
			ssize_t got = read(from_guest, seen + length, sizeof(seen) - 1 - length);
			length += got > 0 ? (size_t)got : 0;
			seen[length] = '\0';
		}
		char *found = strstr(seen, line);
		if (found) {
			found += strlen(line);
			length -= (size_t)(found - seen);
			memmove(seen, found, length + 1);
			return;
		}
	}
	printf("no \"%s\" in \"%s\"\n", line, seen);
	exit(1);
}

static void signal_send(bool runs)
{
	if (write(to_guest, "", 1) != 1)
		fail("write");
	await_line("sent\n", runs);
}

static struct user_regs_struct registers_get(void)
{
	struct user_regs_struct registers;
	if (ptrace(PTRACE_GETREGS, sleeper, NULL, &registers) != 0)
		fail("registers");
	return registers;
}

/* The word at an address of the kernel with its first byte replaced; returns the word that was there. */
static long text_change(uint64_t address, long word)
{
	long old = ptrace(PTRACE_PEEKTEXT, sleeper, address, NULL);
	if (ptrace(PTRACE_POKETEXT, sleeper, address, word) != 0)
		fail("a breakpoint");
	return old;
}

/* The sleeper stopped in its sleep. */
static void sleeper_stop(void)
{
	for (int tries = 0; tries < PATIENCE_MS; tries++) {
		ptrace(PTRACE_INTERRUPT, sleeper, NULL, NULL);
		for (int stop = stop_take(0); !is_ours(stop); stop = stop_take(0))
			ptrace(PTRACE_CONT, sleeper, NULL, stop & 0xff);
		uint64_t at = registers_get().rip;
		if (!kernel && (at & 0xfff) == (window_end & 0xfff))
			kernel = at - window_end;
		if (kernel && (at == kernel + window_end || at == kernel + window_end - SYSCALL_BYTES))
			return;
		ptrace(PTRACE_CONT, sleeper, NULL, NULL);
		usleep(1000);
	}
	fail("it does not sleep");
}

/* One round: false if the sleep itself was reached. */
static bool round_run(unsigned steps)
{
	uint64_t place = kernel + sleep_offset;
	long word = ptrace(PTRACE_PEEKTEXT, sleeper, place, NULL);
	bool before_sleep = true;
	text_change(place, (long)(((unsigned long)word & ~0xfful) | BREAKPOINT));
	signal_send(false);
	do {
		run_to_stop(PTRACE_CONT);
	} while (registers_get().rip != place + 1);
	text_change(place, word);
	struct user_regs_struct registers = registers_get();
	registers.rip = place;
	ptrace(PTRACE_SETREGS, sleeper, NULL, &registers);
	await_line("caught\n", false);
	for (unsigned i = 0; i < steps && before_sleep; i++) {
		run_to_stop(PTRACE_SINGLESTEP);
		before_sleep = registers_get().rip != kernel + window_end - SYSCALL_BYTES;
	}
	signal_send(false);
	ptrace(PTRACE_CONT, sleeper, NULL, NULL);
	await_line("caught\n", true);
	return before_sleep;
}

/* Of a process and its descendants the one that came last. */
static pid_t newest_of(pid_t process)
{
	char path[64];
	pid_t newest = process;
	int child;
	snprintf(path, sizeof path, "/proc/%d/task/%d/children", process, process);
	FILE *children = fopen(path, "re");
	while (children && fscanf(children, "%d", &child) == 1) {
		pid_t last = newest_of(child);
		newest = last > newest ? last : newest;
	}
	if (children)
		fclose(children);
	return newest;
}

int main(int count, char **arguments)
{
	unsigned steps = 0;
	if (count < 4)
		return 2;
	sleep_offset = strtoul(arguments[1], NULL, 16);
	window_end = strtoul(arguments[2], NULL, 16);
	pid_t guest = guest_start(arguments + 3);
	await_line("ready\n", false);
	sleeper = newest_of(guest);
	if (ptrace(PTRACE_SEIZE, sleeper, NULL, NULL) != 0)
		fail("ptrace");
	do {
		sleeper_stop();
	} while (round_run(steps++) && steps < STEPS_MAX);
	printf("steps %u\n", steps);
	close(to_guest);
	return steps < 10 || steps == STEPS_MAX;
}
