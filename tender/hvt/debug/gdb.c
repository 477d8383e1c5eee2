/* Packets of the remote protocol: $DATA#SUM, each answered by + or -. See gdb.h. */
#include "tender/hvt/debug/gdb.h"

#include <string.h>

#include "tender/option.h"

enum { OUTSIDE, IN_DATA, IN_SUM_HIGH, IN_SUM_LOW };

#define INTERRUPT_BYTE 3

void gdb_init(struct gdb_session *session, const struct gdb_target *target)
{
	memset(session, 0, sizeof(*session));
	session->target = target;
}

static void reply_send(struct gdb_session *session)
{
	char *frame = session->frame;
	size_t length = session->reply_length;
	uint8_t sum = 0;

	for (size_t i = 0; i < length; i++)
		sum = (uint8_t)(sum + (uint8_t)session->reply[i]);
	frame[0] = '$';
	memcpy(frame + 1, session->reply, length);
	frame[length + 1] = '#';
	hex_write(frame + length + 2, &sum, 1);
	session->target->send(session->target->context, frame, length + 4);
}

static enum gdb_action packet_end(struct gdb_session *session)
{
	bool is_good = session->sum == session->sum_told && session->length <= GDB_PACKET_MAX;
	enum gdb_action action;

	session->state = OUTSIDE;
	session->target->send(session->target->context, is_good ? "+" : "-", 1);
	if (!is_good)
		return GDB_NOTHING;
	session->packet[session->length] = '\0';
	session->reply_length = 0;
	action = gdb_command(session);
	/* The answer to these is that the guest stopped, later. */
	if (action != GDB_CONTINUE && action != GDB_STEP && action != GDB_KILL)
		reply_send(session);
	return action;
}

static void data_take(struct gdb_session *session, uint8_t byte)
{
	/* A packet that is too long is taken to its end, to be refused there. */
	if (session->length < GDB_PACKET_MAX)
		session->packet[session->length] = (char)byte;
	if (session->length <= GDB_PACKET_MAX)
		session->length++;
	session->sum = (uint8_t)(session->sum + byte);
}

enum gdb_action gdb_feed(struct gdb_session *session, uint8_t byte)
{
	int digit = hex_digit((char)byte);

	if (byte == '$') {
		session->state = IN_DATA;
		session->length = 0;
		session->sum = 0;
		return GDB_NOTHING;
	}
	switch (session->state) {
	case IN_DATA:
		if (byte == '#')
			session->state = IN_SUM_HIGH;
		else
			data_take(session, byte);
		return GDB_NOTHING;
	case IN_SUM_HIGH:
		session->state = digit < 0 ? OUTSIDE : IN_SUM_LOW;
		session->sum_told = (uint8_t)((unsigned)digit << 4);
		return GDB_NOTHING;
	case IN_SUM_LOW:
		session->state = OUTSIDE;
		session->sum_told = (uint8_t)(session->sum_told | (unsigned)digit);
		return digit < 0 ? GDB_NOTHING : packet_end(session);
	default:
		return byte == INTERRUPT_BYTE ? GDB_INTERRUPT : GDB_NOTHING;
	}
}

/* One letter and one byte. */
static void event_send(struct gdb_session *session, char letter, unsigned value)
{
	uint8_t byte = (uint8_t)value;

	session->reply[0] = letter;
	hex_write(session->reply + 1, &byte, 1);
	session->reply_length = 3;
	reply_send(session);
}

void gdb_stopped(struct gdb_session *session, unsigned signal)
{
	event_send(session, 'S', signal);
}

void gdb_exited(struct gdb_session *session, unsigned status)
{
	event_send(session, 'W', status);
}
