/* Signals: actions, masks, sending, taking. Handlers note what came. */
#include "random.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#define NOTES_MAX 24

static struct note {
	int signal, code, from, value;
} notes[NOTES_MAX];
static volatile sig_atomic_t note_count;

static int signal_choose(void)
{
	static const int signals[] = {SIGUSR1, SIGUSR2, SIGTERM, SIGCHLD, SIGCONT, SIGURG, SIGPIPE, SIGWINCH};
	uint32_t which = random_below(12);
	return which < 8 ? signals[which] : SIGRTMIN + (int)which - 8;
}

static void note_take(int signal, siginfo_t *info, void *context)
{
	(void)context;
	if (note_count >= NOTES_MAX)
		return;
	bool queued = info->si_code == SI_QUEUE;
	notes[note_count++] = (struct note){signal, info->si_code, actor_by_pid(info->si_pid),
					    queued              ? info->si_value.sival_int
					    : signal == SIGCHLD ? info->si_status
								: 0};
}

/* Of children that end together, one signal or several may come: that one came is what can be compared. */
void signals_tell(void)
{
	bool child = false;
	for (int i = 0; i < note_count; i++) {
		if (notes[i].signal == SIGCHLD)
			child = true;
		else
			tell("[signal %d code %d from %d value %d] ", notes[i].signal, notes[i].code, notes[i].from,
			     notes[i].value);
	}
	if (child)
		tell("[children] ");
	note_count = 0;
}

static void action_set(int signal, bool handled)
{
	static const int flags[] = {0, SA_RESTART, SA_NODEFER, SA_RESETHAND, SA_NOCLDSTOP, SA_NOCLDWAIT};
	struct sigaction action = {.sa_sigaction = note_take};
	uint32_t which = random_below(6);
	action.sa_flags = SA_SIGINFO | (handled ? flags[random_below(6)] : 0);
	sigfillset(&action.sa_mask); /* one at a time: each finds its place */
	sigdelset(&action.sa_mask, SIGSEGV);
	sigdelset(&action.sa_mask, SIGBUS);
	if (handled && which < 2) {
		action.sa_flags &= ~SA_SIGINFO;
		action.sa_handler = which ? SIG_DFL : SIG_IGN;
	}
	if (handled)
		tell("sigaction(%d, %u, %#x)", signal, which, (unsigned)action.sa_flags);
	int result = sigaction(signal, &action, NULL);
	if (handled)
		tell_result(result);
}

void signals_prepare(void)
{
	action_set(SIGUSR1, false);
	action_set(SIGUSR2, false);
	action_set(SIGTERM, false);
	action_set(SIGPIPE, false);
	for (int i = 0; i < 4; i++)
		action_set(SIGRTMIN + i, false);
}

static void mask_change(void)
{
	sigset_t set;
	int how = (int)random_below(3), first = signal_choose(), second = signal_choose();
	sigemptyset(&set);
	sigaddset(&set, first);
	sigaddset(&set, second);
	tell("sigprocmask(%d, %d %d)", how, first, second);
	tell_result(sigprocmask(how, &set, NULL));
}

static void pending_look(void)
{
	sigset_t set;
	sigpending(&set);
	tell("sigpending:");
	for (int signal = 1; signal < 64; signal++) {
		if (sigismember(&set, signal) == 1)
			tell(" %d", signal);
	}
}

static void pending_take(void)
{
	struct timespec none = {0, 0};
	sigset_t set;
	siginfo_t info;
	sigemptyset(&set);
	for (int i = 0; i < 4; i++)
		sigaddset(&set, signal_choose());
	memset(&info, 0, sizeof info);
	tell("sigtimedwait");
	if (tell_result(sigtimedwait(&set, &info, &none)) > 0)
		tell(" code %d from %d", info.si_code, actor_by_pid(info.si_pid));
}

/* Rarely one that kills. None stops: when an orphaned group is continued again, is nobody's to say. */
static void send(void)
{
	int who = (int)random_below(ACTORS_MAX), signal = signal_choose(), value = (int)random_below(1000);
	pid_t pid = cast->pids[who];
	if (random_below(30) == 0)
		signal = SIGKILL;
	if (!pid) {
		tell("nobody");
		return;
	}
	switch (random_below(4)) {
	case 0:
		tell("sigqueue(%d, %d, %d)", who, signal, value);
		tell_result(sigqueue(pid, signal, (union sigval){.sival_int = value}));
		return;
	case 1:
		tell("tgkill(%d, %d)", who, signal);
		tell_result(syscall(SYS_tgkill, pid, pid, signal));
		return;
	case 2:
		tell("kill(-%d, %d)", who, signal);
		tell_result(kill(-pid, signal));
		return;
	default:
		tell("kill(%d, %d)", who, signal);
		tell_result(kill(pid, signal));
	}
}

void call_signals(void)
{
	switch (random_below(10)) {
	case 0:
	case 1:
		action_set(signal_choose(), true);
		return;
	case 2:
	case 3:
		mask_change();
		return;
	case 4:
		pending_look();
		return;
	case 5:
		pending_take();
		return;
	default:
		send();
	}
}
