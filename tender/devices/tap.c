/* Tap interfaces and descriptors that were passed in: see tap.h. */
#include "tender/devices/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if_tun.h>
#include <linux/ioctl.h>
#include <linux/sockios.h>
#include <string.h>

#include "tender/devices/interface.h"
#include "tender/host/host.h"
#include "tender/option.h"

/* Of sockets, and of interfaces that cannot be asked. */
#define MTU_DEFAULT 1500

/* From the Linux socket ABI; libc's headers for them would clash with <linux/if.h>. */
#define FAMILY_UNIX 1
#define LEVEL_SOCKET 1
#define OPTION_TYPE 3
#define OPTION_DOMAIN 39
#define TYPE_SEQPACKET 5

/* Frames above the MTU would not fit into a guest's buffer. Failure is harmless: it leaves what the owner has set. */
static void offload_disable(int socket, const char *name)
{
	static const uint32_t commands[] = {ETHTOOL_SGRO, ETHTOOL_SGSO};

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		struct ethtool_value value = {.cmd = commands[i], .data = 0};
		struct ifreq request;

		interface_request(&request, name);
		request.ifr_data = (void *)&value;
		host_ioctl(socket, SIOCETHTOOL, &request);
	}
}

/* The MTU of an existing interface that is up, or -errno. */
static long interface_mtu(int socket, const char *name)
{
	struct ifreq request;
	long result = interface_ask(socket, SIOCGIFFLAGS, name, &request);

	if (result == -ENODEV)
		return -ENOENT;
	if (result == 0 && !(request.ifr_flags & IFF_UP))
		return -ENETDOWN;
	if (result == 0)
		result = interface_ask(socket, SIOCGIFMTU, name, &request);
	return result < 0 ? result : request.ifr_mtu;
}

static uint16_t mtu_clamp(long mtu)
{
	return mtu > UINT16_MAX ? UINT16_MAX : (uint16_t)mtu;
}

long tap_offloads_enable(int fd, struct tap_link *link)
{
	const unsigned long offloads = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6;
	int bytes = TAP_VNET_HEADER_BYTES;
	long result = host_ioctl(fd, TUNSETVNETHDRSZ, &bytes);

	if (result < 0)
		return result;
	link->vnet_header = true;
	link->segments = host_ioctl(fd, TUNSETOFFLOAD, (void *)offloads) == 0;
	return 0;
}

/* Attaches an open /dev/net/tun to the tap of that name: 0 or -errno. */
static long tap_select(int fd, const char *name, bool with_offloads, struct tap_link *link)
{
	struct ifreq request;
	long result;

	interface_request(&request, name);
	request.ifr_flags = IFF_TAP | IFF_NO_PI;
	if (with_offloads)
		request.ifr_flags |= IFF_VNET_HDR;
	result = host_ioctl(fd, TUNSETIFF, &request);
	/* A name with a % in it would have made a new interface. */
	if (result == 0 && strncmp(request.ifr_name, name, IFNAMSIZ) != 0)
		return -EINVAL;
	return result == 0 && with_offloads ? tap_offloads_enable(fd, link) : result;
}

