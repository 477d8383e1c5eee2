/* Every promise of abi/kernel.h, checked from inside. */
#include <asm/signal.h>
#include <asm/unistd.h>
#include <elf.h>
#include <linux/mman.h>
#include <linux/poll.h>
#include <linux/time_types.h>

#include "abi/image.h"
#include "tests/kernel-stub/stub.h"

#define PAGE_BYTES 4096ull
#define UNIT_BYTES (1ull << 32)

static unsigned failures;
static volatile uint64_t initialised = 0x0123456789abcdef;
static volatile uint64_t zeroed[1024];

static void expect(bool holds, const char *what)
{
	if (holds)
		return;
	print("broken: ");
	print(what);
	print("\n");
	failures++;
}

static bool is_readable(uint64_t address)
{
	return stub_touch((const void *)(uintptr_t)address);
}

static void registers_check(const struct kernel_boot *boot, enum kernel_role role, const uint64_t *registers,
			    uint64_t stack)
{
	uint64_t base;

	for (unsigned i = 0; i < STUB_REGISTERS; i++)
		expect(registers[i] == 0, "a register is not zero");
	expect(stack == boot->stack_tops[role], "the stack pointer is not at the top");
	__asm__("rdfsbase %0" : "=r"(base));
	expect(base == 0, "the FS base is not zero");
	__asm__("rdgsbase %0" : "=r"(base));
	expect(base == 0, "the GS base is not zero");
}

static void boot_check(const struct kernel_boot *boot)
{
	uint64_t random = 0;

	expect(boot->magic == KERNEL_BOOT_MAGIC && boot->bytes == sizeof(*boot), "magic and size");
	expect((uint64_t)(uintptr_t)boot == boot->arena_base, "the boot structure is at the arena's beginning");
	expect(boot->kernel_base == (uint64_t)(uintptr_t)stub_header, "kernel_base");
	expect(boot->heap % PAGE_BYTES == 0 && boot->heap - boot->arena_base < boot->arena_bytes, "heap");
	expect(boot->cpu_count > 0, "cpu_count");
	for (unsigned i = 0; i < sizeof(boot->random) / 8; i++)
		random |= ((const uint64_t *)boot->random)[i];
	expect(random != 0, "randomness");
	expect(boot->vdso == 0 || *(const uint32_t *)(uintptr_t)boot->vdso == 0x464c457f, "the vDSO's header");
	expect(boot->vdso == 0 || (boot->vdso_bytes && is_readable(boot->vdso + boot->vdso_bytes - 1)), "vdso_bytes");
	expect(boot->service_pid == 2 && boot->host_pid == 3, "pids");
	for (unsigned role = 0; role < 2; role++) {
		expect(boot->signal_stacks[role] > boot->arena_base && boot->signal_stacks[role] < boot->heap,
		       "a signal stack is in the arena, below the heap");
		expect(boot->stack_tops[role] > boot->arena_base && boot->stack_tops[role] <= boot->heap,
		       "a stack is in the arena, below the heap");
	}
	for (unsigned i = 0; i < sizeof(struct kernel_statistics); i++)
		expect(((const char *)(uintptr_t)boot->statistics)[i] == 0, "a counter is not zero");
}

/* The writable segment, found in the arena by what is in it. */
static void data_check(const struct kernel_boot *boot)
{
	uint64_t within = (uint64_t)(uintptr_t)&initialised % PAGE_BYTES;
	volatile uint64_t *twin = NULL;

	expect(initialised == 0x0123456789abcdef, "initialised data");
	for (unsigned i = 0; i < sizeof(zeroed) / sizeof(zeroed[0]); i++)
		expect(zeroed[i] == 0, "zeroed data");
	for (uint64_t page = boot->arena_base; page < boot->heap && !twin; page += PAGE_BYTES) {
		if (*(const uint64_t *)(uintptr_t)(page + within) == initialised)
			twin = (volatile uint64_t *)(uintptr_t)(page + within);
	}
	expect(twin, "the data is in the arena");
	if (!twin)
		return;
	*twin = 0x0123456789abcdef;
	initialised = 0xfedcba9876543210;
	expect(*twin == 0xfedcba9876543210, "data in slot and arena are the same memory");
	*twin = 0x0123456789abcdef;
}

static void place_check(uint64_t base, uint64_t bytes, const char *what)
{
	expect(base % UNIT_BYTES == 0 && base != 0, what);
	/* Nothing for 4 GiB behind: a few samples. */
	for (uint64_t at = base + bytes; at < base + bytes + UNIT_BYTES; at += UNIT_BYTES / 16)
		expect(!is_readable(at), what);
}

