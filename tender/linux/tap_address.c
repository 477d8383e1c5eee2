/* Addresses of the host's interfaces: see tap_new.h. */
#include <errno.h>
#include <linux/in6.h>
#include <linux/ioctl.h>
#include <linux/sockios.h>
#include <string.h>

#include "tender/devices/interface.h"
#include "tender/host/host.h"
#include "tender/linux/address.h"
#include "tender/linux/tap_new.h"

/* More addresses than a host has */
#define ADDRESSES_MAX 256

/* struct sockaddr_in, and what SIOCSIFADDR takes for IPv6: libc's headers for them clash with <linux/if.h>. */
struct socket_address4 {
	uint16_t family;
	uint16_t port;
	uint8_t bytes[4];
	uint8_t zero[8];
};

struct interface_address6 {
	uint8_t bytes[16];
	uint32_t prefix;
	int interface_index;
};

_Static_assert(sizeof(struct socket_address4) == sizeof(struct sockaddr), "as in struct ifreq");

static void address4_put(struct sockaddr *to, const uint8_t bytes[4])
{
	struct socket_address4 address = {.family = INTERFACE_FAMILY_INET};

	memcpy(address.bytes, bytes, sizeof(address.bytes));
	memcpy(to, &address, sizeof(address));
}

static struct kernel_net_address address4_get(const struct sockaddr *from)
{
	struct kernel_net_address result = {.family = ADDRESS_FAMILY_4, .prefix = 32};
	struct socket_address4 address;

	memcpy(&address, from, sizeof(address));
	memcpy(result.bytes, address.bytes, sizeof(address.bytes));
	return result;
}

long tap_address_set(const char *interface, const struct kernel_net_address *address, uint32_t prefix)
{
	const struct kernel_net_address all = {.prefix = prefix, .bytes = {0xff, 0xff, 0xff, 0xff}};
	struct kernel_net_address mask = address_of_host(&all, 0);
	struct ifreq request;
	long socket = interface_socket(INTERFACE_FAMILY_INET);
	long result;

	if (socket < 0)
		return socket;
	interface_request(&request, interface);
	address4_put(&request.ifr_addr, address->bytes);
	result = host_ioctl((int)socket, SIOCSIFADDR, &request);
	address4_put(&request.ifr_netmask, mask.bytes);
	if (result >= 0)
		result = host_ioctl((int)socket, SIOCSIFNETMASK, &request);
	host_close((int)socket);
	return result;
}

long tap_address6_set(int interface_index, const struct kernel_net_address *address, uint32_t prefix)
{
	struct interface_address6 request = {.prefix = prefix, .interface_index = interface_index};
	long socket = interface_socket(INTERFACE_FAMILY_INET6);
	long result;

	if (socket < 0)
		return socket;
	memcpy(request.bytes, address->bytes, sizeof(request.bytes));
	result = host_ioctl((int)socket, SIOCSIFADDR, &request);
	host_close((int)socket);
	return result;
}

/* An address of the host's, with its network's prefix; 32 where that cannot be asked. */
static struct kernel_net_address host_address(int socket, const struct ifreq *entry)
{
	struct kernel_net_address address = address4_get(&entry->ifr_addr);
	struct ifreq request = *entry;

	if (host_ioctl(socket, SIOCGIFNETMASK, &request) == 0) {
		struct kernel_net_address mask = address4_get(&request.ifr_netmask);

		address.prefix = 0;
		for (uint32_t left = address_number(&mask); left & 1u << 31; left <<= 1)
			address.prefix++;
	}
	return address;
}

/* What an address of the host's on that interface means for the guest. Returns 0, or -1 with *error. */
static int conflict_check(const struct network_options *options, const char *interface,
			  const struct kernel_net_address *hosts, struct error *error)
{
	const struct kernel_net *net = &options->net;
	bool is_routed = options->kind == NETWORK_TAP_NEW && !options->bridge[0];
	char text[ADDRESS_TEXT_BYTES];

	if (net->ip4.family && address_equal(hosts, &net->ip4))
		return error_set(error, "--ip=%s: address conflict, the host itself has it, on %s; choose another",
				 address_text(hosts, text), interface);
	if (is_routed && (address_is_near(hosts, &net->ip4) || address_is_near(&net->ip4, hosts)))
		return error_set(error,
				 "--net=%s: address conflict, the host's %s has %s/%u of the same network; choose "
				 "another --ip, or attach to it with --net tap,bridge=NAME",
				 options->value, interface, address_text(hosts, text), hosts->prefix);
	return 0;
}

int host_conflict_check(const struct network_options *options, struct error *error)
{
	static struct ifreq entries[ADDRESSES_MAX];
	struct ifconf list = {.ifc_len = sizeof(entries), .ifc_req = entries};
	long socket = interface_socket(INTERFACE_FAMILY_INET);
	int result = 0;

	if (socket < 0)
		return error_set(error, "--net=%s: %s", options->value, error_name(-socket));
	if (host_ioctl((int)socket, SIOCGIFCONF, &list) < 0)
		list.ifc_len = 0;
	for (size_t i = 0; result == 0 && i < (size_t)list.ifc_len / sizeof(entries[0]); i++) {
		struct kernel_net_address address = host_address((int)socket, &entries[i]);

		entries[i].ifr_name[IFNAMSIZ - 1] = '\0';
		result = conflict_check(options, entries[i].ifr_name, &address, error);
	}
	host_close((int)socket);
	return result;
}
