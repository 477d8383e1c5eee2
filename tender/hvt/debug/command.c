/* What a debugger asks for. An empty reply says that we do not know the command: the debugger then uses others. */
#include <string.h>

#include "tender/hvt/debug/gdb.h"

/* Bytes of memory in one packet. */
#define CHUNK_MAX ((GDB_PACKET_MAX - 64) / 2)

static void reply(struct gdb_session *session, const char *text)
{
	session->reply_length = strlen(text);
	memcpy(session->reply, text, session->reply_length);
}

static void reply_result(struct gdb_session *session, bool is_good)
{
	reply(session, is_good ? "OK" : "E01");
}

static void reply_bytes(struct gdb_session *session, const uint8_t *bytes, size_t size)
{
	hex_write(session->reply, bytes, size);
	session->reply_length = 2 * size;
}

static bool separator_skip(const char **text, char separator)
{
	return *(*text)++ == separator;
}

static void registers_read(struct gdb_session *session)
{
	uint8_t bytes[GDB_REGISTERS_MAX];
	size_t size = session->target->registers_read(session->target->context, bytes);

	if (size)
		reply_bytes(session, bytes, size);
	else
		reply_result(session, false);
}

static void registers_write(struct gdb_session *session, const char *text)
{
	uint8_t bytes[GDB_REGISTERS_MAX];
	size_t size = strlen(text) / 2;

	reply_result(session, size <= sizeof(bytes) && hex_read(bytes, size, text) &&
				      session->target->registers_write(session->target->context, bytes, size));
}

/* ADDRESS,LENGTH */
static bool range_parse(const char **text, uint64_t *address, uint64_t *size)
{
	return hex_parse(text, address) && separator_skip(text, ',') && hex_parse(text, size);
}

static void memory_read(struct gdb_session *session, const char *text)
{
	static uint8_t bytes[CHUNK_MAX];
	uint64_t address;
	uint64_t size;

	if (range_parse(&text, &address, &size) && size <= sizeof(bytes) &&
	    session->target->memory_read(session->target->context, address, bytes, size))
		reply_bytes(session, bytes, size);
	else
		reply_result(session, false);
}

static void memory_write(struct gdb_session *session, const char *text)
{
	static uint8_t bytes[CHUNK_MAX];
	uint64_t address;
	uint64_t size;

	reply_result(session, range_parse(&text, &address, &size) && separator_skip(&text, ':') &&
				      size <= sizeof(bytes) && strlen(text) == 2 * size &&
				      hex_read(bytes, size, text) &&
				      session->target->memory_write(session->target->context, address, bytes, size));
}

/* TYPE,ADDRESS,LENGTH */
static void point_set(struct gdb_session *session, const char *text, bool is_set)
{
	uint64_t type;
	uint64_t address;
	uint64_t size;
	int result;

	if (!hex_parse(&text, &type) || !separator_skip(&text, ',') || !range_parse(&text, &address, &size)) {
		reply_result(session, false);
		return;
	}
	result = type > GDB_POINT_ACCESS ? 1
					 : session->target->point_set(session->target->context, (enum gdb_point)type,
								      address, size, is_set);
	if (result <= 0)
		reply_result(session, result == 0);
}

/* With an address, the guest goes on there. */
static enum gdb_action resume(struct gdb_session *session, const char *text, enum gdb_action action)
{
	uint64_t pc;

	if (*text == '\0')
		return action;
	if (hex_parse(&text, &pc) && session->target->pc_write(session->target->context, pc))
		return action;
	reply_result(session, false);
	return GDB_NOTHING;
}

static bool begins_with(const char *text, const char *word)
{
	return strncmp(text, word, strlen(word)) == 0;
}

static void query(struct gdb_session *session)
{
	if (begins_with(session->packet, "qSupported"))
		reply(session, "PacketSize=1000");
	else if (begins_with(session->packet, "qAttached"))
		reply(session, "1");
	else if (begins_with(session->packet, "qfThreadInfo"))
		reply(session, "m1");
	else if (begins_with(session->packet, "qsThreadInfo"))
		reply(session, "l");
	else if (strcmp(session->packet, "qC") == 0)
		reply(session, "QC1");
}

enum gdb_action gdb_command(struct gdb_session *session)
{
	const char *text = session->packet + 1;

	switch (session->packet[0]) {
	case '?':
		reply(session, "S05");
		break;
	case 'g':
		registers_read(session);
		break;
	case 'G':
		registers_write(session, text);
		break;
	case 'm':
		memory_read(session, text);
		break;
	case 'M':
		memory_write(session, text);
		break;
	case 'Z':
	case 'z':
		point_set(session, text, session->packet[0] == 'Z');
		break;
	case 'H':
	case 'T':
		reply_result(session, true);
		break;
	case 'q':
		query(session);
		break;
	case 'c':
		return resume(session, text, GDB_CONTINUE);
	case 's':
		return resume(session, text, GDB_STEP);
	case 'D':
		reply_result(session, true);
		return GDB_DETACH;
	case 'k':
		return GDB_KILL;
	default:
		break;
	}
	return GDB_NOTHING;
}
