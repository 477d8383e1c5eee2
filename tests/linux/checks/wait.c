/* wait4 and waitid: which children, what they report, and errors. */
#include "../family.h"
#include "../signals.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>

static pid_t child_exiting(int code)
{
	pid_t child = family_fork();
	if (child == 0)
		_exit(code);
	return child;
}

static pid_t child_waiting(void)
{
	pid_t child = family_fork();
	if (child == 0)
		for (;;)
			pause();
	return child;
}

CHECK(wait_statuses, "wait4,exit,exit_group,kill")
{
	static const int codes[] = {0, 1, 255, 256, -1, 0x12345};
	static const int signals[] = {SIGKILL, SIGTERM, SIGSEGV, SIGABRT, SIGUSR1, SIGALRM};
	for (unsigned i = 0; i < 6; i++) {
		pid_t child = family_fork();
		if (child == 0)
			QUIET(exit, codes[i]);
		SHOW_HEX(family_wait(child));
		child = family_fork();
		if (child == 0)
			QUIET(exit_group, codes[i]);
		SHOW_HEX(family_wait(child));
	}
	record_made("exit");
	record_made("exit_group");
	for (unsigned i = 0; i < 6; i++) {
		pid_t child = child_waiting();
		QUIET(kill, child, signals[i]);
		SHOW_HEX(family_wait(child) & ~0x80);
	}
	pid_t child = child_waiting();
	QUIET(kill, child, SIGRTMIN + 3);
	SHOW_HEX(family_wait(child));
}

CHECK(wait4_errors, "wait4")
{
	int status = 77;
	CALL(wait4, -1, &status, 0, NULL);
	CALL(wait4, -1, &status, WNOHANG, NULL);
	CALL(wait4, 1 << 22, &status, 0, NULL);
	CALL(wait4, -(1 << 22), &status, 0, NULL);
	CALL(wait4, 0x80000000, &status, 0, NULL);
	CALL(wait4, getpid(), &status, 0, NULL);
	CALL(wait4, -1, &status, 0x10, NULL);
	CALL(wait4, -1, &status, WEXITED, NULL);
	CALL(wait4, -1, &status, WNOWAIT, NULL);
	SHOW(status);
	pid_t child = child_exiting(3);
	CALL(wait4, child, (void *)8, 0, NULL); /* it is gone all the same */
	CALL(wait4, child, &status, 0, NULL);
	child = child_exiting(3);
	CALL(wait4, child, &status, 0, (void *)8);
	CALL(wait4, child, &status, 0, NULL);
}

CHECK(wait4_selection, "wait4,setpgid")
{
	pid_t one = child_exiting(1), three = child_exiting(3), two = family_fork();
	if (two == 0) {
		QUIET(setpgid, 0, 0);
		_exit(2);
	}
	QUIET(setpgid, 0, 0);
	int status;
	EXPECT(family_state_is(two, "Z") && family_state_is(one, "Z") && family_state_is(three, "Z"));
	EXPECT(QUIET(wait4, -two, &status, 0, NULL) == two);
	EXPECT(QUIET(wait4, 0, &status, 0, NULL) > 0);
	EXPECT(QUIET(wait4, -1, &status, 0, NULL) > 0);
	CALL(wait4, -1, &status, 0, NULL);
}

CHECK(wait4_nohang, "wait4")
{
	int status = 77;
	pid_t child = child_waiting();
	CALL(wait4, child, &status, WNOHANG, NULL);
	SHOW(status);
	CALL(wait4, child, &status, WNOHANG | WUNTRACED | WCONTINUED, NULL);
	QUIET(kill, child, SIGKILL);
	family_end("child", child);
}

CHECK(wait4_stops, "wait4,kill")
{
	pid_t child = child_waiting();
	int status;
	static const int stops[] = {SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU};
	setpgid(child, child); /* its group is not orphaned: we are in its session */
	for (unsigned i = 0; i < 4; i++) {
		QUIET(kill, child, stops[i]);
		EXPECT(QUIET(wait4, child, &status, WUNTRACED, NULL) == child);
		family_status("stop", status);
		CALL(wait4, child, &status, WUNTRACED | WNOHANG, NULL); /* told once */
		QUIET(kill, child, SIGCONT);
		EXPECT(QUIET(wait4, child, &status, WCONTINUED, NULL) == child);
		family_status("go on", status);
		CALL(wait4, child, &status, WCONTINUED | WNOHANG, NULL);
	}
	QUIET(kill, child, SIGCONT); /* it is not stopped */
	CALL(wait4, child, &status, WCONTINUED | WNOHANG, NULL);
	QUIET(kill, child, SIGSTOP);
	EXPECT(family_state_is(child, "T"));
	CALL(wait4, child, &status, WNOHANG, NULL); /* nobody asked for stops */
	QUIET(kill, child, SIGKILL);
	family_end("killed while stopped", child);
}

