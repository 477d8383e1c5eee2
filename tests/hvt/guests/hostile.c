/* Breaks one rule of the hvt ABI, which the command line names. Where it comes back, the tender refused politely. */
#include "hypercalls.h"
#include "tests/guests/test.h"

#define RESULT_EINVAL 2
#define UNTOUCHED 77

static uint8_t buffer[8192] __attribute__((aligned(4096)));
static volatile struct hvt_block block;
static volatile struct hvt_net net;
static volatile struct hvt_puts text;
static volatile struct hvt_poll wait;
static volatile struct hvt_halt end;
static const uint8_t constant[64] = {1};

static void block_set(uint64_t handle, uint64_t offset, uint64_t data, uint64_t len)
{
	block.handle = handle;
	block.offset = offset;
	block.data = data;
	block.len = len;
	block.ret = UNTOUCHED;
}

static void block_refused(uint64_t handle, uint64_t offset, uint64_t len)
{
	block_set(handle, offset, (uintptr_t)buffer, len);
	hypercall(HVT_HYPERCALL_BLOCK_WRITE, &block);
	CHECK(block.ret == RESULT_EINVAL);
	block.ret = UNTOUCHED;
	hypercall(HVT_HYPERCALL_BLOCK_READ, &block);
	CHECK(block.ret == RESULT_EINVAL);
}

/* One device of 8 KiB in blocks of 512 bytes, as handle 1. */
static void block_limits(void)
{
	block_refused(0, 0, 512);
	block_refused(2, 0, 512);
	block_refused(64, 0, 512);
	block_refused(UINT64_MAX, 0, 512);
	block_refused(1, 8192, 512);
	block_refused(1, 8192 - 512, 1024);
	block_refused(1, 1, 512);
	block_refused(1, 0, 511);
	block_refused(1, UINT64_MAX - 511, 512);
	block_refused(1, 0, UINT64_MAX - 511);
	block_refused(1, 512, UINT64_MAX - 511);
	block_set(1, 0, (uintptr_t)buffer, 8192);
	hypercall(HVT_HYPERCALL_BLOCK_WRITE, &block);
	CHECK(block.ret == 0);
	hypercall(HVT_HYPERCALL_BLOCK_READ, &block);
	CHECK(block.ret == 0);
	block_set(1, 0, UINT64_MAX, 0);
	block.data = 0;
	hypercall(HVT_HYPERCALL_BLOCK_READ, &block);
	CHECK(block.ret == 0);
}

static void block_at(uint64_t data)
{
	block_set(1, 0, data, 512);
	hypercall(HVT_HYPERCALL_BLOCK_READ, &block);
}

static void block_write_beyond(void)
{
	block_set(1, 0, boot_info()->mem_size - 256, 512);
	hypercall(HVT_HYPERCALL_BLOCK_WRITE, &block);
}

static void read_to_constant(void)
{
	block_at((uintptr_t)constant & ~4095ull);
}

static void read_beyond(void)
{
	block_at(boot_info()->mem_size - 511);
}

static void read_wraps(void)
{
	block_at(UINT64_MAX - 255);
}

static void arguments_in_code(void)
{
	hypercall(HVT_HYPERCALL_POLL, (volatile void *)(uintptr_t)solo5_app_main);
}

static void arguments_beyond(void)
{
	hypercall_to(HVT_HYPERCALL_WALLTIME, (uint32_t)boot_info()->mem_size - 4);
}

static void arguments_far(void)
{
	hypercall_to(HVT_HYPERCALL_HALT, 0xffffffff);
}

static void puts_wraps(void)
{
	text.data = (uintptr_t)buffer;
	text.len = UINT64_MAX;
	hypercall(HVT_HYPERCALL_PUTS, &text);
}

static void puts_beyond(void)
{
	text.data = boot_info()->mem_size;
	text.len = 1;
	hypercall(HVT_HYPERCALL_PUTS, &text);
}

/* No such device is no fault. */
static void net_handles(void)
{
	static const uint64_t handles[] = {0, 1, 2, 63, 64, UINT32_MAX, UINT64_MAX};

	for (unsigned i = 0; i < sizeof(handles) / sizeof(handles[0]); i++) {
		net.handle = handles[i];
		net.data = (uintptr_t)buffer;
		net.len = 1514;
		net.ret = UNTOUCHED;
		hypercall(HVT_HYPERCALL_NET_WRITE, &net);
		CHECK(net.ret == RESULT_EINVAL);
		net.ret = UNTOUCHED;
		hypercall(HVT_HYPERCALL_NET_READ, &net);
		CHECK(net.ret == RESULT_EINVAL);
	}
}

static void poll_nothing(void)
{
	wait.timeout_nsecs = 1;
	wait.ready_set = UINT64_MAX;
	wait.ret = UNTOUCHED;
	hypercall(HVT_HYPERCALL_POLL, &wait);
	CHECK(wait.ret == 0 && wait.ready_set == 0);
}

static void halt_cookie_beyond(void)
{
	end.cookie = boot_info()->mem_size - 8;
	hypercall(HVT_HYPERCALL_HALT, &end);
}

static void halt_negative(void)
{
	end.exit_status = -1;
	hypercall(HVT_HYPERCALL_HALT, &end);
}

static void number_zero(void)
{
	hypercall_to(0, 0x100000);
}

#if defined(__x86_64__)
static void number_nine(void)
{
	hypercall_to(9, 0x100000);
}

static void port_byte(void)
{
	__asm__ volatile("outb %b0, %w1" : : "a"(0), "d"(HVT_PORT_BASE + 1) : "memory");
}

static void port_in(void)
{
	uint32_t value;

	__asm__ volatile("inl %w1, %0" : "=a"(value) : "d"(HVT_PORT_BASE + 1) : "memory");
}

static void port_other(void)
{
	__asm__ volatile("outl %0, %w1" : : "a"(0), "d"(0x80) : "memory");
}

static void stop_without_end(void)
{
	__asm__ volatile("hlt" : : : "memory");
}
#endif

static const struct {
	const char *name;
	void (*run)(void);
} tricks[] = {
	{"block_limits", block_limits},
	{"block_write_beyond", block_write_beyond},
	{"read_to_constant", read_to_constant},
	{"read_beyond", read_beyond},
	{"read_wraps", read_wraps},
	{"arguments_in_code", arguments_in_code},
	{"arguments_beyond", arguments_beyond},
	{"arguments_far", arguments_far},
	{"puts_wraps", puts_wraps},
	{"puts_beyond", puts_beyond},
	{"net_handles", net_handles},
	{"poll_nothing", poll_nothing},
	{"halt_cookie_beyond", halt_cookie_beyond},
	{"halt_negative", halt_negative},
	{"number_zero", number_zero},
#if defined(__x86_64__)
	{"number_nine", number_nine},
	{"port_byte", port_byte},
	{"port_in", port_in},
	{"port_other", port_other},
	{"stop_without_end", stop_without_end},
#endif
};

int solo5_app_main(const struct solo5_start_info *info)
{
	solo5_handle_t handle;
	struct solo5_block_info device;

	CHECK(solo5_block_acquire("storage", &handle, &device) == SOLO5_R_OK && handle == 1);
	for (unsigned i = 0; i < sizeof(tricks) / sizeof(tricks[0]); i++) {
		if (!text_equal(info->cmdline, tricks[i].name))
			continue;
		tricks[i].run();
		return success();
	}
	puts("FAILURE: no such trick\n");
	return SOLO5_EXIT_FAILURE;
}
