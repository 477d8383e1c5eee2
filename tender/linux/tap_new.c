/* The host's side of a guest's tap: see tap_new.h. */
#include "tender/linux/tap_new.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/ioctl.h>
#include <linux/sockios.h>
#include <string.h>

#include "tender/devices/interface.h"
#include "tender/host/host.h"
#include "tender/linux/address.h"
#include "tender/linux/say.h"

#define NAME_PATTERN "tend%d"
#define MTU_DEFAULT 1500

int tap_device_error(const char *value, long result, struct error *error)
{
	switch (-result) {
	case ENOENT:
	case ENXIO:
	case ENODEV:
		return error_set(error, "--net=%s: the host has no /dev/net/tun: modprobe tun", value);
	case EACCES:
		return error_set(error,
				 "--net=%s: /dev/net/tun: %s; let this user open it (chmod 666 /dev/net/tun), or use "
				 "--net user",
				 value, error_name(-result));
	case EPERM:
		return error_set(error,
				 "--net=%s: no permission for a new interface: start as root, have root make one "
				 "(ip tuntap add dev NAME mode tap user $USER) for --net tap=NAME, or use --net user",
				 value);
	default:
		return error_set(error, "--net=%s: /dev/net/tun: %s", value, error_name(-result));
	}
}

static void switch_set(const char *family, const char *interface, const char *name, char value)
{
	char path[96];
	long fd;

	text_make(path, sizeof(path), "/proc/sys/net/%s/conf/%s/%s", family, interface, name);
	fd = host_openat(AT_FDCWD, path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	host_write((int)fd, &value, 1);
	host_close((int)fd);
}

void host_side_harden(const char *interface)
{
	switch_set("ipv6", interface, "accept_ra", '0');
	switch_set("ipv6", interface, "accept_redirects", '0');
	switch_set("ipv4", interface, "accept_redirects", '0');
	switch_set("ipv4", interface, "rp_filter", '1');
}

/* Makes the interface: its descriptor, or -1 with *error. */
static long tap_make(struct network_options *options, struct tap_link *link, struct error *error)
{
	struct ifreq request;
	long result;
	long fd = host_openat(AT_FDCWD, "/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return tap_device_error(options->value, fd, error);
	interface_request(&request, NAME_PATTERN);
	request.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
	result = host_ioctl((int)fd, TUNSETIFF, &request);
	*link = (struct tap_link){.mtu = MTU_DEFAULT};
	if (result >= 0)
		result = tap_offloads_enable((int)fd, link);
	if (result < 0) {
		host_close((int)fd);
		return tap_device_error(options->value, result, error);
	}
	memcpy(options->interface, request.ifr_name, sizeof(options->interface));
	return fd;
}

/* Sends the request as it is, but for the name. */
static long interface_change(int socket, unsigned long command, const char *name, struct ifreq *request)
{
	memset(request->ifr_name, 0, sizeof(request->ifr_name));
	memcpy(request->ifr_name, name, strlen(name));
	return host_ioctl(socket, command, request);
}

static int bridge_error(const struct network_options *options, long result, struct error *error)
{
	const char *bridge = options->bridge;

	if (result == -ENODEV)
		return error_set(error,
				 "--net=%s: there is no bridge %s; make it: ip link add %s type bridge; ip link set "
				 "%s up",
				 options->value, bridge, bridge, bridge);
	if (result == -EOPNOTSUPP || result == -EINVAL)
		return error_set(error, "--net=%s: %s is not a bridge", options->value, bridge);
	return error_set(error, "--net=%s: could not join %s: %s", options->value, bridge, error_name(-result));
}

/* In a bridge, or with the gateway's addresses. */
static int tap_place(const struct network_options *options, int socket, int index, struct error *error)
{
	const struct kernel_net *net = &options->net;
	const char *name = options->interface;
	struct ifreq request = {.ifr_ifindex = index};
	long result = 0;

	/* Nobody is to reach the host through addresses that it was not given. */
	if (options->bridge[0] || !net->gateway6.family)
		switch_set("ipv6", name, "disable_ipv6", '1');
	if (options->bridge[0]) {
		result = interface_change(socket, SIOCBRADDIF, options->bridge, &request);
		return result < 0 ? bridge_error(options, result, error) : 0;
	}
	if (net->gateway4.family)
		result = tap_address_set(name, &net->gateway4, net->ip4.prefix);
	if (result >= 0 && net->gateway6.family)
		result = tap_address6_set(index, &net->gateway6, net->ip6.family ? net->ip6.prefix : 64);
	if (result < 0)
		return error_set(error, "--net=%s: could not give %s the gateway's address: %s", options->value, name,
				 error_name(-result));
	return 0;
}

static void guard_say(const struct network_options *options, int index)
{
	long result = tap_guard(index, &options->net);

	if (result < 0)
		say("--net=%s: the host does not check what addresses the guest sends from, its kernel lacks clsact or "
		    "cls_bpf: %s",
		    options->value, error_name(-result));
}

static int tap_set_up(const struct network_options *options, int socket, struct error *error)
{
	const char *name = options->interface;
	struct ifreq request;
	long result = interface_ask(socket, SIOCGIFINDEX, name, &request);
	int index = request.ifr_ifindex;

	if (result >= 0 && options->net.mtu) {
		request.ifr_mtu = (int)options->net.mtu;
		result = interface_change(socket, SIOCSIFMTU, name, &request);
	}
	if (result < 0)
		return error_set(error, "--net=%s: could not set up %s: %s", options->value, name, error_name(-result));
	host_side_harden(name);
	guard_say(options, index);
	if (tap_place(options, socket, index, error) < 0)
		return -1;
	result = interface_ask(socket, SIOCGIFFLAGS, name, &request);
	request.ifr_flags = (short)(request.ifr_flags | IFF_UP);
	if (result >= 0)
		result = interface_change(socket, SIOCSIFFLAGS, name, &request);
	if (result < 0)
		return error_set(error, "--net=%s: could not bring %s up: %s", options->value, name,
				 error_name(-result));
	return 0;
}

long tap_new(struct network_options *options, struct tap_link *link, struct error *error)
{
	long socket = interface_socket(INTERFACE_FAMILY_INET);
	long fd;

	if (socket < 0)
		return error_set(error, "--net=%s: %s", options->value, error_name(-socket));
	fd = tap_make(options, link, error);
	if (fd >= 0 && tap_set_up(options, (int)socket, error) < 0) {
		host_close((int)fd);
		fd = -1;
	}
	host_close((int)socket);
	return fd;
}
