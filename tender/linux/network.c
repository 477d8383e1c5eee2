/* The device behind a Linux guest's network: see network.h. */
#include "tender/linux/network.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "tender/devices/tap.h"
#include "tender/host/host.h"
#include "tender/linux/tap_new.h"

/* Of an interface; the standard descriptors lie below. */
#define FD_FIRST 3

/* Why an existing interface cannot be had, and what would mend it. */
static int tap_error(const struct network_options *options, long result, const char *what, struct error *error)
{
	const char *name = options->interface;
	const char *value = options->value;

	if (what[0] || result == -ENXIO)
		return tap_device_error(value, result, error);
	switch (-result) {
	case ENOENT:
		return error_set(
			error,
			"--net=%s: there is no interface %s; make it: ip tuntap add dev %s mode tap user $USER; "
			"ip link set %s up",
			value, name, name, name);
	case ENETDOWN:
		return error_set(error, "--net=%s: the interface %s is down: ip link set %s up", value, name, name);
	case EPERM:
		return error_set(
			error, "--net=%s: %s is not this user's: make it with ip tuntap add dev %s mode tap user $USER",
			value, name, name);
	case EBUSY:
		return error_set(error, "--net=%s: %s is in use by another program; every guest needs its own", value,
				 name);
	case EINVAL:
		return error_set(error, "--net=%s: %s is not a tap interface", value, name);
	default:
		return error_set(error, "--net=%s: could not attach %s: %s", value, name, error_name(-result));
	}
}

static int mac_complete(struct network_options *options, struct error *error)
{
	uint8_t *mac = options->net.mac;
	long got;

	if (options->has_mac)
		return 0;
	got = host_getrandom(mac, sizeof(options->net.mac));
	if (got != sizeof(options->net.mac))
		return error_set(error, "Could not get a random MAC address: %s", error_name(-got));
	/* locally administered, of one interface */
	mac[0] = (uint8_t)((mac[0] & 0xfc) | 0x02);
	return 0;
}

static void link_take(struct network_options *options, long fd, const struct tap_link *link)
{
	struct kernel_net *net = &options->net;

	net->fd = (int32_t)fd;
	if (net->mtu == 0)
		net->mtu = link->mtu;
	if (link->vnet_header)
		net->flags |= KERNEL_NET_VNET_HEADER;
	if (link->segments)
		net->flags |= KERNEL_NET_SEGMENTS;
}

int network_take(struct network_options *options, struct error *error)
{
	struct tap_link link;
	long fd;

	if (options->kind != NETWORK_FD)
		return 0;
	fd = descriptor_take(options->fd, true, &link);
	if (fd >= 0)
		fd = host_fcntl((int)fd, F_DUPFD_CLOEXEC, FD_FIRST);
	if (fd == -EPROTOTYPE || fd == -ENOTSOCK)
		return error_set(
			error,
			"--net=%s: neither a tap without packet information (IFF_NO_PI) nor a Unix datagram or "
			"sequenced-packet socket",
			options->value);
	if (fd < 0)
		return error_set(error, "--net=%s: not a descriptor that can be read and written: %s", options->value,
				 error_name(-fd));
	link_take(options, fd, &link);
	return mac_complete(options, error);
}

int network_attach(struct network_options *options, struct error *error)
{
	struct tap_link link;
	const char *what = "";
	long fd;

	if (options->kind != NETWORK_TAP && options->kind != NETWORK_TAP_NEW)
		return 0;
	if (mac_complete(options, error) < 0 || host_conflict_check(options, error) < 0)
		return -1;
	if (options->kind == NETWORK_TAP_NEW) {
		fd = tap_new(options, &link, error);
		if (fd < 0)
			return -1;
	} else {
		fd = tap_open(options->interface, true, &link, &what);
		if (fd < 0)
			return tap_error(options, fd, what, error);
		host_side_harden(options->interface);
	}
	link_take(options, fd, &link);
	return 0;
}
