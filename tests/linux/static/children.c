/* Makes children, one after another, and prints what they had of us and how they ended: fork, vfork, wait4. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Waits for it and says how it ended; -1 if it never began. */
static void end_report(const char *what, pid_t child)
{
	int status = -1;
	struct rusage use;
	memset(&use, 0xff, sizeof use);
	pid_t waited = wait4(child, &status, 0, &use);
	printf("%s: waited for %d, status %#x, time measured %d\n", what, child > 0 && waited == child, status,
	       use.ru_utime.tv_sec >= 0);
	fflush(stdout);
}

/* Private memory is the child's own, shared memory is not; descriptors are copies of the same descriptions. */
static void fork_report(void)
{
	static int own = 1;
	int *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int fd = open("/proc/self/exe", O_RDONLY), parent = getpid();
	fflush(stdout);
	pid_t child = (pid_t)syscall(SYS_fork);
	if (child == 0) {
		own = 2;
		shared[0] = getppid() == parent && getpid() != parent && getpid() == gettid();
		shared[1] = lseek(fd, 77, SEEK_SET) == 77;
		close(fd);
		syscall(SYS_exit, 0x12345);
	}
	end_report("fork, exit", child);
	printf("its ids %d, our memory %d, position in our file %ld\n", shared[0] && shared[1], own,
	       (long)lseek(fd, 0, SEEK_CUR));
	close(fd);
	munmap(shared, 4096);
}

static void vfork_report(void)
{
	static volatile int own = 1;
	pid_t child = vfork();
	if (child == 0) {
		own = 2; /* our memory, too */
		_exit(own + 3);
	}
	end_report("vfork, exit_group", child);
	printf("our memory %d\n", own);
}

static void signal_report(void)
{
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		raise(SIGUSR1);
		_exit(1);
	}
	end_report("fork, signal", child);
}

static void wait_errors_report(void)
{
	int status;
	fflush(stdout);
	pid_t child = fork();
	if (child == 0)
		_exit(0);
	siginfo_t info = {0};
	printf("waitid, left there: %d\n", waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT));
	printf("signal %d, code %d, status %d, child %d\n", info.si_signo, info.si_code, info.si_status,
	       info.si_pid == child);
	printf("another's: %s\n", wait4(1 << 22, &status, 0, NULL) < 0 ? strerrorname_np(errno) : "0");
	printf("options: %s\n", wait4(child, &status, 0x8000, NULL) < 0 ? strerrorname_np(errno) : "0");
	end_report("taken", child);
	printf("again: %s\n", wait4(child, &status, WNOHANG, NULL) < 0 ? strerrorname_np(errno) : "0");
	printf("any: %s\n", wait4(-1, &status, 0, NULL) < 0 ? strerrorname_np(errno) : "0");
}

int main(void)
{
	fork_report();
	vfork_report();
	signal_report();
	wait_errors_report();
	return 0;
}
