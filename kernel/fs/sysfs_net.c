/* Network interfaces in /sys, for scripts and for programs that count bytes. None of the files can be written. */
#include "kernel/fs/sysfs_net.h"

#include <linux/errno.h>

#include "kernel/lib/print.h"
#include "kernel/lib/string.h"
#include "kernel/net/view.h"

#define QUEUE_LENGTH "1000"
/* Flags that are not the administrator's to set are not among those of the file. */
#define FLAGS_SHOWN (IFF_UP | IFF_BROADCAST | IFF_LOOPBACK | IFF_MULTICAST)

int sysfs_interface_next(const struct pseudo_node *dir, int from)
{
	struct net_interface interface;

	(void)dir;
	for (int index = from > 1 ? from : 1; index <= NET_INTERFACES_MAX; index++) {
		if (!net_interface_get((uint32_t)index, &interface))
			return index;
	}
	return -1;
}

void sysfs_interface_spell(int number, char *out)
{
	struct net_interface interface = {0};

	(void)net_interface_get((uint32_t)number, &interface);
	memcpy(out, interface.name, sizeof(interface.name));
}

static long link_target(const struct pseudo_node *node, char *out, size_t size)
{
	char name[PSEUDO_NAME_BYTES];

	sysfs_interface_spell(node->number, name);
	return (long)text_format(out, size, "../../devices/virtual/net/%s", name);
}

const struct pseudo_entry sysfs_interface_link[] = {{.name = "", .mode = S_IFLNK | 0777, .target = link_target}};

/* Defines show_NAME, which has the interface as `interface` and writes to `text`. */
#define SHOW(name, ...)                                                                                                \
	static int show_##name(const struct pseudo_node *node, struct text *text)                                      \
	{                                                                                                              \
		struct net_interface interface;                                                                        \
		int error = net_interface_get((uint32_t)node->number, &interface);                                     \
                                                                                                                       \
		if (!error)                                                                                            \
			text_print(text, __VA_ARGS__);                                                                 \
		return error;                                                                                          \
	}
#define IS_LOOPBACK (interface.flags & IFF_LOOPBACK)
#define COUNTER(name, field) SHOW(name, "%lu\n", interface.counters.field)

SHOW(address, "%02x:%02x:%02x:%02x:%02x:%02x\n", interface.mac[0], interface.mac[1], interface.mac[2], interface.mac[3],
     interface.mac[4], interface.mac[5])
SHOW(broadcast, "%s\n", IS_LOOPBACK ? "00:00:00:00:00:00" : "ff:ff:ff:ff:ff:ff")
SHOW(carrier, "%d\n", interface.flags &IFF_LOWER_UP ? 1 : 0)
SHOW(flags, "0x%x\n", interface.flags &FLAGS_SHOWN)
SHOW(index, "%u\n", interface.index)
SHOW(mtu, "%u\n", interface.mtu)
SHOW(state, "%s\n", IS_LOOPBACK ? "unknown" : interface.flags &IFF_LOWER_UP ? "up" : "down")
SHOW(type, "%d\n", IS_LOOPBACK ? ARPHRD_LOOPBACK : ARPHRD_ETHER)
SHOW(event, "INTERFACE=%s\nIFINDEX=%u\n", interface.name, interface.index)
COUNTER(receive_bytes, receive_bytes)
COUNTER(receive_packets, receive_packets)
COUNTER(receive_errors, receive_errors)
COUNTER(receive_drops, receive_drops)
COUNTER(transmit_bytes, transmit_bytes)
COUNTER(transmit_packets, transmit_packets)
COUNTER(transmit_errors, transmit_errors)
COUNTER(transmit_drops, transmit_drops)

/* No interface has a wire whose speed could be told. */
static int show_no_wire(const struct pseudo_node *node, struct text *text)
{
	(void)node;
	(void)text;
	return -EINVAL;
}

static const struct pseudo_entry statistics_entries[] = {
	PSEUDO_CONSTANT("collisions", "0"),
	PSEUDO_CONSTANT("multicast", "0"),
	PSEUDO_FILE("rx_bytes", show_receive_bytes),
	PSEUDO_FILE("rx_dropped", show_receive_drops),
	PSEUDO_FILE("rx_errors", show_receive_errors),
	PSEUDO_FILE("rx_packets", show_receive_packets),
	PSEUDO_FILE("tx_bytes", show_transmit_bytes),
	PSEUDO_FILE("tx_dropped", show_transmit_drops),
	PSEUDO_FILE("tx_errors", show_transmit_errors),
	PSEUDO_FILE("tx_packets", show_transmit_packets),
	{0},
};

static const struct pseudo_entry interface_entries[] = {
	PSEUDO_CONSTANT("addr_assign_type", "0"),
	PSEUDO_CONSTANT("addr_len", "6"),
	PSEUDO_FILE("address", show_address),
	PSEUDO_FILE("broadcast", show_broadcast),
	PSEUDO_FILE("carrier", show_carrier),
	PSEUDO_CONSTANT("dev_id", "0x0"),
	PSEUDO_CONSTANT("dormant", "0"),
	PSEUDO_FILE("duplex", show_no_wire),
	PSEUDO_FILE("flags", show_flags),
	PSEUDO_FILE("ifindex", show_index),
	PSEUDO_FILE("iflink", show_index),
	PSEUDO_CONSTANT("link_mode", "0"),
	PSEUDO_FILE("mtu", show_mtu),
	PSEUDO_FILE("operstate", show_state),
	PSEUDO_FILE("speed", show_no_wire),
	PSEUDO_DIRECTORY("statistics", statistics_entries),
	PSEUDO_CONSTANT("tx_queue_len", QUEUE_LENGTH),
	PSEUDO_FILE("type", show_type),
	PSEUDO_FILE("uevent", show_event),
	{0},
};

const struct pseudo_entry sysfs_interface[] = {PSEUDO_DIRECTORY("", interface_entries)};
