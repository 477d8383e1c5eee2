/* Options at SOL_SOCKET. Which exist, what they take and how they err: socket(7), and Linux's net/core/sock.c. */
#include <asm/socket.h>
#include <linux/capability.h>
#include <linux/errno.h>

#include "kernel/lib/string.h"
#include "kernel/net/socket.h"
#include "kernel/net/socket_option.h"
#include "kernel/task/process.h"
#include "kernel/task/time.h"

#ifndef SO_PASSRIGHTS /* Linux 6.16 */
#define SO_PASSRIGHTS 83
#endif
#define BUFFER_BYTES_MAX 4194304u /* /proc/sys/net/core/wmem_max, rmem_max */
#define SEND_BUFFER_BYTES_MIN 4608u
#define RECEIVE_BUFFER_BYTES_MIN 2304u
#define PRIORITY_UNPRIVILEGED_MAX 6

/* Options that are a bit. */
static const struct {
	int name;
	unsigned flag;
	bool inverted;
	int capability; /* needed to switch it on: -EACCES; 0: none */
} switches[] = {
	{SO_DEBUG, SOCKET_DEBUG, false, CAP_NET_ADMIN}, {SO_REUSEADDR, SOCKET_REUSEADDR, false, 0},
	{SO_DONTROUTE, SOCKET_DONTROUTE, false, 0},     {SO_BROADCAST, SOCKET_BROADCAST, false, 0},
	{SO_KEEPALIVE, SOCKET_KEEPALIVE, false, 0},     {SO_OOBINLINE, SOCKET_OOBINLINE, false, 0},
	{SO_NO_CHECK, SOCKET_NO_CHECK, false, 0},       {SO_REUSEPORT, SOCKET_REUSEPORT, false, 0},
	{SO_PASSCRED, SOCKET_PASSCRED, false, 0},       {SO_TIMESTAMP, SOCKET_TIMESTAMP, false, 0},
	{SO_TIMESTAMPNS, SOCKET_TIMESTAMPNS, false, 0}, {SO_RXQ_OVFL, SOCKET_RXQ_OVFL, false, 0},
	{SO_PASSRIGHTS, SOCKET_NO_RIGHTS, true, 0},
};

#define SWITCH_COUNT (sizeof(switches) / sizeof(switches[0]))

static int switch_find(int name)
{
	for (size_t i = 0; i < SWITCH_COUNT; i++)
		if (switches[i].name == name)
			return (int)i;
	return -1;
}

static void flag_change(struct socket *socket, unsigned flag, bool on)
{
	if (on)
		__atomic_fetch_or(&socket->flags, flag, __ATOMIC_RELAXED);
	else
		__atomic_fetch_and(&socket->flags, ~flag, __ATOMIC_RELAXED);
}

static int switch_set(struct socket *socket, int index, bool on)
{
	if (on && switches[index].capability && !process_capable(switches[index].capability))
		return -EACCES;
	/* What shares a port is for protocols with ports; what passes descriptors and credentials for AF_UNIX. */
	if (socket->domain == AF_UNIX) {
		if (on && switches[index].flag == SOCKET_REUSEPORT)
			return -EOPNOTSUPP;
	} else if (switches[index].flag & (SOCKET_PASSCRED | SOCKET_NO_RIGHTS)) {
		return -EOPNOTSUPP;
	}
	/* Of the two kinds of time stamps there is one. */
	if (on && switches[index].flag & (SOCKET_TIMESTAMP | SOCKET_TIMESTAMPNS))
		flag_change(socket, SOCKET_TIMESTAMP | SOCKET_TIMESTAMPNS, false);
	flag_change(socket, switches[index].flag, on != switches[index].inverted);
	return 0;
}

/* --- setting ------------------------------------------------------------------------------------------------------ */

static void send_buffer_set(struct socket *socket, uint32_t bytes)
{
	socket->send_buffer_bytes = bytes * 2 > SEND_BUFFER_BYTES_MIN ? bytes * 2 : SEND_BUFFER_BYTES_MIN;
	wait_queue_wake(&socket->writers, 0);
}

static void receive_buffer_set(struct socket *socket, uint32_t bytes)
{
	socket->receive_buffer_bytes = bytes * 2 > RECEIVE_BUFFER_BYTES_MIN ? bytes * 2 : RECEIVE_BUFFER_BYTES_MIN;
}

/* Sizes beyond the limit are cut to it, negative ones included: Linux compares them as unsigned. */
static uint32_t buffer_bytes(int value)
{
	return (uint32_t)value < BUFFER_BYTES_MAX ? (uint32_t)value : BUFFER_BYTES_MAX;
}

static int buffer_force(struct socket *socket, int value, void (*set)(struct socket *, uint32_t))
{
	if (!process_capable(CAP_NET_ADMIN))
		return -EPERM;
	set(socket, value > 0 ? (uint32_t)value & 0x3fffffff : 0);
	return 0;
}

static int priority_set(struct socket *socket, int value)
{
	bool free = value >= 0 && value <= PRIORITY_UNPRIVILEGED_MAX;

	if (!free && !process_capable(CAP_NET_RAW) && !process_capable(CAP_NET_ADMIN))
		return -EPERM;
	socket->priority = value;
	return 0;
}

static int mark_set(struct socket *socket, int value)
{
	if (!process_capable(CAP_NET_RAW) && !process_capable(CAP_NET_ADMIN))
		return -EPERM;
	socket->mark = (uint32_t)value;
	return 0;
}

static int peek_offset_set(struct socket *socket, int value)
{
	if (socket->domain != AF_UNIX)
		return -EOPNOTSUPP;
	__atomic_store_n(&socket->peek_offset, value, __ATOMIC_RELAXED);
	return 0;
}

