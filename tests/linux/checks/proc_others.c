/* /proc/PID of other processes: states, names, descriptors, and what is left of them after their end. */
#include "../family.h"
#include "../signals.h"

#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static long text_of(pid_t pid, const char *name, char *text, size_t size)
{
	char path[128];
	snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
	int fd = open(path, O_RDONLY);
	ssize_t got = fd < 0 ? -errno : read(fd, text, size - 1);
	if (fd >= 0 && got < 0)
		got = -errno;
	text[got > 0 ? got : 0] = '\0';
	if (fd >= 0)
		close(fd);
	return got;
}

/* The line of /proc/PID/status that begins so. */
static void status_show(pid_t pid, const char *name)
{
	char text[8192], key[64];
	text_of(pid, "status", text, sizeof text);
	snprintf(key, sizeof key, "\n%s:", name);
	char *line = strstr(text, key);
	char *end = line ? strchr(line + 1, '\n') : NULL;
	if (end)
		*end = '\0';
	NOTE("%s", line ? line + 1 : "no such line");
}

static pid_t child_waiting(void)
{
	pid_t child = family_fork();
	if (child == 0)
		for (;;)
			pause();
	return child;
}

CHECK(proc_states, "kill,wait4")
{
	pid_t child = child_waiting();
	setpgid(child, child);
	EXPECT(family_state_is(child, "S"));
	status_show(child, "State");
	QUIET(kill, child, SIGSTOP);
	EXPECT(family_state_is(child, "T"));
	status_show(child, "State");
	QUIET(kill, child, SIGCONT);
	EXPECT(family_state_is(child, "S"));
	QUIET(kill, child, SIGKILL);
	EXPECT(family_state_is(child, "Z"));
	status_show(child, "State");
	status_show(child, "Threads");
	family_end("child", child);
	child = family_fork();
	if (child == 0)
		for (;;)
			;
	EXPECT(family_state_is(child, "R"));
	status_show(child, "State");
	QUIET(kill, child, SIGKILL);
	family_end("child", child);
}

CHECK(proc_words, "execve,fork")
{
	char text[8192];
	struct gate ready = gate_make(), go = gate_make();
	char argument[64];
	snprintf(argument, sizeof argument, "%d %d", ready.ends[1], go.ends[0]);
	pid_t child = family_fork();
	if (child == 0) {
		setenv("A_VARIABLE", "its value", 1);
		part_execute("waiting", argument);
		_exit(1);
	}
	gate_wait(&ready);
	long got = text_of(child, "cmdline", text, sizeof text);
	EXPECT(got > 0 && memcmp(text, "conform\0--part\0waiting", 23) == 0);
	SHOW(got - (long)strlen(argument));
	got = text_of(child, "environ", text, sizeof text);
	EXPECT(got > 0 && memmem(text, (size_t)got, "A_VARIABLE=its value", 21));
	got = text_of(child, "comm", text, sizeof text);
	SHOW_TEXT(text, got);
	/* A fork has its parent's. */
	pid_t fork_of_us = child_waiting();
	got = text_of(fork_of_us, "cmdline", text, sizeof text);
	char own[8192];
	EXPECT(got == text_of(getpid(), "cmdline", own, sizeof own) && memcmp(own, text, (size_t)got) == 0);
	kill(fork_of_us, SIGKILL);
	EXPECT(family_state_is(fork_of_us, "Z"));
	SHOW(text_of(fork_of_us, "cmdline", text, sizeof text));
	SHOW(text_of(fork_of_us, "environ", text, sizeof text));
	got = text_of(fork_of_us, "comm", text, sizeof text);
	EXPECT(got > 1);
	family_end("fork", fork_of_us);
	gate_open(&go);
	family_end("child", child);
	QUIET(execve, NULL, NULL, NULL);
}

CHECK(proc_relations, "fork,setsid,prctl")
{
	struct gate ready = gate_make();
	char text[1024];
	pid_t child = family_fork();
	if (child == 0) {
		QUIET(setsid);
		QUIET(prctl, PR_SET_NAME, "a (name) here", 0, 0, 0);
		umask(027);
		signal_handle(SIGUSR1, signal_count);
		signal(SIGUSR2, SIG_IGN);
		signals_mask(SIG_BLOCK, SIGNAL_SET(SIGHUP));
		gate_open(&ready);
		for (;;)
			pause();
	}
	gate_wait(&ready);
	EXPECT(family_state_is(child, "S"));
	text_of(child, "stat", text, sizeof text);
	char *start = strchr(text, '('), *end = strrchr(text, ')');
	REQUIRE(start && end);
	SHOW_TEXT(start, end - start);
	EXPECT(strtol(text, NULL, 10) == child);
	long parent = strtol(end + 4, &end, 10), group = strtol(end, &end, 10), session = strtol(end, &end, 10);
	EXPECT(parent == getpid() && group == child && session == child);
	status_show(child, "Name");
	status_show(child, "Umask");
	status_show(child, "SigBlk");
	status_show(child, "SigIgn");
	status_show(child, "SigCgt");
	status_show(child, "Threads");
	QUIET(kill, child, SIGHUP);
	status_show(child, "ShdPnd");
	family_kill(child);
}

