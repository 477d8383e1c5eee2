/*
 * reach NAME: one attempt to get at what is not the guest's. Each has the exit statuses that it may end with: 159
 * killed by the filter, 139 and 132 by a fault, 0 for one that finds by itself that it got nowhere (else it says so and
 * ends with 1). `reach list` prints "STATUSES NAME" for all.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#include "tests/isolation/guests/forbidden.h"
#include "tests/isolation/guests/gate.h"
#include "tests/isolation/guests/legacy.h"

#define STATUS_REACHED 1
#define STATUS_UNKNOWN 97
/* What the host and its CPU make of old instructions differs. */
#define FAULT "132,139"
#define ALIVE_OR_FAULT "0,132,139"
#define ALIVE "0"
/* The service process may be hit first. */
#define ANYHOW "0,134,139"
#define KILLED "159"
#define ANONYMOUS (MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE)
#define GIB (1ull << 30)
/* tender/tender.lds */
#define TENDER_TEXT 0x4000000000ull
#define CONTROL_MESSAGES 20000

static long call(long number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f)
{
	const uint64_t arguments[6] = {a, b, c, d, e, f};

	return gate_call((uint64_t)number, arguments);
}

static long map(uint64_t address, int flags, int fd, uint64_t offset)
{
	return call(SYS_mmap, address, 4096, PROT_READ | PROT_WRITE, (uint64_t)flags, (uint64_t)(int64_t)fd, offset);
}

static void expect(bool holds, const char *what)
{
	if (holds)
		return;
	printf("reached: %s\n", what);
	exit(STATUS_REACHED);
}

static volatile char *byte(uint64_t address)
{
	return (volatile char *)(uintptr_t)address;
}

/* Far from everything that the program lives on. */
static uint64_t playground(void)
{
	return gate_boot->user_base + 512 * GIB;
}

static void write_tender(void)
{
	*byte(TENDER_TEXT) = 1;
}

static void write_slot(void)
{
	*byte(gate_boot->kernel_base) = 1;
}

static void write_image(void)
{
	*byte(gate_boot->image_base) = 1;
}

static void write_vdso(void)
{
	*byte(gate_boot->vdso) = 1;
}

static void write_clock(void)
{
	*byte(gate_boot->vdso - 4096) = 1;
}

/* A private copy of the image's pages is a copy. */
static void image_copy(void)
{
	uint64_t place = playground();

	expect(map(place, MAP_FIXED | MAP_PRIVATE, gate_boot->image_fd, 0) == (long)place, "no mapping of the image");
	*byte(place) = (char)~*byte(place);
	expect(*byte(place) != *byte(gate_boot->image_base), "the image itself");
}

static void image_hole(void)
{
	uint64_t place = playground();

	map(place, MAP_FIXED | MAP_PRIVATE, gate_boot->image_fd, 0);
	expect(call(SYS_madvise, place, 4096, MADV_REMOVE, 0, 0, 0) < 0, "a hole in the image");
	expect(call(SYS_madvise, place + GIB, 4096, MADV_REMOVE, 0, 0, 0) < 0, "a hole in nothing");
}

static void arena_beyond(void)
{
	uint64_t place = playground();

	expect(map(place, MAP_FIXED | MAP_SHARED, gate_boot->arena_fd, gate_boot->arena_bytes) == (long)place,
	       "an error, where Linux has none");
	*byte(place) = 1;
}

static void page_zero(void)
{
	expect(map(0, ANONYMOUS, -1, 0) < 0, "page zero (sysctl vm.mmap_min_addr is 0)");
}

static void descriptors(void)
{
	for (int fd = 0; fd < 4096; fd++) {
		struct timespec now = {0};
		struct pollfd poll = {.fd = fd};
		bool is_ours = fd < KERNEL_STDIO_COUNT || fd == gate_boot->image_fd || fd == gate_boot->arena_fd ||
			       fd == gate_boot->wake_fd || fd == gate_boot->control_fd || fd == gate_boot->trace_fd;

		call(SYS_ppoll, (uintptr_t)&poll, 1, (uintptr_t)&now, 0, 0, 0);
		expect(is_ours || poll.revents & POLLNVAL, "a descriptor that is not in the table");
	}
}