static void info_show(const char *what, long result, const siginfo_t *info, pid_t child)
{
	NOTE("%s: %s, signal %d, code %d, status %d, error %d, child %d", what, result_name(result), info->si_signo,
	     info->si_code, info->si_status, info->si_errno, info->si_pid == child);
}

CHECK(waitid_selection, "waitid,pidfd_open")
{
	siginfo_t info;
	for (int type = 0; type < 4; type++) {
		pid_t child = family_fork();
		if (child == 0) {
			setpgid(0, 0);
			_exit(10 + type);
		}
		EXPECT(family_state_is(child, "Z"));
		int id = type == P_ALL ? 12345 : child;
		if (type == P_PIDFD)
			id = (int)QUIET(pidfd_open, child, 0);
		memset(&info, 0, sizeof info);
		info_show("waitid", QUIET(waitid, type, id, &info, WEXITED, NULL), &info, child);
	}
	info_show("none left", QUIET(waitid, P_ALL, 0, &info, WEXITED, NULL), &info, 0);
	pid_t child = child_exiting(1);
	memset(&info, 0, sizeof info);
	info_show("own group", QUIET(waitid, P_PGID, 0, &info, WEXITED, NULL), &info, child);
}

CHECK(waitid_errors, "waitid")
{
	siginfo_t info = {0};
	CALL(waitid, P_ALL, 0, &info, 0, NULL);
	CALL(waitid, P_ALL, 0, &info, WNOHANG, NULL);
	CALL(waitid, P_ALL, 0, &info, WEXITED | 0x100, NULL);
	CALL(waitid, P_ALL, 0, &info, WEXITED, NULL);
	CALL(waitid, P_PID, 0, &info, WEXITED, NULL);
	CALL(waitid, P_PID, -1, &info, WEXITED, NULL);
	CALL(waitid, P_PGID, -1, &info, WEXITED, NULL);
	CALL(waitid, P_PIDFD, -1, &info, WEXITED, NULL);
	CALL(waitid, P_PIDFD, 0, &info, WEXITED, NULL);
	CALL(waitid, P_PIDFD, 99, &info, WEXITED, NULL);
	CALL(waitid, 9, 0, &info, WEXITED, NULL);
	pid_t child = child_exiting(1);
	EXPECT(family_state_is(child, "Z"));
	CALL(waitid, P_PID, child, (void *)8, WEXITED, NULL);
	CALL(waitid, P_PID, child, &info, WEXITED, NULL);
	child = child_exiting(1);
	SHOW(QUIET(waitid, P_PID, child, NULL, WEXITED, NULL)); /* nothing to fill in */
}

/* What is written, and that nothing else is. */
CHECK(waitid_fields, "waitid")
{
	union {
		siginfo_t info;
		unsigned char bytes[sizeof(siginfo_t)];
	} out;
	pid_t child = child_waiting();
	memset(&out, 0xff, sizeof out);
	SHOW(QUIET(waitid, P_PID, child, &out.info, WEXITED | WNOHANG, NULL));
	NOTE("%d %d %d %d", out.info.si_signo, out.info.si_code, out.info.si_pid, out.info.si_status);
	SHOW_TEXT(out.bytes + 28, 100);
	QUIET(kill, child, SIGKILL);
	memset(&out, 0xff, sizeof out);
	SHOW(QUIET(waitid, P_PID, child, &out.info, WEXITED, NULL));
	NOTE("%d %d %d %d %d", out.info.si_signo, out.info.si_code, out.info.si_pid == child, out.info.si_status,
	     out.info.si_uid);
	SHOW_TEXT(out.bytes + 28, 100);
	memset(&out, 0xff, sizeof out);
	SHOW(QUIET(waitid, P_PID, child, &out.info, WEXITED, NULL));
	SHOW_TEXT(out.bytes, 12);
	memset(&out, 0xff, sizeof out);
	CALL(waitid, P_ALL, 0, &out.info, 0, NULL);
	SHOW_TEXT(out.bytes, 12);
}

CHECK(waitid_keeps, "waitid,kill")
{
	siginfo_t info;
	pid_t child = child_waiting();
	setpgid(child, child);
	QUIET(kill, child, SIGSTOP);
	for (int i = 0; i < 2; i++)
		info_show("stopped", QUIET(waitid, P_PID, child, &info, WSTOPPED | WNOWAIT, NULL), &info, child);
	info_show("stopped", QUIET(waitid, P_PID, child, &info, WSTOPPED, NULL), &info, child);
	info = (siginfo_t){0};
	info_show("again", QUIET(waitid, P_PID, child, &info, WSTOPPED | WNOHANG, NULL), &info, 0);
	QUIET(kill, child, SIGCONT);
	for (int i = 0; i < 2; i++)
		info_show("continued", QUIET(waitid, P_PID, child, &info, WCONTINUED | WNOWAIT, NULL), &info, child);
	QUIET(kill, child, SIGSTOP);
	EXPECT(family_state_is(child, "T"));
	info = (siginfo_t){0};
	info_show("continued no more", QUIET(waitid, P_PID, child, &info, WCONTINUED | WNOHANG, NULL), &info, 0);
	QUIET(kill, child, SIGKILL);
	for (int i = 0; i < 2; i++)
		info_show("ended", QUIET(waitid, P_PID, child, &info, WEXITED | WNOWAIT, NULL), &info, child);
	info = (siginfo_t){0};
	info_show("stops of it", QUIET(waitid, P_PID, child, &info, WSTOPPED | WNOHANG, NULL), &info, 0);
	info_show("ended", QUIET(waitid, P_PID, child, &info, WEXITED, NULL), &info, child);
}

