/* Control messages: struct cmsghdr, as sendmsg and recvmsg have them. */
#ifndef KERNEL_NET_CONTROL_H
#define KERNEL_NET_CONTROL_H

#include "kernel/net/socket.h"

struct control_header {
	uint64_t length; /* with this header */
	int32_t level;
	int32_t type;
};

#define CONTROL_ALIGN(bytes) (((bytes) + 7ull) & ~7ull)

/* The room for a received control message is used up. */
void control_advance(struct socket_message *message, uint64_t space);

#endif
