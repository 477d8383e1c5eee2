/* ICMP's bad news, for the sockets whose packets it is about. */
#ifndef KERNEL_NET_INET_ERROR_H
#define KERNEL_NET_INET_ERROR_H

/* Before there are sockets; does nothing if it was done. -ENOMEM */
int inet_errors_need(void);

#endif
