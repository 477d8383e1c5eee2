/*
 * observe [--runs FIRST LAST] [--idle MS] [--without CALL] -- COMMAND...: runs a guest and holds every host call that
 * its processes make after they are locked against abi/hostcall.def. With --runs, once for each number, which takes the
 * place of "@" in the command. Says what was made, and how the runs ended; the exit status is 0 if nothing was outside
 * of the table.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "tests/isolation/observer/tracer.h"

#define IDLE_MS 1000
#define ARGUMENTS_MAX 64

struct plan {
	long first, last;
	unsigned idle_ms;
	const char *without;
	char **command;
};

static int usage(void)
{
	fprintf(stderr, "usage: observe [--runs FIRST LAST] [--idle MS] [--without CALL] -- COMMAND...\n");
	return 2;
}

static bool plan_read(int argc, char **argv, struct plan *plan)
{
	*plan = (struct plan){.idle_ms = IDLE_MS};
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--runs") == 0 && i + 2 < argc) {
			plan->first = strtol(argv[i + 1], NULL, 0);
			plan->last = strtol(argv[i + 2], NULL, 0);
			i += 2;
		} else if (strcmp(argv[i], "--idle") == 0 && i + 1 < argc) {
			plan->idle_ms = (unsigned)strtoul(argv[++i], NULL, 0);
		} else if (strcmp(argv[i], "--without") == 0 && i + 1 < argc) {
			plan->without = argv[++i];
		} else if (strcmp(argv[i], "--") == 0 && i + 1 < argc && argc - i <= ARGUMENTS_MAX) {
			plan->command = argv + i + 1;
			return true;
		} else {
			return false;
		}
	}
	return false;
}

/* How the runs ended: "status N TIMES" for each exit status, counted as a shell does. */
static void endings_print(const unsigned long endings[256], unsigned long timed_out)
{
	for (unsigned i = 0; i < 256; i++) {
		if (endings[i])
			printf("status %u %lu\n", i, endings[i]);
	}
	printf("idle %lu\n", timed_out);
}

int main(int argc, char **argv)
{
	static struct verdict verdict;
	static unsigned long endings[256];
	unsigned long timed_out = 0;
	struct plan plan;

	if (!plan_read(argc, argv, &plan))
		return usage();
	verdict.without = plan.without;
	for (long number = plan.first; number <= plan.last; number++) {
		char *arguments[ARGUMENTS_MAX] = {NULL};
		struct tracer_result result;
		char text[32];
		int status;

		snprintf(text, sizeof(text), "%ld", number);
		for (unsigned i = 0; plan.command[i]; i++)
			arguments[i] = strcmp(plan.command[i], "@") == 0 ? text : plan.command[i];
		verdict.is_known = false;
		if (!tracer_run(arguments, plan.idle_ms, &verdict, &result) || result.locked == 0) {
			printf("outside: run %ld: no guest was observed\n", number);
			verdict.outside++;
			continue;
		}
		status = WIFEXITED(result.status) ? WEXITSTATUS(result.status) : 128 + WTERMSIG(result.status);
		endings[status & 255]++;
		timed_out += result.is_timed_out;
	}
	verdict_print(&verdict);
	endings_print(endings, timed_out);
	return verdict.outside ? 1 : 0;
}
