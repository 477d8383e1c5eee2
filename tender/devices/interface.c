/* Requests to the host's network interfaces by name: see interface.h. */
#include "tender/devices/interface.h"

#include <string.h>

#include "tender/host/host.h"

void interface_request(struct ifreq *request, const char *name)
{
	memset(request, 0, sizeof(*request));
	memcpy(request->ifr_name, name, strlen(name));
}

long interface_socket(int family)
{
	return host_socket(family, INTERFACE_TYPE_DGRAM, 0);
}

long interface_ask(int socket, unsigned long command, const char *name, struct ifreq *request)
{
	interface_request(request, name);
	return host_ioctl(socket, command, request);
}
