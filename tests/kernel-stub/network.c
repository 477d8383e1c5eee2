/* The stub's side of a link: what it was told of it, frames answered, frames that claim to be another's. */
#include "tests/kernel-stub/network.h"

#include <asm/unistd.h>
#include <linux/errno.h>
#include <linux/if_ether.h>
#include <linux/poll.h>

#include "tests/kernel-stub/stub.h"

#define VNET_HEADER_BYTES 10
#define FRAME_MAX 2048

/* Offsets in an ARP and in an ICMP frame */
#define ARP_OPERATION 21
#define ARP_SENDER 22
#define ARP_TARGET 32
#define ARP_TARGET_IP 38
#define IP_SENDER 26
#define IP_TARGET 30
#define IP_PROTOCOL 23
#define ICMP_TYPE 34
#define ICMP_SUM 36

static struct {
	uint8_t header[VNET_HEADER_BYTES]; /* zero: nothing is left to the other side */
	uint8_t frame[FRAME_MAX];
} packet;

static void bytes_copy(uint8_t *to, const uint8_t *from, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		to[i] = from[i];
}

static bool bytes_equal(const uint8_t *left, const uint8_t *right, unsigned count)
{
	while (count && left[count - 1] == right[count - 1])
		count--;
	return count == 0;
}

static void field(const char *key, uint64_t value)
{
	print(key);
	print(" ");
	print_number(value);
	print("\n");
}

static void address_line(const char *key, const struct kernel_net_address *address)
{
	unsigned count = address->family == 2 ? 4 : 16;

	if (!address->family)
		return;
	print(key);
	for (unsigned i = 0; i < count; i++) {
		print(i ? "." : " ");
		print_number(address->bytes[i]);
	}
	print("/");
	print_number(address->prefix);
	print("\n");
}

void network_report(const struct kernel_net *net)
{
	field("device", net->fd >= 0);
	if (net->fd < 0)
		return;
	field("flags", net->flags);
	field("mtu", net->mtu);
	print("mac");
	for (unsigned i = 0; i < 6; i++) {
		print(i ? "." : " ");
		print_number(net->mac[i]);
	}
	print("\n");
	address_line("ip4", &net->ip4);
	address_line("gateway4", &net->gateway4);
	address_line("ip6", &net->ip6);
	address_line("gateway6", &net->gateway6);
	for (unsigned i = 0; i < KERNEL_NET_NAME_SERVERS_MAX; i++)
		address_line("dns", &net->name_servers[i]);
}

static unsigned header_bytes(const struct kernel_net *net)
{
	return net->flags & KERNEL_NET_VNET_HEADER ? VNET_HEADER_BYTES : 0;
}

/* The length of the next frame; 0 when the link is gone. */
static unsigned frame_receive(const struct kernel_net *net)
{
	unsigned header = header_bytes(net);

	for (;;) {
		struct pollfd poll = {.fd = net->fd, .events = POLLIN};
		long got;

		STUB_CALL(__NR_ppoll, &poll, 1, 0, 0, 0, 0);
		got = STUB_CALL(__NR_read, net->fd, packet.frame - header, header + FRAME_MAX, 0, 0, 0);
		if (got == -EAGAIN || got == -EINTR)
			continue;
		return got > (long)header ? (unsigned)got - header : 0;
	}
}

static long frame_send(const struct kernel_net *net, unsigned bytes)
{
	unsigned header = header_bytes(net);

	for (unsigned i = 0; i < VNET_HEADER_BYTES; i++)
		packet.header[i] = 0;
	return STUB_CALL(__NR_write, net->fd, packet.frame - header, header + bytes, 0, 0, 0);
}

