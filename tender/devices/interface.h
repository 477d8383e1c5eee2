/* Requests to the host's network interfaces by name. */
#ifndef TENDER_DEVICES_INTERFACE_H
#define TENDER_DEVICES_INTERFACE_H

#include <linux/if.h>

/* From the Linux socket ABI; libc's headers for them would clash with <linux/if.h>. */
#define INTERFACE_FAMILY_INET 2
#define INTERFACE_FAMILY_INET6 10
#define INTERFACE_TYPE_DGRAM 2

/* Clears the request but for the name, which must be shorter than IFNAMSIZ. */
void interface_request(struct ifreq *request, const char *name);

/* Any socket that interfaces can be asked through, or -errno. The caller closes it. */
long interface_socket(int family);

/* One request about the interface of that name, all else being zero: 0 or -errno. */
long interface_ask(int socket, unsigned long command, const char *name, struct ifreq *request);

#endif
