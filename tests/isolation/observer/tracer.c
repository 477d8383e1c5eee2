/*
 * The observer's ptrace loop: see tracer.h. ptrace sees a call before seccomp does, and once more when it is left. What
 * became of it shows afterwards: behind a call that the filter traps comes a SIGSYS of seccomp's, behind one that kills
 * the process's end.
 */
#include "tests/isolation/observer/tracer.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define TRACEES_MAX 8192
#define OPTIONS                                                                                                        \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_EXITKILL |  \
	 PTRACE_O_TRACEEXEC)
/* For a start that lasts, on a busy machine. */
#define START_MS 20000
/* si_code of a SIGSYS that a filter sent */
#define CODE_SECCOMP 1
#define SECCOMP_STATUS "Seccomp:\t"
#define PROCESS_STATUS "Tgid:\t"

struct tracee {
	pid_t tid;       /* 0: none, and free if it is no suspect */
	pid_t process;   /* whose thread it is; its leader is the last to be waited for */
	bool is_suspect; /* it is gone with its process, which the filter killed, and `call` may have been why */
	bool is_locked;
	bool has_entered; /* `call` is under way */
	bool has_left;    /* it has been left; the next stop says whether it was made */
	struct seccomp_data call;
	int64_t result;
};

struct tracer {
	struct tracee tracees[TRACEES_MAX];
	struct verdict *verdict;
	struct tracer_result *out;
};

/* A thread that the kernel made attached is locked if whoever made it was. */
static struct tracee tracee_new(pid_t tid)
{
	struct tracee tracee = {.tid = tid, .process = tid};
	char path[64], line[256];
	FILE *status;

	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	status = fopen(path, "re");
	while (status && fgets(line, sizeof(line), status)) {
		if (strncmp(line, SECCOMP_STATUS, sizeof(SECCOMP_STATUS) - 1) == 0)
			tracee.is_locked = line[sizeof(SECCOMP_STATUS) - 1] == '2';
		else if (strncmp(line, PROCESS_STATUS, sizeof(PROCESS_STATUS) - 1) == 0)
			tracee.process = (pid_t)strtol(line + sizeof(PROCESS_STATUS) - 1, NULL, 10);
	}
	if (status)
		fclose(status);
	return tracee;
}

/* The tracee of that id, new if need be; NULL if there are too many. */
static struct tracee *tracee_find(struct tracer *tracer, pid_t tid)
{
	struct tracee *free = NULL;

	for (unsigned i = 0; i < TRACEES_MAX; i++) {
		if (tracer->tracees[i].tid == tid)
			return &tracer->tracees[i];
		if (!free && tracer->tracees[i].tid == 0 && !tracer->tracees[i].is_suspect)
			free = &tracer->tracees[i];
	}
	if (free) {
		*free = tracee_new(tid);
		tracer->out->locked += free->is_locked;
	}
	return free;
}

static void left_judge(struct tracer *tracer, struct tracee *tracee, enum outcome outcome)
{
	if (tracee->has_left && tracee->is_locked)
		verdict_judge(tracer->verdict, &tracee->call, outcome, tracee->result);
	tracee->has_left = false;
}

static void lock_note(struct tracer *tracer, struct tracee *tracee)
{
	tracee->is_locked = true;
	tracer->out->locked++;
	if (!tracer->verdict->is_known && !verdict_guest_read(tracer->verdict, tracee->tid))
		printf("outside: no boot structure in process %d\n", tracee->tid);
}

static void syscall_stop(struct tracer *tracer, struct tracee *tracee)
{
	struct __ptrace_syscall_info info;

	left_judge(tracer, tracee, OUTCOME_MADE);
	if (ptrace(PTRACE_GET_SYSCALL_INFO, tracee->tid, sizeof(info), &info) < 0)
		return;
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
		tracee->has_entered = true;
		tracee->call = (struct seccomp_data){
			.nr = (int)info.entry.nr,
			.arch = info.arch,
			.instruction_pointer = info.instruction_pointer,
		};
		for (unsigned i = 0; i < 6; i++)
			tracee->call.args[i] = info.entry.args[i];
	} else if (info.op == PTRACE_SYSCALL_INFO_EXIT && tracee->has_entered) {
		tracee->has_entered = false;
		tracee->result = info.exit.rval;
		tracee->has_left = true;
		if (!tracee->is_locked && tracee->call.nr == __NR_seccomp &&
		    tracee->call.args[0] == SECCOMP_SET_MODE_FILTER && tracee->result == 0) {
			tracee->has_left = false;
			lock_note(tracer, tracee);
		}
	}
}

/* A call that came by no SYSCALL instruction, and so without stops: the vsyscall page's are faults. */
static void fault_judge(struct tracer *tracer, const siginfo_t *info)
{
	const struct seccomp_data call = {
		.nr = info->si_syscall,
		.arch = info->si_arch,
		.instruction_pointer = (uintptr_t)info->si_call_addr,
	};

	verdict_judge(tracer->verdict, &call, OUTCOME_TRAPPED, 0);
}

