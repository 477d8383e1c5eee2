/* Network devices: options and attachment. See net.h. */
#include "tender/devices/net.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/filter.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/ioctl.h>
#include <linux/net.h>
#include <linux/sockios.h>
#include <string.h>

#include "tender/host/host.h"

#define MTU_OF_A_SOCKET 1500

/* From the Linux socket ABI; libc's headers for them would clash with <linux/if.h>. */
#define FAMILY_UNIX 1
#define FAMILY_INET 2
#define LEVEL_SOCKET 1
#define OPTION_TYPE 3
#define OPTION_DOMAIN 39
#define TYPE_DGRAM 2
#define TYPE_SEQPACKET 5

static int parse_net(struct options *options, struct mft *mft, const char *text, struct error *error)
{
	const char *value;
	int index = options_device(mft, MFT_DEV_NET_BASIC, text, &value, error);

	if (index < 0)
		return -1;
	options->devices[index].attach = value;
	return 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* aa:bb:cc:dd:ee:ff, one or two digits each. */
static bool mac_decode(const char *text, uint8_t mac[6])
{
	for (int i = 0; i < 6; i++) {
		int digit = hex_digit(*text);

		if (digit < 0)
			return false;
		mac[i] = (uint8_t)digit;
		digit = hex_digit(*++text);
		if (digit >= 0) {
			mac[i] = (uint8_t)(mac[i] << 4 | digit);
			text++;
		}
		if (*text++ != (i == 5 ? '\0' : ':'))
			return false;
	}
	return true;
}

static int parse_net_mac(struct options *options, struct mft *mft, const char *text, struct error *error)
{
	static const uint8_t no_mac[6];
	const char *value;
	int index = options_device(mft, MFT_DEV_NET_BASIC, text, &value, error);

	if (index < 0)
		return -1;
	if (!mac_decode(value, options->devices[index].mac)) {
		error->usage = true;
		return -1;
	}
	/* All zero means any, as with upstream. */
	options->devices[index].has_mac = memcmp(options->devices[index].mac, no_mac, sizeof(no_mac)) != 0;
	return 0;
}

const struct option net_options[NET_OPTION_COUNT] = {
	{"--net:", "    --net:NAME=IFACE | @FD (attach tap IFACE, or the open descriptor FD, as network NAME)", true,
	 parse_net},
	{"--net-mac:", "  [ --net-mac:NAME=HWADDR ] (set HWADDR for network NAME)", true, parse_net_mac},
};

static void request_name(struct ifreq *request, const char *name)
{
	memset(request, 0, sizeof(*request));
	memcpy(request->ifr_name, name, strlen(name));
}

/* Frames above the MTU would not fit into a guest's buffer. Failure is harmless: most drivers have nothing to switch.
 */
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

/* The MTU of an existing interface that is up, or -errno. */
static long interface_mtu(const char *name)
{
	struct ifreq request;
	long socket = host_socket(FAMILY_INET, TYPE_DGRAM, 0);
	long result;

	if (socket < 0)
		return socket;
	request_name(&request, name);
	result = host_ioctl((int)socket, SIOCGIFFLAGS, &request);
	if (result == -ENODEV)
		result = -ENOENT;
	else if (result == 0 && !(request.ifr_flags & IFF_UP))
		result = -ENETDOWN;
	if (result == 0)
		result = host_ioctl((int)socket, SIOCGIFMTU, &request);
	if (result == 0) {
		result = request.ifr_mtu;
		offload_disable((int)socket, name);
	}
	host_close((int)socket);
	return result;
}

/* Opens the tap of that name; *mtu is set. Returns the descriptor or -errno. */
static long tap_open(const char *name, uint16_t *mtu)
{
	struct ifreq request;
	long found;
	long fd;
	long result;

	if (strlen(name) >= IFNAMSIZ)
		return -ENAMETOOLONG;
	found = interface_mtu(name);
	if (found < 0)
		return found;
	fd = host_openat(AT_FDCWD, "/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return fd;
	request_name(&request, name);
	request.ifr_flags = IFF_TAP | IFF_NO_PI;
	result = host_ioctl((int)fd, TUNSETIFF, &request);
	/* A name with a % in it would have made a new interface. */
	if (result == 0 && strncmp(request.ifr_name, name, IFNAMSIZ) != 0)
		result = -EINVAL;
	if (result < 0) {
		host_close((int)fd);
		return result;
	}
	*mtu = found > UINT16_MAX ? UINT16_MAX : (uint16_t)found;
	return fd;
}

static int socket_option(int fd, int name)
{
	int value = 0;
	uint32_t size = sizeof(value);

	return host_getsockopt(fd, LEVEL_SOCKET, name, &value, &size) < 0 ? -1 : value;
}

/*
 * The flags of a tap or tun behind a descriptor, and its name; -errno if it is neither. TUNGETIFF sets the bit of
 * IFF_NO_PI also where no packet filter is attached (IFF_NOFILTER): so one that passes everything is, for the moment.
 */
static long tun_flags(int fd, struct ifreq *request)
{
	struct sock_filter pass = {BPF_RET | BPF_K, 0, 0, UINT32_MAX};
	struct sock_fprog program = {1, &pass};
	long result;

	memset(request, 0, sizeof(*request));
	result = host_ioctl(fd, TUNATTACHFILTER, &program);
	/* A tun has no packet filters. */
	if (result < 0 && result != -EINVAL)
		return result;
	result = host_ioctl(fd, TUNGETIFF, request);
	host_ioctl(fd, TUNDETACHFILTER, &program);
	return result < 0 ? result : (uint16_t)request->ifr_flags;
}

/* The MTU behind a descriptor that was passed in, if it is one that carries a frame per call; else -errno. */
static long descriptor_mtu(int fd)
{
	struct ifreq request;
	long flags = tun_flags(fd, &request);
	int type;

	if (flags >= 0) {
		if ((flags & (IFF_TAP | IFF_NO_PI | IFF_VNET_HDR)) != (IFF_TAP | IFF_NO_PI))
			return -EPROTOTYPE;
		return interface_mtu(request.ifr_name);
	}
	type = socket_option(fd, OPTION_TYPE);
	if (type < 0)
		return -ENOTSOCK;
	if (socket_option(fd, OPTION_DOMAIN) != FAMILY_UNIX || (type != TYPE_SEQPACKET && type != TYPE_DGRAM))
		return -EPROTOTYPE;
	return MTU_OF_A_SOCKET;
}

/* Takes over descriptor @FD; *mtu is set. Returns the descriptor or -errno. */
static long descriptor_take(const char *digits, uint16_t *mtu)
{
	uint64_t number;
	long mtu_found;
	long flags;
	int fd;

	if (!options_number(digits, INT32_MAX, &number) || number < 3)
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
	*mtu = mtu_found > UINT16_MAX ? UINT16_MAX : (uint16_t)mtu_found;
	flags = host_fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	return flags < 0 ? flags : fd;
}

int net_attach(struct mft_entry *entry, const struct device_options *device, struct error *error)
{
	struct mft_net_basic *net = &entry->u.net_basic;
	long fd;

	if (device->attach[0] == '@')
		fd = descriptor_take(device->attach + 1, &net->mtu);
	else
		fd = tap_open(device->attach, &net->mtu);
	if (fd < 0)
		return error_set(error, "Could not attach interface: %s: %s", device->attach, error_name(-fd));
	if (device->has_mac) {
		memcpy(net->mac, device->mac, sizeof(net->mac));
	} else {
		long got = host_getrandom(net->mac, sizeof(net->mac));

		if (got != sizeof(net->mac))
			return error_set(error, "Could not get a random MAC address: %s", error_name(-got));
		/* locally administered, unicast */
		net->mac[0] = (uint8_t)((net->mac[0] & 0xfc) | 0x02);
	}
	entry->b.hostfd = (int32_t)fd;
	entry->attached = 1;
	return 0;
}
