/*
 * Fuzz target: the bytes are a guest's memory and the hypercalls it makes. Nothing outside of its memory is touched
 * (the sanitizer watches), read-only segments stay as they are, devices never grow.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi/solo5_hvt.h"
#include "tender/hvt/hypercall.h"
#include "tests/fuzz/fuzz.h"

#define MEMORY_BYTES (64u << 10)
#define DISK_BYTES 8192u
#define CALLS_MAX 16

static const struct elf_plan plan = {
	.count = 2,
	.segments = {{.start = 0x4000, .end = 0x5000, .prot = PROT_READ},
		     {.start = 0x8000, .end = 0xa000, .prot = PROT_READ | PROT_WRITE}},
};

static struct mft mft = {
	.version = MFT_VERSION,
	.entries = 4,
	.e = {{.type = MFT_RESERVED_FIRST},
	      {.name = "net", .type = MFT_DEV_NET_BASIC, .attached = 1},
	      {.name = "disk",
	       .type = MFT_DEV_BLOCK_BASIC,
	       .attached = 1,
	       .u = {.block_basic = {.capacity = DISK_BYTES, .block_size = 512}}},
	      {.name = "gone", .type = MFT_DEV_NET_BASIC}},
};

/* Standard output goes nowhere: the guest writes to it. */
static void devices_open(void)
{
	int pair[2];
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	FUZZ_CHECK(null >= 0 && dup2(null, STDOUT_FILENO) >= 0);
	FUZZ_CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair) == 0);
	mft.e[1].b.hostfd = pair[0];
	mft.e[2].b.hostfd = memfd_create("disk", MFD_CLOEXEC);
	FUZZ_CHECK(ftruncate(mft.e[2].b.hostfd, DISK_BYTES) == 0);
}

/* A guest may wait as long as it likes; the fuzzer does not. */
static void wait_bound(uint8_t *memory, unsigned number, uint32_t address)
{
	struct hvt_poll arguments;

	if (number != HVT_HYPERCALL_POLL || address > MEMORY_BYTES - sizeof(arguments))
		return;
	memcpy(&arguments, memory + address, sizeof(arguments));
	arguments.timeout_nsecs %= 1000;
	memcpy(memory + address, &arguments, sizeof(arguments));
}

static void call(struct hypercall_context *context, unsigned number, uint32_t address)
{
	struct error error = {0};
	uint8_t protected_before[0x1000];
	struct stat status;
	enum hypercall_result result;

	wait_bound(context->memory.base, number, address);
	memcpy(protected_before, context->memory.base + 0x4000, sizeof(protected_before));
	result = hypercall_serve(context, number, gpa(address), &error);
	FUZZ_CHECK(memcmp(protected_before, context->memory.base + 0x4000, sizeof(protected_before)) == 0);
	FUZZ_CHECK(fstat(mft.e[2].b.hostfd, &status) == 0 && status.st_size == DISK_BYTES);
	if (result == HYPERCALL_ERROR)
		fuzz_error_check(&error);
	if (result == HYPERCALL_HALT && context->cookie)
		FUZZ_CHECK(context->cookie <= MEMORY_BYTES - HVT_COOKIE_BYTES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool is_open;
	uint8_t *memory;
	struct hypercall_context context = {.mft = &mft};

	if (!is_open)
		devices_open();
	is_open = true;
	memory = calloc(1, MEMORY_BYTES);
	FUZZ_CHECK(memory);
	context.memory = (struct memory){.base = memory, .bytes = MEMORY_BYTES, .plan = &plan};
	/* Five bytes a call: its number and its arguments' address; behind them, memory from 0x1000 on. */
	for (unsigned i = 0; i < CALLS_MAX && size >= 5; i++) {
		uint32_t address;
		unsigned number = data[0];
		size_t copied;

		memcpy(&address, data + 1, sizeof(address));
		data += 5;
		size -= 5;
		copied = size < MEMORY_BYTES - 0x1000 ? size : MEMORY_BYTES - 0x1000;
		memcpy(memory + 0x1000, data, copied);
		call(&context, number, address);
	}
	free(memory);
	return 0;
}