/* The kick finds nobody outside, and init is deaf to it. */
static void kick_others(void)
{
	for (uint64_t pid = GATE_PID_FIRST_FREE; pid < 70000; pid += 97)
		expect(call(SYS_tgkill, pid, pid, KERNEL_KICK_SIGNAL, 0, 0, 0) == -ESRCH, "a process outside");
	expect(call(SYS_tgkill, 1, 1, KERNEL_KICK_SIGNAL, 0, 0, 0) == 0, "no init");
}

/* Messages of all lengths and kinds: the front takes or refuses them, and goes on. */
static void control_flood(void)
{
	struct kernel_control message = {.kind = KERNEL_CONTROL_TERMIOS};

	for (unsigned i = 0; i < CONTROL_MESSAGES; i++) {
		message.kind = i % 5 ? i : KERNEL_CONTROL_TERMIOS;
		message.bytes[i % sizeof(message.bytes)] = (uint8_t)i;
		call(SYS_write, (uint64_t)gate_boot->control_fd, (uintptr_t)&message, i % (sizeof(message) + 1), 0, 0,
		     0);
	}
}

/* Whatever of the arena front and init may still look at, wiped; then the end, past the kernel. */
static void arena_wipe(void)
{
	uint64_t arena = gate_boot->arena_base;

	call(SYS_madvise, arena, 3 * GIB, MADV_REMOVE, 0, 0, 0);
	call(SYS_exit_group, 0, 0, 0, 0, 0, 0);
}

/* clang-format off */
static const struct attempt {
	const char *name;
	const char *statuses;
	void (*run)(void);
} attempts[] = {
	{"write to the tender's text", FAULT, write_tender},
	{"write to the kernel's text", FAULT, write_slot},
	{"write to the image's mapping", FAULT, write_image},
	{"write to the vDSO", FAULT, write_vdso},
	{"write to the host's clock pages", FAULT, write_clock},
	{"change the image by a private mapping", ALIVE, image_copy},
	{"punch a hole into the image", ALIVE, image_hole},
	{"touch what lies behind the arena's end", FAULT, arena_beyond},
	{"map page zero", ALIVE, page_zero},
	{"look for other descriptors", ALIVE, descriptors},
	{"kick others", ALIVE, kick_others},
	{"flood the control channel", ALIVE, control_flood},
	{"wipe the arena", ANYHOW, arena_wipe},
	{"INT 0x80", ALIVE, legacy_interrupt},
	{"INT 0x80 in 32-bit code", ALIVE, legacy_interrupt_32},
	{"SYSENTER", FAULT, legacy_sysenter},
	{"SYSENTER in 32-bit code", FAULT, legacy_sysenter_32},
	{"SYSCALL in 32-bit code", FAULT, legacy_syscall_32},
	{"the vsyscall page", ALIVE_OR_FAULT, legacy_vsyscall},
};
/* clang-format on */

#define COUNT (sizeof(attempts) / sizeof(attempts[0]))

static int list(void)
{
	for (unsigned i = 0; i < COUNT; i++)
		printf("%s %s\n", attempts[i].statuses, attempts[i].name);
	for (unsigned i = 0; forbidden_name(i); i++)
		printf("%s %s\n", KILLED, forbidden_name(i));
	return 0;
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return STATUS_UNKNOWN;
	if (strcmp(argv[1], "list") == 0)
		return list();
	gate_find();
	for (unsigned i = 0; i < COUNT; i++) {
		if (strcmp(argv[1], attempts[i].name) == 0) {
			attempts[i].run();
			return 0;
		}
	}
	return forbidden_call(argv[1]) ? 0 : STATUS_UNKNOWN;
}