CHECK(waitid_pidfd_nonblocking, "waitid,pidfd_open")
{
	siginfo_t info = {0};
	pid_t child = child_waiting();
	int fd = (int)QUIET(pidfd_open, child, O_NONBLOCK);
	CALL(waitid, P_PIDFD, fd, &info, WEXITED, NULL);
	SHOW(info.si_pid);
	CALL(waitid, P_PIDFD, fd, &info, WEXITED | WNOHANG, NULL);
	QUIET(kill, child, SIGKILL);
	EXPECT(family_state_is(child, "Z"));
	CALL(waitid, P_PIDFD, fd, &info, WEXITED, NULL);
	EXPECT(info.si_pid == child);
}

CHECK(wait_resources, "wait4,getrusage")
{
	struct rusage of_child, before, after;
	QUIET(getrusage, RUSAGE_CHILDREN, &before);
	pid_t child = family_fork();
	if (child == 0) {
		struct rusage own;
		do
			getrusage(RUSAGE_SELF, &own);
		while (own.ru_utime.tv_sec * 1000000 + own.ru_utime.tv_usec + own.ru_stime.tv_usec < 60000);
		_exit(0);
	}
	int status;
	EXPECT(QUIET(wait4, child, &status, 0, &of_child) == child);
	QUIET(getrusage, RUSAGE_CHILDREN, &after);
	long used = of_child.ru_utime.tv_usec + of_child.ru_stime.tv_usec;
	long grown = (after.ru_utime.tv_sec - before.ru_utime.tv_sec) * 1000000 + after.ru_utime.tv_usec -
		     before.ru_utime.tv_usec + (after.ru_stime.tv_sec - before.ru_stime.tv_sec) * 1000000 +
		     after.ru_stime.tv_usec - before.ru_stime.tv_usec;
	EXPECT(used >= 50000 && used < 900000);
	EXPECT(grown >= 50000);
}

static void *waiting_thread(void *data)
{
	int status;
	pid_t child = *(pid_t *)data;
	CALL(wait4, -1, NULL, __WNOTHREAD, NULL); /* it is another thread's */
	EXPECT(QUIET(wait4, child, &status, 0, NULL) == child);
	family_status("a thread waited", status);
	return NULL;
}

CHECK(wait_by_another_thread, "wait4")
{
	pthread_t thread;
	pid_t child = child_exiting(6);
	REQUIRE(pthread_create(&thread, NULL, waiting_thread, &child) == 0);
	pthread_join(thread, NULL);
	CALL(wait4, child, NULL, 0, NULL);
}

CHECK(wait_interrupted, "wait4,waitid,rt_sigaction,setitimer")
{
	static const int flags[] = {0, SA_RESTART};
	QUIET(rt_sigaction, SIGALRM, NULL, NULL, 8);
	QUIET(setitimer, ITIMER_REAL, NULL, NULL);
	for (unsigned i = 0; i < 2; i++) {
		struct sigaction action = {.sa_handler = signal_count, .sa_flags = flags[i]};
		struct itimerval soon = {{0, 0}, {0, 20000}};
		siginfo_t info;
		sigaction(SIGALRM, &action, NULL);
		for (int call = 0; call < 2; call++) {
			struct gate go = gate_make();
			signals_caught = 0;
			pid_t child = family_fork();
			if (child == 0) {
				usleep(100000);
				_exit(3);
			}
			setitimer(ITIMER_REAL, &soon, NULL);
			long result = call ? QUIET(waitid, P_PID, child, &info, WEXITED, NULL)
					   : QUIET(wait4, child, NULL, 0, NULL);
			NOTE("%s, restart %d: %s, caught %d", call ? "waitid" : "wait4", i,
			     result > 0 ? "child" : result_name(result), (int)signals_caught);
			gate_open(&go);
			if (result < 0)
				(void)family_wait(child);
		}
	}
	signal(SIGALRM, SIG_DFL);
}

CHECK(zombies, "kill,wait4,getpgid,setpgid")
{
	pid_t child = child_exiting(1);
	EXPECT(family_state_is(child, "Z"));
	SHOW(QUIET(kill, child, 0));
	SHOW(QUIET(kill, child, SIGKILL));
	EXPECT(QUIET(getpgid, child) == getpgrp());
	SHOW(QUIET(setpgid, child, child));
	family_end("child", child);
	SHOW(QUIET(kill, child, 0));
	SHOW(QUIET(getpgid, child));
	SHOW(family_state(child, 0));
}