static void layout_check(const struct kernel_boot *boot)
{
	const struct image_header *image = (const struct image_header *)(uintptr_t)boot->image_base;

	place_check(boot->kernel_base, UNIT_BYTES, "the slot is aligned, with nothing behind");
	place_check(boot->arena_base, boot->arena_bytes, "the arena is aligned, with nothing behind");
	place_check(boot->user_base, boot->user_bytes, "user memory is aligned, with nothing behind");
	expect(is_readable(boot->arena_base + boot->arena_bytes - 1), "the arena's last byte is there");
	expect(!is_readable(boot->user_base), "user memory is inaccessible");
	expect(!is_readable(boot->user_base + boot->user_bytes - 1), "user memory is inaccessible at its end");
	expect(!is_readable(boot->kernel_base + (1u << 30)), "the slot holds nothing but the kernel");
	expect(image->file_bytes == boot->image_bytes && image->magic[0] == 'T', "the image is mapped");
	expect(is_readable(boot->image_base + boot->image_bytes - 1), "the image is mapped to its end");
	expect(!is_readable(boot->low_start) && !is_readable(boot->low_end - 1) && !is_readable(0x400000),
	       "the low window is empty");
}

static bool map_works(uint64_t address, int prot, int flags, int fd)
{
	bool works = STUB_CALL(__NR_mmap, address, PAGE_BYTES, prot, flags | MAP_FIXED, fd, 0) == (long)address &&
		     is_readable(address);

	STUB_CALL(__NR_mmap, address, PAGE_BYTES, PROT_NONE, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		  -1, 0);
	return works;
}

static void mapping_check(const struct kernel_boot *boot)
{
	const int anonymous = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;

	expect(map_works(boot->user_base, PROT_READ | PROT_WRITE, anonymous, -1), "memory at user_base");
	expect(map_works(boot->user_base + boot->user_bytes - PAGE_BYTES, PROT_READ, anonymous, -1),
	       "memory at the end of user memory");
	expect(map_works(boot->low_start, PROT_READ, anonymous, -1), "memory at low_start");
	expect(map_works(0x400000, PROT_READ | PROT_EXEC, MAP_PRIVATE, boot->image_fd), "the image, executable");
	expect(map_works(boot->user_base, PROT_READ | PROT_WRITE, MAP_SHARED, boot->arena_fd), "the arena, shared");
}

/* A call from the application's memory reaches the handler, on the signal stack, with nothing but the kick blocked. */
static void trap_check(const struct kernel_boot *boot, enum kernel_role role)
{
	char *code = (char *)(uintptr_t)boot->user_base;
	size_t bytes = (size_t)(stub_foreign_end - stub_foreign_code);
	long (*call)(void) = (long (*)(void))(uintptr_t)boot->user_base;

	STUB_CALL(__NR_mmap, code, PAGE_BYTES, PROT_READ | PROT_WRITE | PROT_EXEC,
		  MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	for (size_t i = 0; i < bytes; i++)
		code[i] = stub_foreign_code[i];
	expect(call() == 4711 && stub_signals.count[SIGSYS] == 1, "a call from application memory traps");
	expect(stub_signals.stack - boot->signal_stacks[role] < KERNEL_SIGNAL_STACK_BYTES,
	       "the handler runs on the signal stack");
	expect(stub_signals.mask == 1ull << (KERNEL_KICK_SIGNAL - 1), "the kick is blocked, and nothing else");
}

static void kick_check(const struct kernel_boot *boot, enum kernel_role role)
{
	int self = role == KERNEL_ROLE_APPLICATION ? boot->host_pid : boot->service_pid;

	STUB_CALL(__NR_tgkill, self, self, KERNEL_KICK_SIGNAL, 0, 0, 0);
	expect(stub_signals.count[KERNEL_KICK_SIGNAL] == 1, "the kick arrives");
}

static bool is_kept(const struct kernel_boot *boot, int fd)
{
	return fd < KERNEL_STDIO_COUNT || fd == boot->image_fd || fd == boot->arena_fd || fd == boot->wake_fd ||
	       fd == boot->control_fd || fd == boot->trace_fd;
}

static void descriptors_check(const struct kernel_boot *boot)
{
	static const struct __kernel_timespec now;

	for (int fd = 0; fd < 512; fd++) {
		struct pollfd poll = {.fd = fd};

		STUB_CALL(__NR_ppoll, &poll, 1, &now, 0, 0, 0);
		expect(is_kept(boot, fd) == !(poll.revents & POLLNVAL),
		       "a descriptor is open that must not be, or not");
	}
}

unsigned check_all(const struct kernel_boot *boot, enum kernel_role role, const uint64_t *registers, uint64_t stack)
{
	registers_check(boot, role, registers, stack);
	boot_check(boot);
	data_check(boot);
	layout_check(boot);
	mapping_check(boot);
	trap_check(boot, role);
	kick_check(boot, role);
	descriptors_check(boot);
	return failures;
}
