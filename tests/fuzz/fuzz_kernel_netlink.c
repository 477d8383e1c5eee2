/*
 * Fuzz target: the input is a datagram sent to NETLINK_ROUTE, then to NETLINK_SOCK_DIAG, on a machine with two
 * interfaces. Whatever it asks for, the answers are whole, well-formed messages to the one who asked.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <string.h>

#include "kernel/net/netlink_diag.h"
#include "kernel/net/netlink_route.h"
#include "kernel/net/view.h"
#include "tests/fuzz/fuzz.h"

#define PORT 4711
#define PAGE 4096
#define FAMILY_4 2
#define FAMILY_6 10
#define SOCKETS 100

int net_interface_get(uint32_t index, struct net_interface *out)
{
	if (index < 1 || index > 2)
		return -ENODEV;
	*out = (struct net_interface){.index = index, .mtu = 1500, .flags = index == 1 ? IFF_LOOPBACK : IFF_UP};
	memcpy(out->name, index == 1 ? "lo" : "eth0", index == 1 ? 3 : 5);
	return 0;
}

size_t net_addresses_get(struct net_address *out, size_t max)
{
	for (size_t i = 0; i < max; i++)
		out[i] = (struct net_address){.interface = 1 + (uint32_t)(i & 1),
					      .family = i & 2 ? FAMILY_6 : FAMILY_4,
					      .prefix = (uint8_t)(i * 7),
					      .bytes = {10, 0, 0, (uint8_t)i}};
	return max;
}

size_t net_routes_get(struct net_route *out, size_t max)
{
	for (size_t i = 0; i < max; i++)
		out[i] = (struct net_route){.interface = 2,
					    .family = i & 1 ? FAMILY_6 : FAMILY_4,
					    .prefix = (uint8_t)(i & 1 ? i * 8 : i * 2),
					    .has_gateway = i & 2,
					    .has_source = i & 4};
	return max;
}

size_t net_neighbours_get(struct net_neighbour *out, size_t max)
{
	for (size_t i = 0; i < max; i++)
		out[i] = (struct net_neighbour){.interface = 2, .family = i & 1 ? FAMILY_6 : FAMILY_4};
	return max;
}

size_t net_sockets_get(enum net_socket_table table, size_t from, struct net_socket_view *out, size_t max)
{
	size_t count = 0;

	for (; count < max && from + count < SOCKETS; count++)
		out[count] = (struct net_socket_view){.state = (uint8_t)(1 + (from + count) % 11), .inode = table};
	return count;
}

/* Attributes from `at` to the end of the message. */
static void attributes_check(const char *message, size_t at, size_t length)
{
	while (at < length) {
		uint16_t attribute;

		FUZZ_CHECK(length - at >= 4);
		memcpy(&attribute, message + at, sizeof(attribute));
		FUZZ_CHECK(attribute >= 4 && attribute <= length - at);
		at += NLMSG_ALIGN(attribute);
	}
}

static bool is_diag;

static size_t fixed_bytes(unsigned type)
{
	if (is_diag)
		return type == 20 ? 72 : 0; /* SOCK_DIAG_BY_FAMILY: struct inet_diag_msg */
	switch (type) {
	case 16: /* RTM_NEWLINK */
		return 16;
	case 20: /* RTM_NEWADDR */
		return 8;
	case 24: /* RTM_NEWROUTE */
	case 28: /* RTM_NEWNEIGH */
	case 32: /* RTM_NEWRULE */
		return 12;
	default:
		return 0;
	}
}

static void deliver(void *to, struct text *text)
{
	bool *has_error = to;
	size_t at = 0;

	FUZZ_CHECK(!text->failed && text->length > 0);
	while (at < text->length) {
		struct nlmsghdr header;

		FUZZ_CHECK(text->length - at >= sizeof(header));
		memcpy(&header, text->data + at, sizeof(header));
		FUZZ_CHECK(header.nlmsg_len >= sizeof(header) && header.nlmsg_len <= text->length - at);
		FUZZ_CHECK(header.nlmsg_len % NLMSG_ALIGNTO == 0 && header.nlmsg_pid == PORT);
		*has_error = *has_error || header.nlmsg_type == NLMSG_ERROR;
		if (fixed_bytes(header.nlmsg_type))
			attributes_check(text->data + at, sizeof(header) + fixed_bytes(header.nlmsg_type),
					 header.nlmsg_len);
		at += header.nlmsg_len;
	}
	/* Only an error carries what it is about, which may be longer. */
	FUZZ_CHECK(text->length <= PAGE || *has_error);
	text_clear(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool has_error = false;
	struct netlink_reply reply = {.port = PORT, .deliver = deliver, .to = &has_error};
	uint8_t *copy = malloc(size ? size : 1);

	FUZZ_CHECK(copy);
	/* A block of its own, so that nothing is read behind it unnoticed. */
	memcpy(copy, data, size);
	is_diag = false;
	netlink_route_serve(copy, size, &reply);
	FUZZ_CHECK(!reply.text.data);
	is_diag = true;
	netlink_diag_serve(copy, size, &reply);
	FUZZ_CHECK(!reply.text.data);
	free(copy);
	return 0;
}
