/* What the stub can be asked to do, by the name of its "program". */
#include <asm/signal.h>
#include <asm/unistd.h>
#include <errno.h>
#include <linux/mman.h>
#include <linux/poll.h>
#include <linux/time_types.h>

#include "abi/hostcall.h"
#include "tests/kernel-stub/network.h"
#include "tests/kernel-stub/stub.h"

#define CHUNK_BYTES (16u << 20)
/* More than the channel holds: the front must take them. */
#define CONTROL_MESSAGES 5000

static void poll_forever(int fd)
{
	struct pollfd poll = {.fd = fd, .events = POLLIN};

	for (;;)
		STUB_CALL(__NR_ppoll, &poll, 1, 0, 0, 0, 0);
}

static unsigned number_of(const char *text)
{
	unsigned number = 0;

	for (; *text >= '0' && *text <= '9'; text++)
		number = number * 10 + (unsigned)(*text - '0');
	return number;
}

/* Prints what comes over the control channel; ends as Linux would on SIGTERM. */
static void control_serve(const struct kernel_boot *boot)
{
	struct kernel_control message;

	print("READY\n");
	while (STUB_CALL(__NR_read, boot->control_fd, &message, sizeof(message), 0, 0, 0) == sizeof(message)) {
		print(message.kind == KERNEL_CONTROL_WINDOW ? "window " : "signal ");
		print_number(message.kind == KERNEL_CONTROL_WINDOW ? message.value >> 16 : message.value);
		if (message.kind == KERNEL_CONTROL_WINDOW) {
			print(" ");
			print_number(message.value & 0xffff);
		}
		print("\n");
		if (message.kind == KERNEL_CONTROL_SIGNAL && message.value == SIGTERM)
			stub_exit(128 + SIGTERM);
	}
	stub_exit(1);
}

/* Asks for a terminal without echo and with another speed, which it must not get. */
static void terminal_change(const struct kernel_boot *boot)
{
	struct kernel_control message = {.kind = KERNEL_CONTROL_TERMIOS};
	uint32_t *flags = (uint32_t *)message.bytes;

	/* Standard input may be another thing than the terminal. */
	for (unsigned i = 0; i < sizeof(message.bytes); i++)
		message.bytes[i] = boot->stdio[1].termios[i];
	flags[2] ^= 0x1f;  /* c_cflag */
	flags[3] &= ~010u; /* c_lflag: ECHO */
	STUB_CALL(__NR_write, boot->control_fd, &message, sizeof(message), 0, 0, 0);
}

/* Messages of every length, an empty one among them, and of every kind. */
static void control_flood(const struct kernel_boot *boot)
{
	struct kernel_control message = {0};

	for (unsigned i = 0; i < CONTROL_MESSAGES; i++) {
		message.kind = i % 8;
		STUB_CALL(__NR_write, boot->control_fd, &message, i % (sizeof(message) + 1), 0, 0, 0);
	}
}

