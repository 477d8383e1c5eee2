/* Process groups and sessions: setpgid, setsid, kill to groups, orphaned groups. */
#include "../family.h"
#include "../signals.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

static pid_t child_in_group(pid_t group)
{
	pid_t child = family_fork();
	if (child == 0) {
		setpgid(0, group);
		for (;;)
			pause();
	}
	setpgid(child, group);
	return child;
}

CHECK(setpgid_errors, "setpgid,getpgid")
{
	CALL(setpgid, 0, -1);
	CALL(setpgid, -1, 0);
	CALL(setpgid, 1 << 22, 0);
	CALL(getpgid, -1);
	CALL(getpgid, 1 << 22);
	CALL(getsid, 1 << 22);
	pid_t child = family_fork();
	if (child == 0) {
		pid_t self = getpid();
		SHOW(QUIET(setpgid, 0, 1 << 21));   /* no such group */
		SHOW(QUIET(setpgid, getppid(), 0)); /* not a child of ours */
		SHOW(QUIET(setpgid, self, self));
		EXPECT(QUIET(getpgid, 0) == self && QUIET(getpgid, self) == self);
		pid_t other = child_in_group(0);
		SHOW(QUIET(setpgid, 0, other)); /* a group of the session */
		SHOW(QUIET(setpgid, 0, 0));     /* ours is gone, and made anew */
		SHOW(QUIET(setpgid, other, self));
		EXPECT(QUIET(getpgid, other) == self);
		family_kill(other);
		EXPECT(QUIET(setsid) == -EPERM); /* leads a group */
		_exit(0);
	}
	family_end("child", child);
}

CHECK(setsid_effects, "setsid,getsid,getpgid,setpgid")
{
	struct gate ready = gate_make();
	pid_t child = family_fork();
	if (child == 0) {
		pid_t self = getpid();
		EXPECT(QUIET(setsid) == self);
		EXPECT(QUIET(getsid, 0) == self && QUIET(getpgid, 0) == self);
		SHOW(QUIET(setsid));
		SHOW(QUIET(setpgid, 0, 0));         /* a session's leader stays */
		SHOW(QUIET(setpgid, 0, getppid())); /* a group of another session */
		gate_open(&ready);
		for (;;)
			pause();
	}
	gate_wait(&ready);
	SHOW(QUIET(setpgid, child, child)); /* in another session */
	SHOW(QUIET(setpgid, child, getpgrp()));
	EXPECT(QUIET(getsid, child) == child);
	family_kill(child);
}

CHECK(setpgid_after_execve, "setpgid,execve")
{
	struct gate ready = gate_make(), go = gate_make();
	char text[32];
	snprintf(text, sizeof text, "%d %d", ready.ends[1], go.ends[0]);
	pid_t child = family_fork();
	if (child == 0) {
		part_execute("waiting", text);
		_exit(1);
	}
	gate_wait(&ready);
	SHOW(QUIET(setpgid, child, child));
	SHOW(QUIET(setpgid, child, getpgrp()));
	QUIET(execve, NULL, NULL, NULL);
	gate_open(&go);
	family_end("child", child);
}

PART(waiting)
{
	char byte = 0, *rest;
	int ready = (int)strtol(arguments[0], &rest, 10), go = (int)strtol(rest, NULL, 10);
	if (write(ready, "", 1) != 1 || read(go, &byte, 1) != 1)
		return 1;
	/* It may itself. */
	SHOW(QUIET(setpgid, 0, 0));
	return 0;
}

CHECK(kill_groups, "kill")
{
	pid_t first = child_in_group(0), second = child_in_group(first), other = child_in_group(0);
	SHOW(QUIET(kill, -first, 0));
	SHOW(QUIET(kill, -first, SIGTERM));
	family_end("first", first);
	SHOW(QUIET(kill, -first, 0)); /* a member is left, as a zombie */
	family_end("second", second);
	SHOW(QUIET(kill, -first, 0));
	SHOW(QUIET(kill, other, 0));
	pid_t child = family_fork();
	if (child == 0) {
		signal_handle(SIGUSR1, signal_count);
		setpgid(0, other);
		signal(SIGTERM, SIG_IGN);
		SHOW(QUIET(kill, 0, SIGTERM)); /* its own group */
		_exit(0);
	}
	family_end("child", child);
	family_end("other", other);
	CALL(kill, -(1 << 22), SIGTERM);
	CALL(kill, 0x80000000, SIGTERM);
	CALL(kill, 1 << 22, 0);
	SHOW(QUIET(kill, getpid(), 65));
	SHOW(QUIET(kill, getpid(), -1));
}

