/*
 * Fuzz target: the bytes are what a debugger sends. Whatever that is, what goes back is well-formed: acknowledgements,
 * and packets with the right sum. Input that begins with a letter is made a packet with the right sum first.
 */
#include <ctype.h>
#include <string.h>

#include "tender/hvt/debug/gdb.h"
#include "tests/fuzz/fuzz.h"

#define MEMORY_BYTES 8192u

static uint8_t memory[MEMORY_BYTES];

static size_t registers_read(void *context, uint8_t *bytes)
{
	(void)context;
	memset(bytes, 0x5a, 164);
	return 164;
}

static bool registers_write(void *context, const uint8_t *bytes, size_t size)
{
	uint8_t sum = 0;

	(void)context;
	for (size_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + bytes[i]);
	return size >= 164 || sum == 0;
}

static bool pc_write(void *context, uint64_t pc)
{
	(void)context;
	return pc < MEMORY_BYTES;
}

static bool is_inside(uint64_t address, size_t size)
{
	return address <= MEMORY_BYTES && size <= MEMORY_BYTES - address;
}

static bool memory_read(void *context, uint64_t address, void *to, size_t size)
{
	(void)context;
	if (is_inside(address, size))
		memcpy(to, memory + address, size);
	return is_inside(address, size);
}

static bool memory_write(void *context, uint64_t address, const void *from, size_t size)
{
	(void)context;
	if (is_inside(address, size))
		memcpy(memory + address, from, size);
	return is_inside(address, size);
}

static int point_set(void *context, enum gdb_point type, uint64_t address, uint64_t size, bool is_set)
{
	(void)context;
	(void)is_set;
	FUZZ_CHECK(type <= GDB_POINT_ACCESS);
	return size > 8 ? -1 : address & 1;
}

static void packet_check(const char *bytes, size_t size)
{
	uint8_t sum = 0;
	char told[3];

	FUZZ_CHECK(size >= 4 && size <= GDB_PACKET_MAX + 4 && bytes[0] == '$' && bytes[size - 3] == '#');
	for (size_t i = 1; i < size - 3; i++) {
		FUZZ_CHECK(isprint((unsigned char)bytes[i]) && bytes[i] != '$' && bytes[i] != '#');
		sum = (uint8_t)(sum + (uint8_t)bytes[i]);
	}
	snprintf(told, sizeof(told), "%02x", sum);
	FUZZ_CHECK(memcmp(told, bytes + size - 2, 2) == 0);
}

static void output_check(void *context, const char *bytes, size_t size)
{
	(void)context;
	if (size == 1)
		FUZZ_CHECK(bytes[0] == '+' || bytes[0] == '-');
	else
		packet_check(bytes, size);
}

static const struct gdb_target target = {
	.registers_read = registers_read,
	.registers_write = registers_write,
	.pc_write = pc_write,
	.memory_read = memory_read,
	.memory_write = memory_write,
	.point_set = point_set,
	.send = output_check,
};

static void feed(struct gdb_session *session, uint8_t byte)
{
	enum gdb_action action = gdb_feed(session, byte);

	FUZZ_CHECK(action <= GDB_KILL);
	if (action == GDB_CONTINUE || action == GDB_STEP)
		gdb_stopped(session, GDB_SIGNAL_TRAP);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct gdb_session session;
	uint8_t sum = 0;
	char end[4];

	gdb_init(&session, &target);
	if (size && data[0] == '$') {
		for (size_t i = 0; i < size; i++)
			feed(&session, data[i]);
		return 0;
	}
	feed(&session, '$');
	for (size_t i = 0; i < size; i++) {
		if (data[i] == '#' || data[i] == '$')
			continue;
		sum = (uint8_t)(sum + data[i]);
		feed(&session, data[i]);
	}
	snprintf(end, sizeof(end), "#%02x", sum);
	for (size_t i = 0; i < 3; i++)
		feed(&session, (uint8_t)end[i]);
	return 0;
}