long tap_open(const char *name, bool with_offloads, struct tap_link *link, const char **what)
{
	long socket;
	long result;
	long fd = -1;

	*link = (struct tap_link){0};
	if (strlen(name) >= IFNAMSIZ)
		return -ENAMETOOLONG;
	socket = interface_socket(INTERFACE_FAMILY_INET);
	if (socket < 0)
		return socket;
	result = interface_mtu((int)socket, name);
	if (result >= 0) {
		link->mtu = mtu_clamp(result);
		fd = result = host_openat(AT_FDCWD, "/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0)
			*what = "/dev/net/tun: ";
	}
	if (fd >= 0)
		result = tap_select((int)fd, name, with_offloads, link);
	if (result >= 0 && !with_offloads)
		offload_disable((int)socket, name);
	else if (result < 0 && fd >= 0)
		host_close((int)fd);
	host_close((int)socket);
	return result < 0 ? result : fd;
}

static int socket_option(int fd, int name)
{
	int value = 0;
	uint32_t size = sizeof(value);

	return host_getsockopt(fd, LEVEL_SOCKET, name, &value, &size) < 0 ? -1 : value;
}

/*
 * True unless the kernel says that frames of the tap carry packet information. TUNGETIFF does not say it: it sets the
 * same bit where no packet filter is attached (IFF_NOFILTER).
 */
static bool frames_are_bare(const char *name)
{
	static const char before[] = "/sys/class/net/";
	static const char after[] = "/tun_flags";
	char path[sizeof(before) + IFNAMSIZ + sizeof(after)];
	char digits[16] = ""; /* "0x1002\n" */
	unsigned flags = 0;
	size_t length = strlen(name);
	long fd;

	memcpy(path, before, sizeof(before) - 1);
	memcpy(path + sizeof(before) - 1, name, length + 1);
	memcpy(path + sizeof(before) - 1 + length, after, sizeof(after));
	fd = host_openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return true;
	host_pread((int)fd, digits, sizeof(digits) - 1, 0);
	host_close((int)fd);
	for (const char *digit = digits + 2; digits[0] == '0' && hex_digit(*digit) >= 0; digit++)
		flags = flags << 4 | (unsigned)hex_digit(*digit);
	return flags == 0 || (flags & IFF_NO_PI);
}

/* The MTU of a tap that was passed in; the default where its interface lies in another network namespace. */
static long tap_mtu(int fd, const char *name, bool with_offloads)
{
	struct ifreq here;
	struct ifreq passed;
	long socket = interface_socket(INTERFACE_FAMILY_INET);
	long mtu = MTU_DEFAULT;

	if (socket < 0)
		return socket;
	memset(&passed, 0, sizeof(passed));
	/* Names are per namespace, addresses tell whether it is the same interface. */
	if (host_ioctl(fd, SIOCGIFHWADDR, &passed) == 0 &&
	    interface_ask((int)socket, SIOCGIFHWADDR, name, &here) == 0 &&
	    memcmp(passed.ifr_hwaddr.sa_data, here.ifr_hwaddr.sa_data, 6) == 0) {
		mtu = frames_are_bare(name) ? interface_mtu((int)socket, name) : -EPROTOTYPE;
		if (mtu >= 0 && !with_offloads)
			offload_disable((int)socket, name);
	}
	host_close((int)socket);
	return mtu;
}

/* The MTU behind a descriptor that was passed in, if it is one that carries a frame per call; else -errno. */
static long descriptor_mtu(int fd, bool with_offloads, struct tap_link *link)
{
	struct ifreq request;
	int type;

	memset(&request, 0, sizeof(request));
	if (host_ioctl(fd, TUNGETIFF, &request) == 0) {
		bool has_header = request.ifr_flags & IFF_VNET_HDR;
		long result = has_header && with_offloads ? tap_offloads_enable(fd, link) : 0;

		if ((request.ifr_flags & (IFF_TAP | IFF_NO_PI)) != (IFF_TAP | IFF_NO_PI) ||
		    (has_header && !with_offloads))
			return -EPROTOTYPE;
		request.ifr_name[IFNAMSIZ - 1] = '\0';
		return result < 0 ? result : tap_mtu(fd, request.ifr_name, link->vnet_header);
	}
	type = socket_option(fd, OPTION_TYPE);
	if (type < 0)
		return -ENOTSOCK;
	if (socket_option(fd, OPTION_DOMAIN) != FAMILY_UNIX || (type != TYPE_SEQPACKET && type != INTERFACE_TYPE_DGRAM))
		return -EPROTOTYPE;
	return MTU_DEFAULT;
}

long descriptor_take(const char *digits, bool with_offloads, struct tap_link *link)
{
	uint64_t number;
	long mtu_found;
	long flags;
	int fd;

	*link = (struct tap_link){0};
	if (!option_number(digits, INT32_MAX, &number) || number < 3)
		return -EINVAL;
	fd = (int)number;
	flags = host_fcntl(fd, F_GETFL, 0);
	if (flags < 0)
		return flags;
	if ((flags & O_ACCMODE) != O_RDWR)
		return -EACCES;
	mtu_found = descriptor_mtu(fd, with_offloads, link);
	if (mtu_found < 0)
		return mtu_found;
	link->mtu = mtu_clamp(mtu_found);
	flags = host_fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	return flags < 0 ? flags : fd;
}
