/*
 * Process 1 of an emulated machine whose processor has virtualization: runs the test unikernels in virtual machines and
 * reports in TAP on the console. Here guests have vector instructions, which the development machine's KVM has not.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/aarch64/init.h"
#include "tests/hvt/emulated/gdb.h"

#define HVT "/solo5-hvt"
#define HVT_DEBUG "/solo5-hvt-debug"
#define HVT_GUEST(name) "/guests/" name ".hvt"
#define FOREIGN_GUEST(name) "/solo5-guests/" name ".hvt"
/* What the bindings print first: without it the guest never ran. */
#define STARTED "Solo5: Bindings of Tend"
#define TRAP "Solo5: trap: type="
#define FAULT "KVM: host/guest translation fault"

struct test {
	const char *name;
	int status;
	const char *present;
	const char *args[6];
};

static const struct test tests[] = {
	{"hello", EXITED(0), "Command line is: 'one two'\nSUCCESS\n", {HVT_GUEST("hello"), "one", "two"}},
	{"globals", EXITED(0), "SUCCESS\n", {HVT_GUEST("globals")}},
	{"fpu", EXITED(0), "SUCCESS\n", {HVT_GUEST("fpu")}},
	{"time", EXITED(0), "SUCCESS\n", {HVT_GUEST("time")}},
	{"tls", EXITED(0), "SUCCESS\n", {HVT_GUEST("tls")}},
	{"output", EXITED(0), "SUCCESS\n", {HVT_GUEST("output")}},
	{"exit", EXITED(64), STARTED, {HVT_GUEST("exit"), "64"}},
	{"ssp", EXITED(255), "ABORT: Stack corruption detected\n", {HVT_GUEST("ssp")}},
	{"notls", EXITED(255), TRAP, {HVT_GUEST("notls")}},
	{"zeropage", EXITED(255), TRAP, {HVT_GUEST("zeropage")}},
	{"exception", EXITED(255), TRAP, {HVT_GUEST("exception")}},
	{"execute_data", EXITED(255), TRAP, {HVT_GUEST("execute_data")}},
	{"execute_rodata", EXITED(255), TRAP, {HVT_GUEST("execute_rodata")}},
	{"execute_heap", EXITED(255), TRAP, {HVT_GUEST("execute_heap")}},
	{"execute_stack", EXITED(255), TRAP, {HVT_GUEST("execute_stack")}},
	{"stack_overflow", EXITED(255), TRAP, {HVT_GUEST("stack_overflow")}},
	{"write_text", EXITED(1), FAULT, {HVT_GUEST("write_text")}},
	{"write_rodata", EXITED(1), FAULT, {HVT_GUEST("write_rodata")}},
	{"solo5 hello", EXITED(0), "SUCCESS\n", {FOREIGN_GUEST("hello")}},
	{"solo5 tls", EXITED(0), "SUCCESS\n", {FOREIGN_GUEST("tls")}},
	{"solo5 write_text", EXITED(1), FAULT, {FOREIGN_GUEST("write_text")}},
	{"the least memory", EXITED(0), "SUCCESS\n", {"--mem=2", HVT_GUEST("hello")}},
	{"block", EXITED(0), "SUCCESS\n", {"--block:storage=/disk", HVT_GUEST("block")}},
	{"hostile block_limits",
	 EXITED(0),
	 "SUCCESS\n",
	 {"--block:storage=/small", HVT_GUEST("hostile"), "block_limits"}},
	{"hostile read_to_constant",
	 EXITED(1),
	 "Invalid guest access",
	 {"--block:storage=/small", HVT_GUEST("hostile"), "read_to_constant"}},
	{"hostile number_zero",
	 EXITED(1),
	 "Invalid guest hypercall: num=0",
	 {"--block:storage=/small", HVT_GUEST("hostile"), "number_zero"}},
	{"ring reads_and_writes",
	 EXITED(0),
	 "SUCCESS\n",
	 {"--net:service0=tap0", HVT_GUEST("ring"), "reads_and_writes"}},
	{"ring many", EXITED(0), "SUCCESS\n", {"--net:service0=tap0", HVT_GUEST("ring"), "many"}},
	{"ring results_not_taken",
	 EXITED(0),
	 "SUCCESS\n",
	 {"--net:service0=tap0", HVT_GUEST("ring"), "results_not_taken"}},
	{"ring too_many", EXITED(1), "Invalid guest request", {"--net:service0=tap0", HVT_GUEST("ring"), "too_many"}},
	{"net_flood", EXITED(0), "SUCCESS\n", {"--net:service0=tap0", HVT_GUEST("net_flood"), "2000"}},
};

static struct process process;

void panic(const char *what)
{
	perror(what);
	_exit(1);
}

static void machine_prepare(int argc, char **argv)
{
	mkdir("/proc", 0755);
	mkdir("/dev", 0755);
	/* The kernel may have mounted /dev itself. */
	mount("dev", "/dev", "devtmpfs", 0, NULL);
	if (mount("proc", "/proc", "proc", 0, NULL) < 0)
		panic("mount /proc");
	for (int i = 1; i < argc; i++)
		module_load(argv[i]);
	if (truncate("/disk", 1 << 16) < 0 || truncate("/small", 8192) < 0)
		panic("the disks");
	net_prepare();
	loopback_up();
}

static void test_run(const struct test *test)
{
	const char *argv[ARGUMENTS_MAX] = {HVT, "--mem=32"};
	int status;

	memcpy(argv + 2, test->args, sizeof(test->args));
	status = process_run(&process, argv);
	tap_result(status == test->status && strstr(process.output, test->present) &&
			   (test->status == EXITED(0) || !strstr(process.output, "SUCCESS\n")) &&
			   !strstr(process.output, "FAILURE"),
		   test->name, process.output);
}

static void core_test(void)
{
	const char *const argv[] = {HVT_DEBUG, "--mem=4", "--dumpcore=/", HVT_GUEST("zeropage"), NULL};
	int status = process_run(&process, argv);

	tap_result(status == EXITED(255) && strstr(process.output, "Core written to //core.solo5-hvt."), "core file",
		   process.output);
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	machine_prepare(argc, argv);
	/* Firmware may have left the console in the middle of a line. */
	putchar('\n');
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		test_run(&tests[i]);
	ping_test("net", HVT, HVT_GUEST("net"));
	ping_test("solo5 net", HVT, FOREIGN_GUEST("net"));
	core_test();
	gdb_test(HVT_DEBUG, HVT_GUEST("hello"));
	tap_plan();
	reboot(RB_POWER_OFF);
	panic("reboot");
}
