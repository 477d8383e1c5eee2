/* process_vm_readv, process_vm_writev, /proc/PID/mem: memory of others without tracing them. */
#include "../signals.h"
#include "../tracee.h"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/uio.h>

static long word = 0x1122334455667788;
static const long constant[2] = {0x0102030405060708, 9};

static int status_when_stopped(pid_t child)
{
	int status = -1;
	QUIET(wait4, child, &status, WUNTRACED, NULL);
	return status;
}

static void changed(void)
{
	_exit((word == 77) + 2 * (*(volatile const long *)constant == 78));
}

CHECK(process_vm_errors, "process_vm_readv,process_vm_writev")
{
	char bytes[16] = "here";
	struct iovec local = {bytes, sizeof(bytes)}, remote = {bytes, sizeof(bytes)}, bad = {(void *)8, 8};
	CALL(process_vm_readv, 1 << 22, &local, 1, &remote, 1, 0);
	SHOW(QUIET(process_vm_readv, getpid(), &local, 1, &remote, 1, 1));
	SHOW(QUIET(process_vm_readv, getpid(), &local, 1025, &remote, 1, 0));
	SHOW(QUIET(process_vm_readv, getpid(), &local, 1, &remote, 1025, 0));
	SHOW(QUIET(process_vm_readv, getpid(), 8, 1, &remote, 1, 0));
	SHOW(QUIET(process_vm_readv, getpid(), &local, 1, 8, 1, 0));
	SHOW(QUIET(process_vm_readv, getpid(), &local, 1, &bad, 1, 0));
	SHOW(QUIET(process_vm_writev, getpid(), &local, 1, &bad, 1, 0));
	SHOW(QUIET(process_vm_readv, getpid(), &bad, 1, &remote, 1, 0));
	SHOW(QUIET(process_vm_readv, getpid(), &local, 0, &remote, 1, 0));
	SHOW(QUIET(process_vm_readv, getpid(), &local, 1, &remote, 0, 0));
	SHOW(QUIET(process_vm_writev, getpid(), &local, 1, &remote, 1, 0));
}

/* Of whoever it is: who sleeps, computes, is stopped. */
CHECK(process_vm_of_others, "process_vm_readv,process_vm_writev")
{
	char out[32] = "", in[] = "written by another";
	static char text[32] = "of the child's own";
	struct iovec local[2] = {{out, 3}, {out + 3, 29}}, remote[2] = {{text, 5}, {text + 5, 27}},
		     given = {in, sizeof(in)};
	for (int how = 0; how < 3; how++) {
		pid_t child = family_fork();
		if (child == 0) {
			/* Computes until it is written, or sleeps. */
			while (how == 1 && *(volatile char *)(text + 17) != 'r')
				;
			while (how != 1 && *(volatile char *)(text + 17) != 'r')
				pass_ms(2);
			_exit(strcmp(text, in) ? 9 : how);
		}
		if (how == 2) {
			kill(child, SIGSTOP);
			EXPECT(WIFSTOPPED(status_when_stopped(child)));
		}
		memset(out, 0, sizeof(out));
		SHOW(QUIET(process_vm_readv, child, local, 2, remote, 2, 0));
		SHOW_TEXT(out, 18);
		SHOW(QUIET(process_vm_writev, child, &given, 1, remote, 2, 0));
		if (how == 2)
			kill(child, SIGCONT);
		family_end("child", child);
	}
}

CHECK(process_vm_in_part, "process_vm_readv,process_vm_writev")
{
	char *place = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	static char buffer[3 * 4096];
	REQUIRE(place != MAP_FAILED);
	memset(place, 'x', 3 * PAGE);
	mprotect(place + 2 * PAGE, PAGE, PROT_NONE);
	pid_t child = family_fork();
	if (child == 0)
		for (;;)
			pause();
	struct iovec local = {buffer, sizeof(buffer)}, remote[2] = {{place + 10, 3 * PAGE - 10}, {place, 8}};
	SHOW(QUIET(process_vm_readv, child, &local, 1, remote, 2, 0));
	remote[0].iov_len = 100;
	remote[1].iov_base = (void *)8;
	SHOW(QUIET(process_vm_readv, child, &local, 1, remote, 2, 0));
	mprotect(place, PAGE, PROT_READ);
	SHOW(QUIET(process_vm_writev, child, &local, 1, remote, 1, 0));
	family_kill(child);
	SHOW(QUIET(process_vm_readv, child, &local, 1, remote, 1, 0));
}

CHECK(proc_mem, "pread64,pwrite64,lseek")
{
	char path[64], bytes[16] = "";
	pid_t child = tracee_fork(changed);
	snprintf(path, sizeof(path), "/proc/%d/mem", child);
	int fd = open(path, O_RDWR);
	SHOW(fd >= 0);
	SHOW(QUIET(pread64, fd, bytes, 8, (long)&word));
	SHOW_HEX(*(long *)bytes);
	SHOW(QUIET(pread64, fd, bytes, 8, 8));
	SHOW(QUIET(pwrite64, fd, bytes, 8, 8));
	*(long *)bytes = 78;
	SHOW(QUIET(pwrite64, fd, bytes, 8, (long)constant));
	SHOW(QUIET(lseek, fd, (long)&word, SEEK_SET) == (long)&word);
	*(long *)bytes = 77;
	SHOW(write(fd, bytes, 8));
	SHOW(QUIET(lseek, fd, 0, SEEK_CUR) == (long)(&word + 1));
	SHOW(QUIET(lseek, fd, 0, SEEK_END));
	tracee_end(child);
	SHOW(QUIET(pread64, fd, bytes, 8, (long)&word));
	close(fd);
	fd = open("/proc/self/mem", O_RDONLY);
	SHOW(QUIET(pread64, fd, bytes, 8, (long)constant));
	SHOW_HEX(*(long *)bytes);
}
