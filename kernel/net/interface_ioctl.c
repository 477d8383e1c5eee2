/* The requests about interfaces that every socket answers: see interface_ioctl.h. */
#include "kernel/net/interface_ioctl.h"

#include <linux/errno.h>
#include <linux/sockios.h>

#include "kernel/lib/string.h"
#include "kernel/net/socket.h"
#include "kernel/net/view.h"

#define QUEUE_LENGTH 1000
#define ADDRESSES_MAX (NET_INTERFACES_MAX * NET_ADDRESSES_MAX)

/* struct sockaddr_in */
struct address4 {
	uint16_t family;
	uint16_t port;
	uint8_t bytes[4];
	uint8_t zero[8];
};

/* struct ifreq */
struct request {
	char name[NET_INTERFACE_NAME_BYTES];
	union {
		int32_t number;
		int16_t flags; /* IFF_LOWER_UP and above do not fit */
		struct address4 address;
		struct {
			uint16_t family;
			uint8_t mac[6];
		} hardware;
		uint8_t bytes[24];
	};
};

/* struct ifconf */
struct request_list {
	int32_t bytes;
	user_t entries;
};

_Static_assert(sizeof(struct request) == 40 && sizeof(struct request_list) == 16, "Linux's structures");

/* Of IPv4, with its prefix; false: the interface has none. */
static bool address_find(uint32_t interface, struct net_address *out)
{
	struct net_address addresses[ADDRESSES_MAX];
	size_t count = net_addresses_get(addresses, ADDRESSES_MAX);

	for (size_t i = 0; i < count; i++) {
		if (addresses[i].interface == interface && addresses[i].family == AF_INET) {
			*out = addresses[i];
			return true;
		}
	}
	return false;
}

static void address_put(struct request *asked, const uint8_t bytes[4])
{
	asked->address = (struct address4){.family = AF_INET};
	memcpy(asked->address.bytes, bytes, sizeof(asked->address.bytes));
}

/* Of the network's prefix, or what is outside of it. */
static void mask_make(unsigned prefix, uint8_t out[4])
{
	for (unsigned byte = 0; byte < 4; byte++) {
		unsigned bits = prefix > 8 * byte ? prefix - 8 * byte : 0;

		out[byte] = bits >= 8 ? 0xff : (uint8_t)(0xff00u >> bits);
	}
}

static int name_find(const char *name, struct net_interface *out)
{
	for (uint32_t index = 1; index <= NET_INTERFACES_MAX; index++) {
		if (!net_interface_get(index, out) && strncmp(out->name, name, NET_INTERFACE_NAME_BYTES) == 0)
			return 0;
	}
	return -ENODEV;
}

/* The requests whose answer is an IPv4 address. */
static int address_request(unsigned request, const struct net_interface *interface, struct request *asked)
{
	struct net_address address;
	uint8_t mask[4];

	if (!address_find(interface->index, &address))
		return -EADDRNOTAVAIL;
	mask_make(address.prefix, mask);
	if (request == SIOCGIFNETMASK) {
		address_put(asked, mask);
		return 0;
	}
	if (request == SIOCGIFBRDADDR) {
		bool has_broadcast = interface->flags & IFF_BROADCAST && address.prefix < 31;

		for (unsigned byte = 0; byte < 4; byte++)
			address.bytes[byte] = has_broadcast ? address.bytes[byte] | (uint8_t)~mask[byte] : 0;
	}
	address_put(asked, address.bytes);
	return 0;
}

