/* Tap interfaces and descriptors that were passed in: see tap.h. */
#include "tender/devices/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/ioctl.h>
#include <linux/sockios.h>
#include <string.h>

#include "tender/host/host.h"
#include "tender/option.h"

/* Of sockets, and of interfaces that cannot be asked. */
#define MTU_DEFAULT 1500

/* From the Linux socket ABI; libc's headers for them would clash with <linux/if.h>. */
#define FAMILY_UNIX 1
#define FAMILY_INET 2
#define LEVEL_SOCKET 1
#define OPTION_TYPE 3
#define OPTION_DOMAIN 39
#define TYPE_DGRAM 2
#define TYPE_SEQPACKET 5

static void request_name(struct ifreq *request, const char *name)
{
	memset(request, 0, sizeof(*request));
	memcpy(request->ifr_name, name, strlen(name));
}

/* Frames above the MTU would not fit into a guest's buffer. Failure is harmless: it leaves what the owner has set. */
static void offload_disable(int socket, const char *name)
{
	static const uint32_t commands[] = {ETHTOOL_SGRO, ETHTOOL_SGSO};

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		struct ethtool_value value = {.cmd = commands[i], .data = 0};
		struct ifreq request;

		request_name(&request, name);
		request.ifr_data = (void *)&value;
		host_ioctl(socket, SIOCETHTOOL, &request);
	}
}

/* One request to the interface of that name: 0 or -errno. Needs any socket. */
static long interface_ioctl(int socket, unsigned long command, const char *name, struct ifreq *request)
{
	request_name(request, name);
	return host_ioctl(socket, command, request);
}

/* The MTU of an existing interface that is up, or -errno. */
static long interface_mtu(int socket, const char *name)
{
	struct ifreq request;
	long result = interface_ioctl(socket, SIOCGIFFLAGS, name, &request);

	if (result == -ENODEV)
		return -ENOENT;
	if (result == 0 && !(request.ifr_flags & IFF_UP))
		return -ENETDOWN;
	if (result == 0)
		result = interface_ioctl(socket, SIOCGIFMTU, name, &request);
	return result < 0 ? result : request.ifr_mtu;
}

static uint16_t mtu_clamp(long mtu)
{
	return mtu > UINT16_MAX ? UINT16_MAX : (uint16_t)mtu;
}

/* Attaches an open /dev/net/tun to the tap of that name: 0 or -errno. */
static long tap_select(int fd, const char *name)
{
	struct ifreq request;
	long result;

	request_name(&request, name);
	request.ifr_flags = IFF_TAP | IFF_NO_PI;
	result = host_ioctl(fd, TUNSETIFF, &request);
	/* A name with a % in it would have made a new interface. */
	if (result == 0 && strncmp(request.ifr_name, name, IFNAMSIZ) != 0)
		return -EINVAL;
	return result;
}

long tap_open(const char *name, uint16_t *mtu, const char **what)
{
	long socket;
	long result;
	long fd = -1;

	if (strlen(name) >= IFNAMSIZ)
		return -ENAMETOOLONG;
	socket = host_socket(FAMILY_INET, TYPE_DGRAM, 0);
	if (socket < 0)
		return socket;
	result = interface_mtu((int)socket, name);
	if (result >= 0) {
		*mtu = mtu_clamp(result);
		fd = result = host_openat(AT_FDCWD, "/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
		if (fd < 0)
			*what = "/dev/net/tun: ";
	}
	if (fd >= 0)
		result = tap_select((int)fd, name);
	if (result >= 0)
		offload_disable((int)socket, name);
	else if (fd >= 0)
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
static long tap_mtu(int fd, const char *name)
{
	struct ifreq here;
	struct ifreq passed;
	long socket = host_socket(FAMILY_INET, TYPE_DGRAM, 0);
	long mtu = MTU_DEFAULT;

	if (socket < 0)
		return socket;
	memset(&passed, 0, sizeof(passed));
	/* Names are per namespace, addresses tell whether it is the same interface. */
	if (host_ioctl(fd, SIOCGIFHWADDR, &passed) == 0 &&
	    interface_ioctl((int)socket, SIOCGIFHWADDR, name, &here) == 0 &&
	    memcmp(passed.ifr_hwaddr.sa_data, here.ifr_hwaddr.sa_data, 6) == 0) {
		mtu = frames_are_bare(name) ? interface_mtu((int)socket, name) : -EPROTOTYPE;
		if (mtu >= 0)
			offload_disable((int)socket, name);
	}
	host_close((int)socket);
	return mtu;
}

/* The MTU behind a descriptor that was passed in, if it is one that carries a frame per call; else -errno. */
static long descriptor_mtu(int fd)
{
	struct ifreq request;
	int type;

	memset(&request, 0, sizeof(request));
	if (host_ioctl(fd, TUNGETIFF, &request) == 0) {
		if ((request.ifr_flags & (IFF_TAP | IFF_NO_PI | IFF_VNET_HDR)) != (IFF_TAP | IFF_NO_PI))
			return -EPROTOTYPE;
		request.ifr_name[IFNAMSIZ - 1] = '\0';
		return tap_mtu(fd, request.ifr_name);
	}
	type = socket_option(fd, OPTION_TYPE);
	if (type < 0)
		return -ENOTSOCK;
	if (socket_option(fd, OPTION_DOMAIN) != FAMILY_UNIX || (type != TYPE_SEQPACKET && type != TYPE_DGRAM))
		return -EPROTOTYPE;
	return MTU_DEFAULT;
}

long descriptor_take(const char *digits, uint16_t *mtu)
{
	uint64_t number;
	long mtu_found;
	long flags;
	int fd;

	if (!option_number(digits, INT32_MAX, &number) || number < 3)
		return -EINVAL;
	fd = (int)number;
	flags = host_fcntl(fd, F_GETFL, 0);
	if (flags < 0)
		return flags;
	if ((flags & O_ACCMODE) != O_RDWR)
		return -EACCES;
	mtu_found = descriptor_mtu(fd);
	if (mtu_found < 0)
		return mtu_found;
	*mtu = mtu_clamp(mtu_found);
	flags = host_fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	return flags < 0 ? flags : fd;
}
