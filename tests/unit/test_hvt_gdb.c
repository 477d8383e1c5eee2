/* The GDB remote protocol: packets, sums, and what each command does to a target that is made up here. */
#include <stdio.h>

#include "tender/hvt/debug/gdb.h"
#include "tests/unit/unit.h"

static struct gdb_session session;
static uint8_t memory[256];
static char sent[2 * GDB_PACKET_MAX];
static char did[256];

static void note(const char *what, uint64_t first, uint64_t second)
{
	size_t length = strlen(did);

	snprintf(did + length, sizeof(did) - length, "%s %lx %lx;", what, (unsigned long)first, (unsigned long)second);
}

static size_t registers_read(void *context, uint8_t *bytes)
{
	(void)context;
	bytes[0] = 0xab;
	bytes[1] = 0xcd;
	return 2;
}

static bool registers_write(void *context, const uint8_t *bytes, size_t size)
{
	(void)context;
	note("registers", bytes[0], size);
	return size == 2;
}

static bool pc_write(void *context, uint64_t pc)
{
	(void)context;
	note("pc", pc, 0);
	return true;
}

static bool memory_read(void *context, uint64_t address, void *to, size_t size)
{
	(void)context;
	if (address > sizeof(memory) || size > sizeof(memory) - address)
		return false;
	memcpy(to, memory + address, size);
	return true;
}

static bool memory_write(void *context, uint64_t address, const void *from, size_t size)
{
	(void)context;
	if (address > sizeof(memory) || size > sizeof(memory) - address)
		return false;
	memcpy(memory + address, from, size);
	return true;
}

static int point_set(void *context, enum gdb_point type, uint64_t address, uint64_t size, bool is_set)
{
	(void)context;
	note(is_set ? "set" : "clear", type, address);
	return size == 9 ? -1 : 0;
}

static void send(void *context, const char *bytes, size_t size)
{
	size_t length = strlen(sent);

	(void)context;
	assert_true(length + size < sizeof(sent));
	memcpy(sent + length, bytes, size);
	sent[length + size] = '\0';
}

static const struct gdb_target target = {
	.registers_read = registers_read,
	.registers_write = registers_write,
	.pc_write = pc_write,
	.memory_read = memory_read,
	.memory_write = memory_write,
	.point_set = point_set,
	.send = send,
};

static void session_start(void)
{
	gdb_init(&session, &target);
	sent[0] = did[0] = '\0';
	for (unsigned i = 0; i < sizeof(memory); i++)
		memory[i] = (uint8_t)i;
}

/* Feeds the bytes; returns the last action that was one. */
static enum gdb_action feed(const char *bytes)
{
	enum gdb_action action = GDB_NOTHING;

	for (; *bytes; bytes++) {
		enum gdb_action now = gdb_feed(&session, (uint8_t)*bytes);

		action = now == GDB_NOTHING ? action : now;
	}
	return action;
}

/* The same with the frame and the sum added. */
static enum gdb_action command(const char *text)
{
	char packet[512];
	uint8_t sum = 0;

	for (const char *c = text; *c; c++)
		sum = (uint8_t)(sum + (uint8_t)*c);
	snprintf(packet, sizeof(packet), "$%s#%02x", text, sum);
	sent[0] = did[0] = '\0';
	return feed(packet);
}

static void reply_expect(const char *text, const char *reply)
{
	char packet[512];
	uint8_t sum = 0;

	for (const char *c = reply; *c; c++)
		sum = (uint8_t)(sum + (uint8_t)*c);
	snprintf(packet, sizeof(packet), "+$%s#%02x", reply, sum);
	assert_int_equal(command(text), GDB_NOTHING);
	if (strcmp(sent, packet) != 0)
		fail_msg("%s: sent %s instead of %s", text, sent, packet);
}

static void packets_have_sums(void **state)
{
	(void)state;
	session_start();
	feed("$?#3f");
	assert_string_equal(sent, "+$S05#b8");
	sent[0] = '\0';
	feed("$?#3e");
	assert_string_equal(sent, "-");
	sent[0] = '\0';
	feed("noise+++$?#zz$?#3f");
	assert_string_equal(sent, "+$S05#b8");
	/* A packet that begins anew. */
	sent[0] = '\0';
	feed("$m0,$?#3f");
	assert_string_equal(sent, "+$S05#b8");
}

static void long_packets_are_refused(void **state)
{
	(void)state;
	session_start();
	feed("$");
	for (unsigned i = 0; i < GDB_PACKET_MAX + 1; i++)
		gdb_feed(&session, 0);
	feed("#00");
	assert_string_equal(sent, "-");
	reply_expect("?", "S05");
}

static void registers_and_memory(void **state)
{
	(void)state;
	session_start();
	reply_expect("g", "abcd");
	reply_expect("G1234", "OK");
	assert_string_equal(did, "registers 12 2;");
	reply_expect("G123456", "E01");
	reply_expect("G12zz", "E01");
	reply_expect("m10,4", "10111213");
	reply_expect("mff,1", "ff");
	reply_expect("mff,2", "E01");
	reply_expect("m0,fffffff", "E01");
	reply_expect("mfffffffffffffffff,1", "E01");
	reply_expect("m", "E01");
	reply_expect("m10", "E01");
	reply_expect("M10,2:abcd", "OK");
	reply_expect("m10,2", "abcd");
	reply_expect("M10,2:ab", "E01");
	reply_expect("M10,2:abcdef", "E01");
	reply_expect("M10,2:abxx", "E01");
	reply_expect("M10,2", "E01");
}

static void points(void **state)
{
	(void)state;
	session_start();
	reply_expect("Z0,1234,1", "OK");
	assert_string_equal(did, "set 0 1234;");
	reply_expect("z4,8,4", "OK");
	assert_string_equal(did, "clear 4 8;");
	reply_expect("Z1,8,9", "E01");
	/* Types there are not: the debugger is told nothing. */
	reply_expect("Z5,8,1", "");
	reply_expect("Z", "E01");
	reply_expect("Z0,8", "E01");
}

static void the_guest_goes_on(void **state)
{
	(void)state;
	session_start();
	assert_int_equal(command("c"), GDB_CONTINUE);
	assert_string_equal(sent, "+");
	assert_int_equal(command("s100"), GDB_STEP);
	assert_string_equal(did, "pc 100 0;");
	assert_int_equal(command("k"), GDB_KILL);
	assert_int_equal(command("D"), GDB_DETACH);
	assert_string_equal(sent, "+$OK#9a");
	assert_int_equal(feed("\003"), GDB_INTERRUPT);
	reply_expect("cxyz", "E01");
	sent[0] = '\0';
	gdb_stopped(&session, GDB_SIGNAL_TRAP);
	gdb_exited(&session, 64);
	assert_string_equal(sent, "$S05#b8$W40#bb");
}

static void unknown_commands_are_answered_empty(void **state)
{
	(void)state;
	session_start();
	reply_expect("", "");
	reply_expect("vCont?", "");
	reply_expect("qUnknown", "");
	reply_expect("qSupported:swbreak+", "PacketSize=1000");
	reply_expect("Hg0", "OK");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_have_sums),    cmocka_unit_test(long_packets_are_refused),
		cmocka_unit_test(registers_and_memory), cmocka_unit_test(points),
		cmocka_unit_test(the_guest_goes_on),    cmocka_unit_test(unknown_commands_are_answered_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
