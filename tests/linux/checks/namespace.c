/* Namespaces: the links of /proc/PID/ns and the files behind them, and who asks for others without the right to. */
#include "../family.h"

#include <linux/nsfs.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/sem.h>
#include <sys/statfs.h>

static const char *const kinds[] = {"cgroup",           "ipc",  "mnt",  "net", "pid",
				    "pid_for_children", "time", "user", "uts", "time_for_children"};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static int namespace_open(const char *kind)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/self/ns/%s", kind);
	return open(path, O_RDONLY);
}

/* What a link says is what the file behind it is. */
CHECK(namespace_links, "readlink,openat,fstat,fstatfs")
{
	for (size_t i = 0; i < KINDS; i++) {
		char path[64], text[64] = "", number[64], *colon;
		struct stat status = {0};
		struct statfs system = {0};
		snprintf(path, sizeof path, "/proc/self/ns/%s", kinds[i]);
		EXPECT(QUIET(readlink, path, text, sizeof text - 1) > 0);
		int fd = QUIET(openat, AT_FDCWD, path, O_RDONLY);
		QUIET(fstat, fd, &status);
		QUIET(fstatfs, fd, &system);
		colon = strchr(text, ':');
		snprintf(number, sizeof number, ":[%lu]", (unsigned long)status.st_ino);
		EXPECT(colon && strcmp(colon, number) == 0);
		if (colon)
			*colon = '\0';
		NOTE("%s: %s %o %ld %lx", kinds[i], text, status.st_mode, (long)status.st_size, (long)system.f_type);
		close(fd);
	}
}