CHECK(proc_places, "fork,readlink")
{
	struct gate ready = gate_make();
	char path[128], text[4096], own[4096];
	mkdir("below", 0755);
	int file = open("file", O_RDWR | O_CREAT, 0644);
	pid_t child = family_fork();
	if (child == 0) {
		dup2(file, 80);
		if (chdir("below") == 0)
			gate_open(&ready);
		for (;;)
			pause();
	}
	gate_wait(&ready);
	snprintf(path, sizeof path, "/proc/%d/cwd", child);
	long got = QUIET(readlink, path, text, sizeof text - 1);
	text[got > 0 ? got : 0] = '\0';
	NOTE("%s", strrchr(text, '/') ?: text);
	snprintf(path, sizeof path, "/proc/%d/exe", child);
	got = QUIET(readlink, path, text, sizeof text - 1);
	EXPECT(got == readlink("/proc/self/exe", own, sizeof own) && memcmp(text, own, (size_t)got) == 0);
	snprintf(path, sizeof path, "/proc/%d/fd/80", child);
	got = QUIET(readlink, path, text, sizeof text - 1);
	text[got > 0 ? got : 0] = '\0';
	NOTE("%s", strrchr(text, '/') ?: text);
	int again = open(path, O_RDWR);
	EXPECT(again >= 0 && write(again, "x", 1) == 1);
	struct stat of_file;
	SHOW(fstat(file, &of_file));
	SHOW(of_file.st_size);
	snprintf(path, sizeof path, "/proc/%d/fd/81", child);
	SHOW(QUIET(readlink, path, text, sizeof text));
	kill(child, SIGKILL);
	EXPECT(family_state_is(child, "Z"));
	snprintf(path, sizeof path, "/proc/%d/cwd", child);
	SHOW(QUIET(readlink, path, text, sizeof text));
	snprintf(path, sizeof path, "/proc/%d/exe", child);
	SHOW(QUIET(readlink, path, text, sizeof text));
	snprintf(path, sizeof path, "/proc/%d/fd/80", child);
	SHOW(QUIET(readlink, path, text, sizeof text));
	(void)family_wait(child);
	SHOW(QUIET(readlink, path, text, sizeof text));
}

/* What was opened before the process ended. */
CHECK(proc_after_the_end, "fork,read,wait4")
{
	char path[64], text[4096];
	static const char *const names[] = {"stat", "cmdline", "comm", "maps", "status"};
	int fds[5];
	pid_t child = child_waiting();
	for (int i = 0; i < 5; i++) {
		snprintf(path, sizeof path, "/proc/%d/%s", child, names[i]);
		fds[i] = open(path, O_RDONLY);
	}
	snprintf(path, sizeof path, "/proc/%d", child);
	int dir = open(path, O_RDONLY | O_DIRECTORY);
	family_kill(child);
	for (int i = 0; i < 5; i++)
		NOTE("%s: %s", names[i], result_name(QUIET(read, fds[i], text, sizeof text)));
	SHOW(openat(dir, "stat", O_RDONLY) < 0 ? -errno : 0);
	SHOW(open(path, O_RDONLY) < 0 ? -errno : 0);
	SHOW(QUIET(kill, child, 0));
}

static void *waiting_thread(void *data)
{
	gate_wait(data);
	return NULL;
}

static int tasks_count(pid_t pid)
{
	char path[64];
	int count = 0;
	snprintf(path, sizeof path, "/proc/%d/task", pid);
	DIR *dir = opendir(path);
	if (!dir)
		return -errno;
	for (struct dirent *entry; (entry = readdir(dir));)
		count += entry->d_name[0] != '.';
	closedir(dir);
	return count;
}

CHECK(proc_tasks, "fork,clone")
{
	struct gate go = gate_make(), ready = gate_make();
	pid_t child = family_fork();
	if (child == 0) {
		pthread_t thread;
		for (int i = 0; i < 3; i++)
			pthread_create(&thread, NULL, waiting_thread, &go);
		gate_open(&ready);
		syscall(SYS_exit, 0); /* the leader stays as a zombie */
	}
	record_made("clone");
	gate_wait(&ready);
	EXPECT(family_state_is(child, "Z"));
	SHOW(tasks_count(child));
	status_show(child, "Threads");
	char text[64];
	snprintf(text, sizeof text, "task/%d/stat", child);
	EXPECT(family_state(child, child) == 'Z');
	kill(child, SIGKILL);
	family_end("child", child);
	SHOW(tasks_count(child));
}

static void links_read(pid_t pid)
{
	static const char *const names[] = {"exe", "cwd", "root"};
	char path[64], text[256];
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(path, sizeof path, "/proc/%d/%s", pid, names[i]);
		NOTE("%s", names[i]);
		CALL_OK(readlink, path, text, sizeof text);
		CALL_OK(openat, AT_FDCWD, path, O_PATH);
	}
}

/* Where another user's process is and what it runs is not for everybody. */
CHECK(proc_links_of_others, "readlink,openat")
{
	pid_t child = child_waiting();
	EXPECT(family_state_is(child, "S"));
	links_read(child);
	pid_t other = family_fork();
	if (other == 0) {
		QUIET(setresuid, 1000, 1000, 1000);
		links_read(child);
		links_read(getpid());
		_exit(0);
	}
	family_end("another user", other);
	family_kill(child);
}
