/* torture NAME [--full]: runs one part and looks for what it left behind. torture --list: their names. */
#include "torture.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define COMPLAINTS_SHOWN 10
/* What a guest's kernel may keep for later use: the stacks of 64 threads, of 64 KiB each, and a little. */
#define KEPT_KIB 4608

extern const struct torture __start_tortures[], __stop_tortures[];

static volatile int *complaints;
static char program[4096];

void complain(const char *format, ...)
{
	char line[512];
	va_list list;
	if (__atomic_add_fetch(complaints, 1, __ATOMIC_SEQ_CST) > COMPLAINTS_SHOWN)
		return;
	va_start(list, format);
	vsnprintf(line, sizeof line, format, list);
	va_end(list);
	dprintf(STDOUT_FILENO, "%s\n", line);
}

void child_expect(pid_t child, int status, const char *what)
{
	int got = -1;
	if (child < 0) {
		complain("%s: no child: %s", what, strerror(errno));
		return;
	}
	pid_t waited;
	while ((waited = waitpid(child, &got, 0)) < 0 && errno == EINTR)
		;
	if (waited != child || got != status)
		complain("%s: waited for %d, status %#x, not %#x", what, waited == child, got, status);
}

volatile int *memory_shared(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		complain("no shared memory");
	return page;
}

void execute_exit(int status)
{
	char text[16], name[] = "torture", option[] = "--exit";
	char *const arguments[] = {name, option, text, NULL};
	snprintf(text, sizeof text, "%d", status);
	execv(program, arguments);
}

/* Entries of a directory, those of numbers only. */
static long numbers_in(const char *path)
{
	DIR *dir = opendir(path);
	long count = 0;
	if (!dir)
		return -1;
	for (struct dirent *entry; (entry = readdir(dir));)
		count += entry->d_name[0] >= '0' && entry->d_name[0] <= '9';
	closedir(dir);
	return count;
}

/* Memory that the guest's kernel has in use, in KiB; natively this is anybody's. */
static long kernel_kib(void)
{
	char text[4096];
	long kib = 0;
	int fd = open("/proc/meminfo", O_RDONLY);
	ssize_t got = read(fd, text, sizeof text - 1);
	close(fd);
	text[got > 0 ? got : 0] = '\0';
	const char *line = strstr(text, "Committed_AS:");
	if (line)
		kib = strtol(strchr(line, ':') + 1, NULL, 10);
	return kib;
}

struct balance {
	long descriptors, processes, threads, kib;
};

static struct balance balance_take(void)
{
	return (struct balance){
		.descriptors = numbers_in("/proc/self/fd"),
		.processes = numbers_in("/proc"),
		.threads = numbers_in("/proc/self/task"),
		.kib = kernel_kib(),
	};
}

/* The last steps of threads and orphans may take a moment. */
static struct balance balance_settled(const struct balance *before)
{
	struct balance now = balance_take();
	for (int i = 0; i < 50 && (now.processes > before->processes || now.threads > before->threads); i++) {
		usleep(10000);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		now = balance_take();
	}
	return now;
}

static void torture_run(const struct torture *torture, bool full, bool guest)
{
	unsigned times = full ? torture->full : torture->quick;
	static const struct balance alone = {.threads = 1};
	torture->run(times / 10 + 1);
	struct balance before = balance_settled(&alone);
	torture->run(times);
	struct balance after = balance_settled(&before);
	if (after.descriptors != before.descriptors)
		complain("descriptors: %ld before, %ld after", before.descriptors, after.descriptors);
	if (after.processes > before.processes && guest)
		complain("processes: %ld before, %ld after", before.processes, after.processes);
	if (after.threads != before.threads)
		complain("threads: %ld before, %ld after", before.threads, after.threads);
	if (guest && after.kib > before.kib + KEPT_KIB)
		complain("memory of the kernel: %ld KiB before, %ld after", before.kib, after.kib);
}

int main(int count, char **arguments)
{
	ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
	program[length < 0 ? 0 : length] = '\0';
	if (count > 2 && strcmp(arguments[1], "--exit") == 0)
		return (int)strtol(arguments[2], NULL, 10);
	if (count > 1 && strcmp(arguments[1], "--bomb") == 0)
		return bomb_explode();
	if (count > 1 && strcmp(arguments[1], "--family") == 0)
		family_stand();
	if (count > 1 && strcmp(arguments[1], "--sleeper") == 0)
		return sleeper_serve();
	complaints = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (count > 1 && strcmp(arguments[1], "--full-pipe") == 0)
		return pipe_fill();
	bool found = count > 1 && strcmp(arguments[1], "--list") == 0;
	for (const struct torture *torture = __start_tortures; torture < __stop_tortures; torture++) {
		if (count > 1 && strcmp(arguments[1], "--list") == 0) {
			printf("%s\n", torture->name);
		} else if (count > 1 && strcmp(arguments[1], torture->name) == 0) {
			found = true;
			torture_run(torture, count > 2 && strcmp(arguments[2], "--full") == 0, getenv("TORTURE_GUEST"));
		}
	}
	return *complaints || !found ? 1 : 0;
}