/* Returns the signal to deliver. */
static int signal_stop(struct tracer *tracer, struct tracee *tracee, int signal)
{
	siginfo_t info = {0};
	bool is_trap = signal == SIGSYS && ptrace(PTRACE_GETSIGINFO, tracee->tid, 0, &info) == 0 &&
		       info.si_code == CODE_SECCOMP;
	bool is_last = is_trap && tracee->has_left && info.si_syscall == tracee->call.nr &&
		       (uintptr_t)info.si_call_addr == tracee->call.instruction_pointer;

	left_judge(tracer, tracee, is_last ? OUTCOME_TRAPPED : OUTCOME_MADE);
	if (is_trap && !is_last)
		fault_judge(tracer, &info);
	return signal;
}

static void tracee_stopped(struct tracer *tracer, struct tracee *tracee, int status)
{
	int signal = WSTOPSIG(status);
	int event = status >> 16;
	int deliver = 0;

	if (event == PTRACE_EVENT_STOP && signal != SIGTRAP) {
		ptrace(PTRACE_LISTEN, tracee->tid, 0, 0);
		return;
	}
	if (signal == (SIGTRAP | 0x80))
		syscall_stop(tracer, tracee);
	else if (event == 0)
		deliver = signal_stop(tracer, tracee, signal);
	ptrace(PTRACE_SYSCALL, tracee->tid, 0, deliver);
}

/*
 * The filter killed a process all of whose threads are gone: for the calls that the table kills, or, if there is none
 * among the last ones, for one of those that it should have let be.
 */
static void killed_judge(struct tracer *tracer, pid_t process)
{
	bool is_explained = false;

	for (unsigned i = 0; i < TRACEES_MAX; i++) {
		const struct tracee *tracee = &tracer->tracees[i];

		if (tracee->is_suspect && tracee->process == process)
			is_explained |= verdict_kills(tracer->verdict, &tracee->call);
	}
	for (unsigned i = 0; i < TRACEES_MAX; i++) {
		struct tracee *tracee = &tracer->tracees[i];

		if (!tracee->is_suspect || tracee->process != process)
			continue;
		tracee->is_suspect = false;
		/* What became of the others is not to be known. */
		if (!is_explained || verdict_kills(tracer->verdict, &tracee->call))
			verdict_judge(tracer->verdict, &tracee->call, OUTCOME_KILLED, tracee->result);
	}
}

/* A thread that is gone: its last call may have been the end of it, or of its process. */
static void tracee_ended(struct tracer *tracer, struct tracee *tracee, int status)
{
	bool is_killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
	int number = tracee->call.nr;

	/* A call that traps or kills leaves its number in RAX, and so may one that was made. */
	if ((int)tracee->result != number)
		left_judge(tracer, tracee, OUTCOME_MADE);
	else
		tracee->is_suspect = is_killed && tracee->has_left && tracee->is_locked;
	tracee->has_left = false;
	if (tracee->has_entered && tracee->is_locked && (number == __NR_exit_group || number == __NR_exit))
		verdict_judge(tracer->verdict, &tracee->call, OUTCOME_MADE, 0);
	if (is_killed && tracee->tid == tracee->process)
		killed_judge(tracer, tracee->process);
	tracee->tid = 0;
}

/* The command, which starts when it has been attached to. */
static pid_t command_start(char *const *argv)
{
	int gate[2];
	pid_t pid;
	char go = 0;

	if (pipe(gate) < 0)
		return -1;
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		close(gate[1]);
		if (read(gate[0], &go, 1) != 1)
			_exit(127);
		close(gate[0]);
		execvp(argv[0], argv);
		_exit(127);
	}
	close(gate[0]);
	if (pid > 0 && (ptrace(PTRACE_SEIZE, pid, 0, OPTIONS) < 0 || ptrace(PTRACE_INTERRUPT, pid, 0, 0) < 0)) {
		perror("ptrace");
		kill(pid, SIGKILL);
		pid = -1;
	}
	if (write(gate[1], &go, 1) != 1)
		pid = -1;
	close(gate[1]);
	return pid;
}

static void alarm_ignore(int signal)
{
	(void)signal;
}

static void alarm_set(unsigned ms)
{
	struct itimerval timer = {.it_value = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000}};

	setitimer(ITIMER_REAL, &timer, NULL);
}

bool tracer_run(char *const *argv, unsigned idle_ms, struct verdict *verdict, struct tracer_result *result)
{
	static struct tracer tracer;
	const struct sigaction action = {.sa_handler = alarm_ignore};
	pid_t command = command_start(argv);

	memset(&tracer, 0, sizeof(tracer));
	memset(result, 0, sizeof(*result));
	tracer.verdict = verdict;
	tracer.out = result;
	sigaction(SIGALRM, &action, NULL);
	if (command < 0)
		return false;
	for (;;) {
		struct tracee *tracee;
		pid_t tid;
		int status;

		alarm_set(result->locked ? idle_ms : START_MS);
		tid = waitpid(-1, &status, __WALL);
		if (tid < 0 && errno == EINTR) {
			result->is_timed_out = true;
			kill(command, SIGKILL);
			continue;
		}
		if (tid < 0)
			break;
		if (tid == command && !WIFSTOPPED(status))
			result->status = status;
		tracee = tracee_find(&tracer, tid);
		if (!tracee)
			return false;
		if (WIFSTOPPED(status))
			tracee_stopped(&tracer, tracee, status);
		else
			tracee_ended(&tracer, tracee, status);
	}
	alarm_set(0);
	return true;
}
