/*
 * tasks [NAME...]: threads and processes that begin and end, signals and faults that are handled (program.h).
 * tasks end: the program that the others execute; it does nothing.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>

#include "bench/linux/program.h"

#define LARGE_BYTES (1ul << 30)
/* Of the root, with shared libraries. */
#define DYNAMIC_PATH "/usr/bin/true"

static char end_word[] = "end";
static char dynamic_path[] = DYNAMIC_PATH;
static char *static_words[] = {NULL, end_word, NULL};
static char *dynamic_words[] = {dynamic_path, NULL};

static void *end_at_once(void *unused)
{
	return unused;
}

static void thread_create_join(void)
{
	pthread_t thread;

	check(pthread_create(&thread, NULL, end_at_once, NULL) == 0, "pthread_create");
	pthread_join(thread, NULL);
}

static void wait_for(pid_t child)
{
	int status;

	check(child > 0 && waitpid(child, &status, 0) == child && status == 0, "a child");
}

static void fork_exit_wait(void)
{
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	wait_for(child);
}

static void fork_exec(char **words)
{
	pid_t child = fork();

	if (child == 0) {
		execv(words[0], words);
		_exit(1);
	}
	wait_for(child);
}

static void spawn(char **words)
{
	pid_t child = 0;

	check(posix_spawn(&child, words[0], NULL, NULL, words, environ) == 0, "posix_spawn");
	wait_for(child);
}

static void fork_exec_wait(void)
{
	fork_exec(dynamic_words);
}

static void fork_exec_wait_static(void)
{
	fork_exec(static_words);
}

static void spawn_wait(void)
{
	spawn(dynamic_words);
}

static void spawn_wait_static(void)
{
	spawn(static_words);
}

static char *large;

static void grow(void)
{
	large = mmap(NULL, LARGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	check(large != MAP_FAILED, "mmap");
	for (size_t i = 0; i < LARGE_BYTES; i += 4096)
		large[i] = 1;
}

static void shrink(void)
{
	munmap(large, LARGE_BYTES);
}

static volatile sig_atomic_t handled;

static void count(int signal)
{
	(void)signal;
	handled++;
}

static void signal_begin(void)
{
	struct sigaction action = {.sa_handler = count};

	sigaction(SIGUSR1, &action, NULL);
}

static void signal_self(void)
{
	raise(SIGUSR1);
}

/* One instruction of known length that faults; the handler goes on behind it. */
extern char faulting[], behind[];
__asm__(".globl faulting, behind");

static void step_over(int signal, siginfo_t *info, void *context)
{
	ucontext_t *at = context;

	(void)signal;
	(void)info;
	at->uc_mcontext.gregs[REG_RIP] += behind - faulting;
}

static void fault_begin(void)
{
	struct sigaction action = {.sa_sigaction = step_over, .sa_flags = SA_SIGINFO};

	sigaction(SIGSEGV, &action, NULL);
}

__attribute__((noinline)) static void fault_handler(void)
{
	__asm__ volatile("faulting: movb $0, (%0)\nbehind:" : : "r"(16ul) : "memory");
}

static const struct measured operations[] = {
	{{"thread_create_join", thread_create_join}, NULL, NULL},
	{{"fork_exit_wait", fork_exit_wait}, NULL, NULL},
	{{"fork_exec_wait", fork_exec_wait}, NULL, NULL},
	{{"fork_exec_wait_static", fork_exec_wait_static}, NULL, NULL},
	{{"posix_spawn", spawn_wait}, NULL, NULL},
	{{"posix_spawn_static", spawn_wait_static}, NULL, NULL},
	{{"posix_spawn_1gib", spawn_wait}, grow, shrink},
	{{"signal_self", signal_self}, signal_begin, NULL},
	{{"fault_handler", fault_handler}, fault_begin, NULL},
};

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "end") == 0)
		return 0;
	static_words[0] = argv[0];
	measured_run(operations, sizeof(operations) / sizeof(operations[0]), argv + 1);
	return 0;
}
