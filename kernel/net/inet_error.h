/* ICMP's bad news, for the sockets whose packets it is about. */
#ifndef KERNEL_NET_INET_ERROR_H
#define KERNEL_NET_INET_ERROR_H

/* Once at boot, the stack entered. -ENOMEM */
int inet_error_start(void);

#endif
