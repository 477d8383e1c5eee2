/* Children, groups and what waits tell of them. */
#include "random.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static int somebody(void)
{
	return (int)random_below(ACTORS_MAX);
}

/* One that never was has an id that nobody has. */
static pid_t pid_of(int index)
{
	return cast->pids[index] ? cast->pids[index] : 4000000;
}

static void child_make(void)
{
	if (actor_next < 0) {
		tell("nobody is left");
		return;
	}
	pid_t child = fork();
	if (child == 0) {
		actor_become(actor_next);
		return;
	}
	cast->pids[actor_next] = child;
	tell("fork = %d", actor_next);
}

static void children_await(void)
{
	int who = somebody(), status = 0;
	int options = WNOHANG | (random_below(2) ? WUNTRACED : 0) | (random_below(2) ? WCONTINUED : 0);
	siginfo_t info;
	memset(&info, 0, sizeof info);
	if (random_below(3) == 0) {
		int keep = random_below(2) ? WNOWAIT : 0;
		tell("waitid(%d, %#x)", who, (unsigned)(options | keep));
		if (tell_result(waitid(P_PID, (id_t)pid_of(who), &info, options | keep | WEXITED)) == 0)
			tell(" %d code %d status %d", actor_by_pid(info.si_pid), info.si_code, info.si_status);
		return;
	}
	pid_t which = random_below(2) ? -1 : pid_of(who);
	tell("waitpid(%d, %#x)", which == -1 ? -1 : who, (unsigned)options);
	pid_t child = waitpid(which, &status, options);
	if (child <= 0)
		tell_result(child);
	else
		tell(" = actor %d status %#x", actor_by_pid(child), (unsigned)status);
}

static void group_change(void)
{
	int who = somebody(), group = somebody();
	tell("setpgid(%d, %d)", who, group);
	tell_result(setpgid(pid_of(who), random_below(2) ? 0 : pid_of(group)));
}

static void group_look(void)
{
	int who = somebody();
	pid_t group = getpgid(pid_of(who));
	tell("getpgid(%d)", who);
	if (group < 0)
		tell_result(group);
	else
		tell(" of actor %d; parent %d", actor_by_pid(group), actor_by_pid(getppid()));
}

void call_processes(void)
{
	switch (random_below(12)) {
	case 0:
	case 1:
	case 2:
	case 3:
		child_make();
		return;
	case 4:
		if (random_below(2))
			_exit((int)random_below(200));
		tell("stays");
		return;
	case 5:
		group_change();
		return;
	case 6:
		group_look();
		return;
	default:
		children_await();
	}
}
