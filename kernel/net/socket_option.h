/* Options at SOL_SOCKET that are more than an int: net/socket_structures.c, for net/socket_option.c. */
#ifndef KERNEL_NET_SOCKET_OPTION_H
#define KERNEL_NET_SOCKET_OPTION_H

#include "kernel/net/socket.h"

/* SO_RCVTIMEO, SO_SNDTIMEO: -EINVAL, -EFAULT, -EDOM. */
int socket_timeout_set(uint64_t *timeout_ns, user_t from, unsigned bytes);
int socket_timeout_get(uint64_t timeout_ns, user_t to, unsigned *bytes);
int socket_cookie_get(struct socket *socket, user_t to, unsigned *bytes);
/* SO_PEERCRED: of nobody is {0, -1, -1}. */
int socket_peer_get(struct socket *socket, user_t to, unsigned *bytes);
/* SO_PEERGROUPS: -ENODATA, -ERANGE (then *bytes says how many it takes). */
int socket_peer_groups_get(struct socket *socket, user_t to, unsigned *bytes);
int socket_peer_name_get(struct socket *socket, user_t to, unsigned *bytes);

#endif