/* Turns a question for this guest into its answer. */
static bool answer_make(const struct kernel_net *net)
{
	uint8_t *frame = packet.frame;

	if (frame[12] == 8 && frame[13] == 6 && frame[ARP_OPERATION] == 1 &&
	    bytes_equal(frame + ARP_TARGET_IP, net->ip4.bytes, 4)) {
		frame[ARP_OPERATION] = 2;
		bytes_copy(frame + ARP_TARGET, frame + ARP_SENDER, 10);
		bytes_copy(frame + ARP_SENDER, net->mac, 6);
		bytes_copy(frame + ARP_SENDER + 6, net->ip4.bytes, 4);
	} else if (frame[12] == 8 && frame[13] == 0 && frame[IP_PROTOCOL] == 1 && frame[ICMP_TYPE] == 8 &&
		   bytes_equal(frame + IP_TARGET, net->ip4.bytes, 4)) {
		unsigned sum = (unsigned)frame[ICMP_SUM] << 8 | frame[ICMP_SUM + 1];

		/* 8 less in the first byte: as much more in its sum. */
		sum += 0x800;
		sum = (sum & 0xffff) + (sum >> 16);
		frame[ICMP_TYPE] = 0;
		frame[ICMP_SUM] = (uint8_t)(sum >> 8);
		frame[ICMP_SUM + 1] = (uint8_t)sum;
		bytes_copy(frame + IP_TARGET, frame + IP_SENDER, 4);
		bytes_copy(frame + IP_SENDER, net->ip4.bytes, 4);
	} else {
		return false;
	}
	bytes_copy(frame, frame + 6, 6);
	bytes_copy(frame + 6, net->mac, 6);
	return true;
}

void network_answer(const struct kernel_net *net, unsigned pings)
{
	unsigned bytes;

	print("READY\n");
	while ((bytes = frame_receive(net)) > 0) {
		if (bytes < 42 || !answer_make(net))
			continue;
		frame_send(net, bytes);
		if (packet.frame[13] == 0 && pings && --pings == 0)
			return;
	}
	print("link gone\n");
}

/* Asks by ARP for the gateway, as this sender. */
static void ask(const struct kernel_net *net, const uint8_t mac[6], uint8_t last_of_mac, uint8_t last_of_ip)
{
	static const uint8_t arp[] = {8, 6, 0, 1, 8, 0, 6, 4, 0, 1};
	uint8_t *frame = packet.frame;

	for (unsigned i = 0; i < 42; i++)
		frame[i] = i < 6 ? 0xff : 0;
	bytes_copy(frame + 6, mac, 5);
	frame[11] = last_of_mac;
	bytes_copy(frame + 12, arp, sizeof(arp));
	bytes_copy(frame + ARP_SENDER, frame + 6, 6);
	bytes_copy(frame + ARP_SENDER + 6, net->ip4.bytes, 3);
	frame[ARP_SENDER + 9] = last_of_ip;
	bytes_copy(frame + ARP_TARGET_IP, net->gateway4.bytes, 4);
	frame_send(net, 42);
}

/* Whether there is something to read within a fifth of a second. */
static bool link_poll(const struct kernel_net *net)
{
	const uint64_t timeout[2] = {0, 200000000};
	struct pollfd poll = {.fd = net->fd, .events = POLLIN};

	return STUB_CALL(__NR_ppoll, &poll, 1, timeout, 0, 0, 0) == 1;
}

/* The host sends nothing until it has noticed that its interface has a carrier. */
static void link_await(const struct kernel_net *net)
{
	do
		ask(net, net->mac, net->mac[5], net->ip4.bytes[3]);
	while (!link_poll(net));
	while (link_poll(net))
		frame_receive(net);
}

/* Counts the answers to questions under a false MAC, a false address and the true names, which come last. */
void network_spoof(const struct kernel_net *net)
{
	unsigned answers = 0;

	link_await(net);
	ask(net, net->mac, net->mac[5] ^ 1, net->ip4.bytes[3]);
	ask(net, net->mac, net->mac[5], net->ip4.bytes[3] ^ 1);
	ask(net, net->mac, net->mac[5], net->ip4.bytes[3]);
	while (link_poll(net) && frame_receive(net) >= 42) {
		const uint8_t *frame = packet.frame;

		if (frame[12] != 8 || frame[13] != 6 || frame[ARP_OPERATION] != 2)
			continue;
		answers++;
		if (bytes_equal(frame, net->mac, 6) && bytes_equal(frame + ARP_TARGET_IP, net->ip4.bytes, 4))
			break;
	}
	field("answers", answers);
}
