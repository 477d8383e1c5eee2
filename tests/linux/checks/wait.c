/* wait4: which children, what it reports, and errors. What interrupts waits. */
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