CHECK(namespace_files, "openat,read,lseek,ioctl,fchmod")
{
	char byte;
	int fd = CALL_OK(openat, AT_FDCWD, "/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	CALL(read, fd, &byte, 1);
	CALL(lseek, fd, 0, SEEK_SET);
	CALL(fchmod, fd, 0600);
	CALL(openat, AT_FDCWD, "/proc/self/ns/mnt", O_RDWR);
	CALL(openat, AT_FDCWD, "/proc/self/ns/mnt", O_RDONLY | O_TRUNC);
	CALL(openat, AT_FDCWD, "/proc/self/ns/mnt", O_RDONLY | O_DIRECTORY);
	CALL(openat, AT_FDCWD, "/proc/self/ns/mnt", O_RDONLY | O_NOFOLLOW);
	CALL(openat, AT_FDCWD, "/proc/self/ns/none", O_RDONLY);
	CALL(ioctl, fd, 0xb7ff, 0);
	close(fd);
	for (size_t i = 0; i < KINDS; i++) {
		fd = namespace_open(kinds[i]);
		NOTE("%s", kinds[i]);
		SHOW_HEX(QUIET(ioctl, fd, NS_GET_NSTYPE, 0));
		CALL(ioctl, fd, NS_GET_PARENT, 0);
		close(fd);
	}
}

/* Who owns a namespace is a namespace of users; of its own owner nothing is told. */
CHECK(namespace_owner, "ioctl")
{
	struct stat ours = {0}, theirs = {0};
	unsigned uid = 77;
	int fd = namespace_open("uts"), users = namespace_open("user");
	int owner = CALL_OK(ioctl, fd, NS_GET_USERNS, 0);
	EXPECT(fstat(owner, &theirs) == 0 && fstat(users, &ours) == 0);
	EXPECT(ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino);
	SHOW(fcntl(owner, F_GETFD));
	CALL(ioctl, fd, NS_GET_OWNER_UID, &uid);
	CALL(ioctl, users, NS_GET_OWNER_UID, &uid);
	SHOW(uid);
	CALL(ioctl, users, NS_GET_OWNER_UID, 1);
}

CHECK(namespace_enter, "setns,pidfd_open")
{
	static const int wrong[] = {0, CLONE_FS, CLONE_NEWUTS | 1, CLONE_NEWUSER, CLONE_NEWUSER | CLONE_NEWNS};
	static const int refused[] = {CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWTIME, CLONE_NEWNET | CLONE_NEWIPC};
	EXPECT(family_is_alone());
	for (size_t i = 0; i < KINDS; i++) {
		int fd = namespace_open(kinds[i]);
		NOTE("%s", kinds[i]);
		CALL(setns, fd, 0);
		CALL(setns, fd, CLONE_NEWNS);
		close(fd);
	}
	int pidfd = QUIET(pidfd_open, getpid(), 0);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		CALL(setns, pidfd, wrong[i]);
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		CALL(setns, pidfd, refused[i]);
	CALL(setns, -1, 0);
	CALL(setns, open(".", O_RDONLY), 0);
	CALL(setns, open("/proc/self/ns/mnt", O_PATH), 0);
	CALL(setns, open("/proc/self", O_RDONLY | O_DIRECTORY), CLONE_NEWNS);
	pid_t child = family_fork();
	if (child == 0)
		_exit(0);
	pidfd = QUIET(pidfd_open, child, 0);
	family_wait(child);
	CALL(setns, pidfd, CLONE_NEWNS);
	CALL(setns, pidfd, 0);
}

CHECK(unshare_namespaces, "unshare,clone")
{
	static const long kinds_new[] = {CLONE_NEWNS,  CLONE_NEWUTS,    CLONE_NEWIPC, CLONE_NEWPID,
					 CLONE_NEWNET, CLONE_NEWCGROUP, CLONE_NEWTIME};
	for (size_t i = 0; i < sizeof kinds_new / sizeof *kinds_new; i++) {
		CALL(unshare, kinds_new[i]);
		CALL(unshare, kinds_new[i] | CLONE_FILES);
	}
	CALL(clone, CLONE_NEWNS, 0, 0, 0, 0);
	CALL(unshare, 1);
	CALL(unshare, CLONE_VFORK);
	CALL(unshare, CLONE_PARENT);
	CALL(unshare, CLONE_SETTLS | CLONE_FILES);
	CALL(unshare, 0x10000000000);
}

static void *unshare_in_thread(void *unused)
{
	CALL(unshare, CLONE_THREAD);
	CALL(unshare, CLONE_SIGHAND);
	CALL(unshare, CLONE_VM);
	CALL(unshare, 0);
	CALL(unshare, CLONE_NEWNS | CLONE_THREAD);
	return unused;
}

/* Of what a single thread shares with nobody there is nothing to do; what has threads cannot come apart. */
CHECK(unshare_threads, "unshare")
{
	pthread_t thread;
	EXPECT(family_is_alone());
	unshare_in_thread(NULL);
	CALL(unshare, CLONE_FS | CLONE_FILES | CLONE_SYSVSEM);
	REQUIRE(pthread_create(&thread, NULL, unshare_in_thread, NULL) == 0);
	pthread_join(thread, NULL);
}

/* Descriptors that two processes had together are each one's own. */
CHECK(unshare_files, "unshare,clone")
{
	long child = raw_call(SYS_clone, (long[6]){CLONE_FILES | SIGCHLD});
	REQUIRE(child >= 0);
	record_made("clone");
	if (child == 0) {
		dup2(1, 20);
		bool failed = syscall(SYS_unshare, CLONE_FILES) != 0;
		dup2(1, 21);
		close(20);
		_exit(failed || fcntl(21, F_GETFD) != 0);
	}
	family_end("the other", (pid_t)child);
	SHOW(fcntl(20, F_GETFD) == 0);
	SHOW(fcntl(21, F_GETFD) == 0);
	CALL(unshare, CLONE_FILES);
}

/* What was to be undone at the end of the process is undone at once. */
CHECK(unshare_semaphores, "unshare,semop,semctl")
{
	int set = semget(IPC_PRIVATE, 1, 0600);
	struct sembuf up = {0, 3, SEM_UNDO}, kept = {0, 2, 0};
	CALL_OK(semop, set, &up, 1);
	CALL_OK(semop, set, &kept, 1);
	SHOW(QUIET(semctl, set, 0, GETVAL, 0));
	CALL(unshare, CLONE_SYSVSEM);
	SHOW(QUIET(semctl, set, 0, GETVAL, 0));
	semctl(set, 0, IPC_RMID);
}