static int interface_request(unsigned request, const struct net_interface *interface, struct request *asked)
{
	switch (request) {
	case SIOCGIFINDEX:
		asked->number = (int32_t)interface->index;
		return 0;
	case SIOCGIFFLAGS:
		asked->flags = (int16_t)interface->flags;
		return 0;
	case SIOCGIFMTU:
		asked->number = (int32_t)interface->mtu;
		return 0;
	case SIOCGIFMETRIC:
		asked->number = 0;
		return 0;
	case SIOCGIFTXQLEN:
		asked->number = QUEUE_LENGTH;
		return 0;
	case SIOCGIFMAP:
		memset(asked->bytes, 0, sizeof(asked->bytes));
		return 0;
	case SIOCGIFHWADDR:
		memset(asked->bytes, 0, sizeof(asked->bytes));
		asked->hardware.family = interface->flags & IFF_LOOPBACK ? ARPHRD_LOOPBACK : ARPHRD_ETHER;
		memcpy(asked->hardware.mac, interface->mac, sizeof(interface->mac));
		return 0;
	default:
		return address_request(request, interface, asked);
	}
}

/* Copies in, answers, copies out. */
static long interface_serve(unsigned request, user_t argument)
{
	struct net_interface interface;
	struct request asked;
	int error;

	if (copy_from_user(&asked, argument, sizeof(asked)))
		return -EFAULT;
	asked.name[NET_INTERFACE_NAME_BYTES - 1] = '\0';
	error = request == SIOCGIFNAME ? net_interface_get((uint32_t)asked.number, &interface)
				       : name_find(asked.name, &interface);
	if (error)
		return error;
	if (request == SIOCGIFNAME)
		memcpy(asked.name, interface.name, sizeof(asked.name));
	else
		error = interface_request(request, &interface, &asked);
	if (error)
		return error;
	return copy_to_user(argument, &asked, sizeof(asked)) ? -EFAULT : 0;
}

/* SIOCGIFCONF: the IPv4 addresses that there is room for; without a buffer, how much room they take. */
static long list_serve(user_t argument)
{
	struct net_address addresses[ADDRESSES_MAX];
	size_t count = net_addresses_get(addresses, ADDRESSES_MAX);
	struct request_list list;
	int done = 0;

	if (copy_from_user(&list, argument, sizeof(list)))
		return -EFAULT;
	for (size_t i = 0; i < count; i++) {
		struct request entry = {.name = ""};
		struct net_interface interface;

		if (addresses[i].family != AF_INET || net_interface_get(addresses[i].interface, &interface))
			continue;
		memcpy(entry.name, interface.name, sizeof(entry.name));
		address_put(&entry, addresses[i].bytes);
		if (list.entries) {
			if (list.bytes - done < (int)sizeof(entry))
				break;
			if (copy_to_user(list.entries + (unsigned)done, &entry, sizeof(entry)))
				return -EFAULT;
		}
		done += (int)sizeof(entry);
	}
	list.bytes = done;
	return copy_to_user(argument, &list, sizeof(list)) ? -EFAULT : 0;
}

long interface_ioctl(unsigned request, user_t argument)
{
	switch (request) {
	case SIOCGIFCONF:
		return list_serve(argument);
	case SIOCGIFNAME:
	case SIOCGIFINDEX:
	case SIOCGIFFLAGS:
	case SIOCGIFMTU:
	case SIOCGIFMETRIC:
	case SIOCGIFTXQLEN:
	case SIOCGIFMAP:
	case SIOCGIFHWADDR:
	case SIOCGIFADDR:
	case SIOCGIFNETMASK:
	case SIOCGIFBRDADDR:
	case SIOCGIFDSTADDR:
		return interface_serve(request, argument);
	case SIOCSIFFLAGS:
	case SIOCSIFADDR:
	case SIOCSIFNETMASK:
	case SIOCSIFBRDADDR:
	case SIOCSIFDSTADDR:
	case SIOCSIFMTU:
	case SIOCSIFHWADDR:
	case SIOCSIFNAME:
	case SIOCSIFTXQLEN:
	case SIOCADDRT:
	case SIOCDELRT:
	case SIOCSARP:
	case SIOCDARP:
		return -EPERM;
	case SIOCETHTOOL:
		return -EOPNOTSUPP;
	default:
		return -ENOTTY;
	}
}
