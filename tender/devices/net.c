/* Network devices: options and attachment. See net.h. */
#include "tender/devices/net.h"

#include <string.h>

#include "tender/devices/tap.h"
#include "tender/host/host.h"

static int parse_net(struct options *options, struct mft *mft, const char *text, struct error *error)
{
	const char *value;
	int index = option_device(mft, MFT_DEV_NET_BASIC, text, &value, error);

	if (index < 0)
		return -1;
	options->devices[index].attach = value;
	return 0;
}

static int parse_net_mac(struct options *options, struct mft *mft, const char *text, struct error *error)
{
	static const uint8_t no_mac[6];
	const char *value;
	int index = option_device(mft, MFT_DEV_NET_BASIC, text, &value, error);

	if (index < 0)
		return -1;
	if (!option_mac(value, options->devices[index].mac)) {
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

int net_attach(struct mft_entry *entry, const struct device_options *device, struct error *error)
{
	struct mft_net_basic *net = &entry->u.net_basic;
	const char *what = "";
	struct tap_link link;
	long fd;

	if (device->attach[0] == '@')
		fd = descriptor_take(device->attach + 1, false, &link);
	else
		fd = tap_open(device->attach, false, &link, &what);
	if (fd < 0)
		return error_set(error, "Could not attach interface: %s: %s%s", device->attach, what, error_name(-fd));
	net->mtu = link.mtu;
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