static int integer_set(struct socket *socket, int name, int value)
{
	switch (name) {
	case SO_SNDBUF:
		send_buffer_set(socket, buffer_bytes(value));
		return 0;
	case SO_RCVBUF:
		receive_buffer_set(socket, buffer_bytes(value));
		return 0;
	case SO_SNDBUFFORCE:
		return buffer_force(socket, value, send_buffer_set);
	case SO_RCVBUFFORCE:
		return buffer_force(socket, value, receive_buffer_set);
	case SO_PRIORITY:
		return priority_set(socket, value);
	case SO_MARK:
		return mark_set(socket, value);
	case SO_BSDCOMPAT:
		return 0;
	case SO_RCVLOWAT:
		socket->receive_low_bytes = value < 0 ? INT32_MAX : value ? (uint32_t)value : 1;
		return 0;
	case SO_PEEK_OFF:
		return peek_offset_set(socket, value);
	}
	return -ENOPROTOOPT;
}

static int linger_set(struct socket *socket, user_t from, unsigned bytes)
{
	int32_t linger[2];

	if (bytes < sizeof(linger))
		return -EINVAL;
	if (copy_from_user(linger, from, sizeof(linger)))
		return -EFAULT;
	flag_change(socket, SOCKET_LINGER, linger[0]);
	if (linger[0])
		socket->linger_s = linger[1];
	return 0;
}

static int option_set(struct socket *socket, int name, user_t value, unsigned bytes)
{
	uint32_t integer;
	int index;

	if (bytes < sizeof(integer))
		return -EINVAL;
	if (get_user_u32(&integer, value))
		return -EFAULT;
	index = switch_find(name);
	if (index >= 0)
		return switch_set(socket, index, integer != 0);
	switch (name) {
	case SO_LINGER:
		return linger_set(socket, value, bytes);
	case SO_RCVTIMEO_OLD:
	case SO_RCVTIMEO_NEW:
		return socket_timeout_set(&socket->receive_timeout_ns, value, bytes);
	case SO_SNDTIMEO_OLD:
	case SO_SNDTIMEO_NEW:
		return socket_timeout_set(&socket->send_timeout_ns, value, bytes);
	}
	return integer_set(socket, name, (int)integer);
}

int socket_option_set(struct socket *socket, int name, user_t value, unsigned bytes)
{
	int error = option_set(socket, name, value, bytes);

	if (!error && socket->ops->option_changed)
		socket->ops->option_changed(socket);
	return error;
}

/* --- getting ------------------------------------------------------------------------------------------------------ */

/* Options that are a field of 32 bits. */
static const struct {
	int name;
	size_t offset;
} fields[] = {
	{SO_PROTOCOL, offsetof(struct socket, protocol)},
	{SO_SNDBUF, offsetof(struct socket, send_buffer_bytes)},
	{SO_RCVBUF, offsetof(struct socket, receive_buffer_bytes)},
	{SO_PRIORITY, offsetof(struct socket, priority)},
	{SO_MARK, offsetof(struct socket, mark)},
	{SO_RCVLOWAT, offsetof(struct socket, receive_low_bytes)},
	{SO_PEEK_OFF, offsetof(struct socket, peek_offset)},
};

static int field_get(const struct socket *socket, int name, int *value)
{
	if (name == SO_PEEK_OFF && socket->domain != AF_UNIX)
		return -EOPNOTSUPP;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (fields[i].name == name) {
			memcpy(value, (const char *)socket + fields[i].offset, sizeof(*value));
			return 0;
		}
	}
	return -ENOPROTOOPT;
}

/* Options that are an int: 0, or -ENOPROTOOPT. */
static int integer_get(struct socket *socket, int name, int *value)
{
	int index = switch_find(name);

	if (index >= 0) {
		*value = socket_has(socket, switches[index].flag) != switches[index].inverted;
		return 0;
	}
	switch (name) {
	case SO_TYPE:
		*value = socket->type;
		return 0;
	case SO_DOMAIN:
		*value = socket->domain;
		return 0;
	case SO_ERROR:
		*value = -socket_error_take(socket);
		return 0;
	case SO_ACCEPTCONN:
		*value = socket->ops->is_listening(socket);
		return 0;
	case SO_BSDCOMPAT:
		*value = 0;
		return 0;
	case SO_SNDLOWAT:
		*value = 1;
		return 0;
	}
	return field_get(socket, name, value);
}

int socket_option_get(struct socket *socket, int name, user_t value, unsigned *bytes)
{
	int32_t linger[2] = {socket_has(socket, SOCKET_LINGER), socket->linger_s};
	int integer, error;

	switch (name) {
	case SO_LINGER:
		return socket_option_put(value, bytes, linger, sizeof(linger));
	case SO_RCVTIMEO_OLD:
	case SO_RCVTIMEO_NEW:
		return socket_timeout_get(socket->receive_timeout_ns, value, bytes);
	case SO_SNDTIMEO_OLD:
	case SO_SNDTIMEO_NEW:
		return socket_timeout_get(socket->send_timeout_ns, value, bytes);
	case SO_COOKIE:
		return socket_cookie_get(socket, value, bytes);
	case SO_PEERCRED:
		return socket_peer_get(socket, value, bytes);
	case SO_PEERGROUPS:
		return socket_peer_groups_get(socket, value, bytes);
	case SO_PEERNAME:
		return socket_peer_name_get(socket, value, bytes);
	}
	error = integer_get(socket, name, &integer);
	return error ? error : socket_option_put(value, bytes, &integer, sizeof(integer));
}
