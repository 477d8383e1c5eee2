/* What sendmsg and recvmsg share: struct msghdr. */
#ifndef KERNEL_SYSCALL_MESSAGE_HEADER_H
#define KERNEL_SYSCALL_MESSAGE_HEADER_H

#include "kernel/net/socket.h"
#include "kernel/vfs/file.h"

#define MSG_CMSG_COMPAT 0x80000000u

struct message_header { /* struct msghdr */
	user_t name;
	int32_t name_bytes;
	user_t segments;
	uint64_t segment_count;
	user_t control;
	uint64_t control_bytes;
	uint32_t flags;
};
struct message_of_many { /* struct mmsghdr */
	struct message_header header;
	uint32_t bytes;
};

_Static_assert(sizeof(struct message_header) == 56 && sizeof(struct message_of_many) == 64, "Linux's structures");

/*
 * The header, checked; segments go into io, which io_end frees if this was 0. -EFAULT, -EINVAL, -EMSGSIZE, -ENOMEM
 */
int message_header_get(struct message_header *header, user_t from, struct io *io);

/* MSG_DONTWAIT for a descriptor with O_NONBLOCK. */
static inline unsigned file_wait_flag(const struct file *file)
{
	return file->flags & O_NONBLOCK ? MSG_DONTWAIT : 0;
}

#endif
