/* What the system calls about sockets share: descriptors and addresses. */
#ifndef KERNEL_SYSCALL_SOCKET_CALL_H
#define KERNEL_SYSCALL_SOCKET_CALL_H

#include "kernel/net/socket.h"

/* The socket of a descriptor: *file is to be given back with fd_put. -EBADF, -ENOTSOCK */
int socket_borrow(int fd, struct file **file, struct socket **out);
/* An address of the application's: -EINVAL, -EFAULT. Nothing at all is an address, too. */
int socket_address_get(struct socket_address *out, user_t from, int bytes);
/*
 * Tells an address: *length_at says how much there is room for, and then how much it would have been. -EINVAL, -EFAULT
 */
int socket_address_put(const struct socket_address *address, user_t to, user_t length_at);

#endif
