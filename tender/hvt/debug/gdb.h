/*
 * The GDB remote serial protocol: packets in, replies out, and what the debugger wants done next. No sockets and no
 * KVM here: a target's functions give access to the guest, and tests give others.
 */
#ifndef TENDER_HVT_DEBUG_GDB_H
#define TENDER_HVT_DEBUG_GDB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GDB_PACKET_MAX 4096
#define GDB_REGISTERS_MAX 512
#define GDB_SIGNAL_TRAP 5
#define GDB_SIGNAL_INTERRUPT 2

/* As the protocol numbers them in Z and z packets. */
enum gdb_point { GDB_POINT_SOFTWARE, GDB_POINT_HARDWARE, GDB_POINT_WRITE, GDB_POINT_READ, GDB_POINT_ACCESS };

struct gdb_target {
	void *context;
	/* All registers in the protocol's order. Reading returns their size, at most GDB_REGISTERS_MAX; 0: not now. */
	size_t (*registers_read)(void *context, uint8_t *bytes);
	bool (*registers_write)(void *context, const uint8_t *bytes, size_t size);
	bool (*pc_write)(void *context, uint64_t pc);
	/* All of the range or nothing. */
	bool (*memory_read)(void *context, uint64_t address, void *to, size_t size);
	bool (*memory_write)(void *context, uint64_t address, const void *from, size_t size);
	/* Sets or clears a breakpoint or watchpoint. 0, -1: failed, 1: there are none of that type. */
	int (*point_set)(void *context, enum gdb_point type, uint64_t address, uint64_t size, bool is_set);
	void (*send)(void *context, const char *bytes, size_t size);
};

enum gdb_action { GDB_NOTHING, GDB_CONTINUE, GDB_STEP, GDB_INTERRUPT, GDB_DETACH, GDB_KILL };

struct gdb_session {
	const struct gdb_target *target;
	unsigned state; /* of the packet that comes in */
	uint8_t sum;
	uint8_t sum_told;
	size_t length;
	size_t reply_length;
	char packet[GDB_PACKET_MAX + 1];
	char reply[GDB_PACKET_MAX + 1];
	char frame[GDB_PACKET_MAX + 5];
};

void gdb_init(struct gdb_session *session, const struct gdb_target *target);

/* Takes one byte of the debugger's; where that ends a packet, answers it. */
enum gdb_action gdb_feed(struct gdb_session *session, uint8_t byte);

/* Tells the debugger that the guest stopped with a signal, or ended with a status. */
void gdb_stopped(struct gdb_session *session, unsigned signal);
void gdb_exited(struct gdb_session *session, unsigned status);

/* command.c: carries out session->packet and fills session->reply. */
enum gdb_action gdb_command(struct gdb_session *session);

/* hex.c: the value of a number in hexadecimal at *text, which is moved behind it. False: there is none, or too long. */
bool hex_parse(const char **text, uint64_t *number);
/* Two digits a byte; reading fails at anything else. */
void hex_write(char *to, const uint8_t *bytes, size_t size);
bool hex_read(uint8_t *bytes, size_t size, const char *from);

#endif