static void memory_use_up(const struct kernel_boot *boot, bool in_arena)
{
	uint64_t next = in_arena ? boot->heap : boot->user_base;

	for (;; next += CHUNK_BYTES) {
		if (!in_arena)
			STUB_CALL(__NR_mmap, next, CHUNK_BYTES, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		for (uint64_t page = next; page < next + CHUNK_BYTES; page += 4096)
			*(volatile char *)(uintptr_t)page = 1;
	}
}

/* A child process of which init hears; without a stack of its own it may touch nothing that its parent needs. */
static void child_break_rules(const struct kernel_boot *boot)
{
	long pid = STUB_CALL(__NR_clone, HOSTCALL_CLONE_FORK, 0, 0, 0, 0, 0);

	if (pid == 0)
		STUB_CALL(__NR_getpid, 0, 0, 0, 0, 0, 0);
	poll_forever(boot->wake_fd);
}

/* Until init has taken note of the service's end. */
static void service_outlive(const struct kernel_boot *boot)
{
	int service = boot->service_pid;

	while (STUB_CALL(__NR_tgkill, service, service, KERNEL_KICK_SIGNAL, 0, 0, 0) != -ESRCH)
		STUB_CALL(__NR_sched_yield, 0, 0, 0, 0, 0, 0);
	stub_exit(7);
}

/* Fills a pipe that nobody reads, and waits there for ever. */
static void error_fill(void)
{
	static const char bytes[4096];

	print("READY\n");
	for (;;)
		STUB_CALL(__NR_write, 2, bytes, sizeof(bytes), 0, 0, 0);
}

/* Counters as no honest kernel would have them. */
static void statistics_fill(const struct kernel_boot *boot)
{
	struct kernel_statistics *statistics = (struct kernel_statistics *)(uintptr_t)boot->statistics;

	statistics->traps = 2;
	for (unsigned i = 0; i < KERNEL_HOST_CALL_COUNT; i++)
		statistics->host_calls[i] = i + 1;
	for (unsigned i = 0; i < KERNEL_CALLS_MAX; i++)
		statistics->calls[0][i] = i + 1;
	statistics->calls[KERNEL_CALL_TABLES - 1][1] = UINT64_MAX;
	statistics->unknown[KERNEL_CALLS_MAX - 1] = 1;
	statistics->unknown_other = 3;
}

static void application_run(const struct kernel_boot *boot, const uint64_t *registers)
{
	const char *mode = stub_string(boot->arguments, 0);
	uint64_t stack = (uint64_t)(uintptr_t)(registers + STUB_REGISTERS);

	if (text_equal(mode, "/hello")) {
		print("hello\n");
	} else if (text_equal(mode, "/exit")) {
		stub_exit((int)number_of(stub_string(boot->arguments, 1)));
	} else if (text_equal(mode, "/check")) {
		stub_exit(check_all(boot, KERNEL_ROLE_APPLICATION, registers, stack) ? 1 : 0);
	} else if (text_equal(mode, "/report")) {
		report(boot);
	} else if (text_equal(mode, "/report-trace")) {
		print_fd = boot->trace_fd;
		report(boot);
	} else if (text_equal(mode, "/statistics")) {
		statistics_fill(boot);
	} else if (text_equal(mode, "/control")) {
		control_serve(boot);
	} else if (text_equal(mode, "/control-flood")) {
		control_flood(boot);
		control_serve(boot);
	} else if (text_equal(mode, "/terminal")) {
		terminal_change(boot);
		control_serve(boot);
	} else if (text_equal(mode, "/network")) {
		network_report(&boot->net);
	} else if (text_equal(mode, "/network-answer")) {
		network_answer(&boot->net, number_of(boot->argument_count > 1 ? stub_string(boot->arguments, 1) : ""));
	} else if (text_equal(mode, "/network-spoof")) {
		network_spoof(&boot->net);
	} else if (text_equal(mode, "/forbidden")) {
		STUB_CALL(__NR_getpid, 0, 0, 0, 0, 0, 0);
	} else if (text_equal(mode, "/foreign-fd")) {
		STUB_CALL(__NR_write, boot->image_fd, "x", 1, 0, 0, 0);
	} else if (text_equal(mode, "/child")) {
		child_break_rules(boot);
	} else if (text_equal(mode, "/service-leaves")) {
		service_outlive(boot);
	} else if (text_equal(mode, "/error-fill")) {
		error_fill();
	} else if (text_equal(mode, "/bomb")) {
		memory_use_up(boot, false);
	} else if (text_equal(mode, "/arena-bomb")) {
		memory_use_up(boot, true);
	} else {
		print("READY\n");
		poll_forever(boot->wake_fd);
	}
	stub_exit(0);
}

/* Where it checks, an error of its own is the guest's end: the application only sleeps. */
static void service_run(const struct kernel_boot *boot, const uint64_t *registers)
{
	const char *mode = stub_string(boot->arguments, 0);
	uint64_t stack = (uint64_t)(uintptr_t)(registers + STUB_REGISTERS);

	if (text_equal(mode, "/service-exit"))
		stub_exit(3);
	if (text_equal(mode, "/service-leaves"))
		stub_exit(0);
	if (text_equal(mode, "/service-check")) {
		if (check_all(boot, KERNEL_ROLE_SERVICE, registers, stack) == 0)
			print("service ok\n");
		stub_exit(3);
	}
	poll_forever(boot->wake_fd);
}

void mode_run(const struct kernel_boot *boot, enum kernel_role role, const uint64_t *registers)
{
	if (role == KERNEL_ROLE_APPLICATION)
		application_run(boot, registers);
	service_run(boot, registers);
	stub_exit(0);
}