CHECK(kill_permission, "kill,tgkill,setresuid,rt_sigqueueinfo")
{
	pid_t victim = child_in_group(0), own;
	pid_t child = family_fork();
	if (child == 0) {
		siginfo_t info = {.si_code = SI_QUEUE};
		if (QUIET(setresuid, 1000, 1000, 1000) != 0)
			_exit(1);
		SHOW(QUIET(kill, victim, 0));
		SHOW(QUIET(kill, victim, SIGTERM));
		SHOW(QUIET(kill, -victim, SIGTERM));
		SHOW(QUIET(kill, victim, SIGCONT)); /* within a session anybody may */
		SHOW(QUIET(tgkill, victim, victim, SIGTERM));
		SHOW(QUIET(rt_sigqueueinfo, victim, SIGTERM, &info));
		own = child_in_group(0);
		SHOW(QUIET(kill, own, SIGTERM));
		family_end("its own child", own);
		_exit(0);
	}
	family_end("child", child);
	family_kill(victim);
}

struct named {
	pid_t tid;
	struct gate go, ready;
};

static void *named_thread(void *data)
{
	struct named *named = data;
	named->tid = gettid();
	gate_open(&named->ready);
	gate_wait(&named->go);
	return NULL;
}

/* Most calls take a thread's id where they want a process's. */
CHECK(threads_as_processes, "kill,getpgid,getsid,setpgid,tgkill,tkill")
{
	struct named named = {.go = gate_make(), .ready = gate_make()};
	pthread_t thread;
	EXPECT(pthread_create(&thread, NULL, named_thread, &named) == 0);
	gate_wait(&named.ready);
	signals_mask(SIG_BLOCK, SIGNAL_SET(SIGUSR1));
	SHOW(QUIET(kill, named.tid, 0));
	EXPECT(QUIET(getpgid, named.tid) == getpgrp());
	EXPECT(QUIET(getsid, named.tid) == QUIET(getsid, 0));
	SHOW(QUIET(setpgid, named.tid, 0));
	SHOW(QUIET(tgkill, getpid(), named.tid, 0));
	SHOW(QUIET(tgkill, named.tid, named.tid, 0));
	SHOW(QUIET(tgkill, getpid(), 1 << 22, 0));
	SHOW(QUIET(tgkill, 0, named.tid, 0));
	SHOW(QUIET(tgkill, getpid(), named.tid, 65));
	SHOW(QUIET(tkill, named.tid, 0));
	SHOW(QUIET(tkill, 0, 0));
	SHOW(QUIET(tkill, -1, 0));
	gate_open(&named.go);
	pthread_join(thread, NULL);
	while (family_state(getpid(), named.tid)) /* the last steps */
		usleep(1000);
	SHOW(QUIET(tkill, named.tid, 0));
	SHOW(QUIET(kill, named.tid, 0));
	signals_mask(SIG_UNBLOCK, SIGNAL_SET(SIGUSR1));
}

/* A stopped group whose last link to its session ends is told: SIGHUP, SIGCONT. */
CHECK(orphaned_group_is_told, "setpgid,setsid,kill")
{
	int *shared = family_memory();
	pid_t leader = family_fork();
	if (leader == 0) {
		QUIET(setsid);
		pid_t parent = family_fork();
		if (parent == 0) {
			pid_t member = family_fork();
			if (member == 0) {
				setpgid(0, 0);
				signal_handle(SIGHUP, signal_count);
				shared[1] = 1;
				while (!signals_caught)
					pause();
				shared[0] = signals_caught;
				_exit(0);
			}
			EXPECT(family_word_is(&shared[1], 1));
			QUIET(kill, member, SIGSTOP);
			EXPECT(family_state_is(member, "T"));
			_exit(0);
		}
		family_end("parent", parent);
		EXPECT(family_word_is(&shared[0], 1));
		_exit(0);
	}
	family_end("leader", leader);
	while (waitpid(-1, NULL, 0) > 0) /* the orphan is ours if we are the first process */
		;
	QUIET(setpgid, -1, 0);
	QUIET(kill, 1 << 22, 0);
}

/* Nobody could continue an orphaned group: signals of a terminal do not stop it, SIGSTOP does. */
CHECK(orphaned_group_does_not_stop, "kill,setsid,wait4")
{
	static const int stops[] = {SIGTSTP, SIGTTIN, SIGTTOU};
	struct gate ready = gate_make();
	pid_t child = family_fork();
	if (child == 0) {
		QUIET(setsid);
		gate_open(&ready);
		for (;;)
			pause();
	}
	QUIET(setsid);
	gate_wait(&ready);
	for (unsigned i = 0; i < 3; i++) {
		QUIET(kill, child, stops[i]);
		usleep(20000);
		EXPECT(family_state_is(child, "S"));
	}
	QUIET(kill, child, SIGSTOP);
	EXPECT(family_state_is(child, "T"));
	family_kill(child);
}
