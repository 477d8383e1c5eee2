/*
 * Process 1 of the emulated machine: runs the test unikernels under the tender and reports in TAP on the console.
 * Its arguments, after the name, come from the kernel command line behind "--": further programs that must succeed.
 */
#include "init.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the bindings print first: without it the guest never ran. */
#define STARTED "Solo5: Bindings of Tend"

struct test {
	const char *name;
	int status;
	const char *present;
	const char *absent; /* NULL: FAILURE */
	const char *args[5];
};

static const struct test tests[] = {
	{"hello", EXITED(0), "Command line is: 'one two'\nSUCCESS\n", NULL, {GUEST("hello"), "one", "two"}},
	{"quiet", EXITED(0), "SUCCESS\n", "Solo5:", {GUEST("quiet"), "--solo5:quiet", "rest of it"}},
	{"globals", EXITED(0), "SUCCESS\n", NULL, {GUEST("globals")}},
	{"time", EXITED(0), "SUCCESS\n", NULL, {GUEST("time")}},
	{"tls", EXITED(0), "SUCCESS\n", NULL, {GUEST("tls")}},
	{"fpu", EXITED(0), "SUCCESS\n", NULL, {GUEST("fpu")}},
	{"output", EXITED(0), "SUCCESS\n", NULL, {GUEST("output")}},
	{"ssp", EXITED(255), "ABORT: Stack corruption detected\n", NULL, {GUEST("ssp")}},
	{"notls", KILLED(SIGSEGV), STARTED, NULL, {GUEST("notls")}},
	{"exception", KILLED(SIGSEGV), STARTED, NULL, {GUEST("exception")}},
	{"zeropage", KILLED(SIGSEGV), STARTED, NULL, {GUEST("zeropage")}},
	{"write_text", KILLED(SIGSEGV), STARTED, NULL, {GUEST("write_text")}},
	{"write_rodata", KILLED(SIGSEGV), STARTED, NULL, {GUEST("write_rodata")}},
	{"execute_data", KILLED(SIGSEGV), STARTED, NULL, {GUEST("execute_data")}},
	{"execute_rodata", KILLED(SIGSEGV), STARTED, NULL, {GUEST("execute_rodata")}},
	{"execute_stack", KILLED(SIGSEGV), STARTED, NULL, {GUEST("execute_stack")}},
	{"execute_heap", KILLED(SIGSEGV), STARTED, NULL, {GUEST("execute_heap")}},
	{"--x-exec-heap", EXITED(1), "FAILURE: survived", "SUCCESS", {"--x-exec-heap", GUEST("execute_heap")}},
	{"stack_overflow", KILLED(SIGSEGV), STARTED, "heap overwritten", {GUEST("stack_overflow")}},
	{"seccomp", KILLED(SIGSYS), STARTED, NULL, {GUEST("seccomp")}},
	{"little memory", EXITED(0), "SUCCESS\n", NULL, {"--mem=4", GUEST("hello")}},
	{"solo5 hello", EXITED(0), "SUCCESS\n", NULL, {SOLO5_GUEST("hello")}},
	{"solo5 time", EXITED(0), "SUCCESS\n", NULL, {SOLO5_GUEST("time")}},
	{"solo5 tls", EXITED(0), "SUCCESS\n", NULL, {SOLO5_GUEST("tls")}},
	{"solo5 seccomp", KILLED(SIGSYS), STARTED, NULL, {SOLO5_GUEST("seccomp")}},
};

static struct process process;

void panic(const char *what)
{
	perror(what);
	_exit(1);
}

static void machine_prepare(void)
{
	mkdir("/proc", 0755);
	mkdir("/dev", 0755);
	/* The kernel may have mounted /dev itself. */
	mount("dev", "/dev", "devtmpfs", 0, NULL);
	if (mount("proc", "/proc", "proc", 0, NULL) < 0)
		panic("mount /proc");
}

static void test_run(const struct test *test)
{
	const char *argv[ARGUMENTS_MAX] = {TENDER};
	const char *absent = test->absent ? test->absent : "FAILURE";
	int status;

	memcpy(argv + 1, test->args, sizeof(test->args));
	status = process_run(&process, argv);
	tap_result(status == test->status && strstr(process.output, test->present) && !strstr(process.output, absent),
		   test->name, process.output);
}

static void program_run(const char *path)
{
	const char *argv[] = {path, NULL};

	tap_result(process_run(&process, argv) == EXITED(0), path, process.output);
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	machine_prepare();
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		test_run(&tests[i]);
	test_devices();
	test_lockdown();
	test_net();
	for (int i = 1; i < argc; i++)
		program_run(argv[i]);
	tap_plan();
	reboot(RB_POWER_OFF);
	panic("reboot");
}
