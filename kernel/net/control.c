/* Control messages (cmsg(3)) on their way to the application. */
#include <linux/errno.h>

#include "kernel/lib/string.h"
#include "kernel/net/control.h"

void control_put(struct socket_message *message, int level, int type, const void *data, size_t bytes)
{
	struct control_header header = {.length = sizeof(header) + bytes, .level = level, .type = type};
	uint64_t space = CONTROL_ALIGN(header.length);

	if (!message->control_at || message->control_left < sizeof(header)) {
		message->out_flags |= MSG_CTRUNC;
		return;
	}
	if (message->control_left < header.length) {
		message->out_flags |= MSG_CTRUNC;
		header.length = message->control_left;
	}
	if (copy_to_user(message->control_at, &header, sizeof(header)) ||
	    copy_to_user(message->control_at + sizeof(header), data, header.length - sizeof(header)))
		return;
	control_advance(message, space);
}

void control_advance(struct socket_message *message, uint64_t space)
{
	if (space > message->control_left)
		space = message->control_left;
	message->control_at += space;
	message->control_left -= space;
}
