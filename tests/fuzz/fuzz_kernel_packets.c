/*
 * Fuzz target: the input is what comes over the packet descriptor: frames as they are, and packets whose headers are
 * made good enough to reach the code behind (lengths, checksums, ports, the sequence numbers of a connection that was
 * begun). The stack must take them all, and serve its sockets afterwards.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "kernel/host/boot.h"
#include "kernel/net/inet.h"
#include "kernel/net/stack.h"
#include "kernel/task/poller.h"
#include "tests/fuzz/fuzz.h"
#include "tests/kernel/fake_process.h"

/* No header of the C library for sockets: the kernel's numbers are enums of its own. */
int socketpair(int domain, int type, int protocol, int pair[2]);

#define FRAME_MAX 4096u
#define PACKET_TYPE (5 | O_NONBLOCK) /* SOCK_SEQPACKET */
#define TCP_PORT 80
#define UDP_PORT 53

enum kind { WHOLE, TCP4, UDP4, ICMP4, FRAGMENT4, TCP6, UDP6, ICMP6, ARP, KINDS };

static const uint8_t own_mac[6] = {2, 0, 0, 0, 0, 1}, own_ip[4] = {10, 0, 0, 2}, peer_ip[4] = {10, 0, 0, 1};
static const uint8_t own_ip6[16] = {0xfd, [15] = 2}, peer_ip6[16] = {0xfd, [15] = 1};
static struct kernel_boot boot;
static struct kernel_statistics statistics;
static int outside;
static uint8_t last_seq[4], last_ack[4];

static void socket_serve(int (*create)(int type, int protocol, struct socket **out), int type, uint16_t port)
{
	struct socket_address address = {.bytes = 28};
	struct socket *socket;

	FUZZ_CHECK(create(type, 0, &socket) == 0);
	address.family = socket->domain;
	address.raw[2] = (uint8_t)(port >> 8);
	address.raw[3] = (uint8_t)port;
	FUZZ_CHECK(socket->ops->bind(socket, &address) == 0);
	if (type == SOCK_STREAM)
		FUZZ_CHECK(socket->ops->listen(socket, 4) == 0);
}

static void begin(void)
{
	int pair[2];

	FUZZ_CHECK(socketpair(AF_UNIX, PACKET_TYPE, 0, pair) == 0);
	outside = pair[1];
	boot.net = (struct kernel_net){
		.fd = pair[0],
		.flags = KERNEL_NET_VNET_HEADER | KERNEL_NET_SEGMENTS | KERNEL_NET_SLAAC,
		.mtu = 1500,
		.ip4 = {.family = AF_INET, .prefix = 24},
		.ip6 = {.family = AF_INET6, .prefix = 64},
	};
	memcpy(boot.net.mac, own_mac, sizeof(own_mac));
	memcpy(boot.net.ip4.bytes, own_ip, sizeof(own_ip));
	memcpy(boot.net.ip6.bytes, own_ip6, sizeof(own_ip6));
	boot.statistics = (uintptr_t)&statistics;
	boot.wake_fd = -1;
	kernel_boot_set(&boot);
	fake_process_begin();
	FUZZ_CHECK(stack_start() == 0);
	socket_serve(inet6_create, SOCK_STREAM, TCP_PORT);
	socket_serve(inet6_create, SOCK_DGRAM, UDP_PORT);
}

/* --- packets ------------------------------------------------------------------------------------------------------ */

static void put16(uint8_t *at, size_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void ip4_fill(uint8_t *ip, size_t bytes, uint8_t protocol, bool fragment)
{
	uint32_t sum = 0;

	memset(ip, 0, 20);
	ip[0] = 0x45;
	put16(ip + 2, bytes);
	ip[8] = 64;
	ip[9] = protocol;
	memcpy(ip + 12, peer_ip, 4);
	memcpy(ip + 16, own_ip, 4);
	/* Which fragment is in the first bytes behind the header. */
	if (fragment && bytes >= 24)
		memcpy(ip + 4, ip + 20, 4);
	for (unsigned i = 0; i < 20; i += 2)
		sum += (uint32_t)(ip[i] << 8 | ip[i + 1]);
	sum = (sum & 0xffff) + (sum >> 16);
	put16(ip + 10, (uint16_t) ~((sum & 0xffff) + (sum >> 16)));
}

static void ip6_fill(uint8_t *ip, size_t payload, uint8_t protocol)
{
	memset(ip, 0, 40);
	ip[0] = 0x60;
	put16(ip + 4, payload);
	ip[6] = protocol;
	ip[7] = protocol == 58 ? 255 : 64;
	memcpy(ip + 8, peer_ip6, 16);
	memcpy(ip + 24, own_ip6, 16);
}

/* Ports and, if the input asks for it (an odd source port), numbers that fit what we sent last. */
static void transport_fill(uint8_t *at, size_t bytes, uint8_t protocol)
{
	if (bytes < 20)
		return;
	put16(at + 2, protocol == 6 ? TCP_PORT : UDP_PORT);
	if (protocol == 17) {
		put16(at + 4, bytes);
		put16(at + 6, 0);
	} else if (at[1] & 1) {
		memcpy(at + 4, last_ack, 4);
		memcpy(at + 8, last_seq, 4);
	}
}

/* A frame around the payload: its length. */
static size_t packet_make(enum kind kind, const uint8_t *payload, size_t bytes, uint8_t *frame)
{
	static const uint8_t protocols[KINDS] = {
		[TCP4] = 6, [UDP4] = 17, [ICMP4] = 1, [FRAGMENT4] = 17, [TCP6] = 6, [UDP6] = 17, [ICMP6] = 58};
	bool v6 = kind == TCP6 || kind == UDP6 || kind == ICMP6;
	size_t ip_bytes = kind == ARP ? 0 : v6 ? 40 : 20;
	uint8_t *ip = frame + 24;

	memset(frame, 0, 24);
	frame[0] = 1; /* checksums are good */
	memcpy(frame + 10, own_mac, 6);
	memcpy(frame + 16, "\2\0\0\0\0\7", 6);
	put16(frame + 22, kind == ARP ? 0x0806 : v6 ? 0x86dd : 0x0800);
	memcpy(ip + ip_bytes, payload, bytes);
	if (v6)
		ip6_fill(ip, bytes, protocols[kind]);
	else if (ip_bytes)
		ip4_fill(ip, ip_bytes + bytes, protocols[kind], kind == FRAGMENT4);
	if (kind == TCP4 || kind == TCP6 || kind == UDP4 || kind == UDP6)
		transport_fill(ip + ip_bytes, bytes, protocols[kind]);
	return 24 + ip_bytes + bytes;
}

/* What the stack sends: well-formed, and remembered if it is a connection's. */
static void answers_take(void)
{
	uint8_t frame[70000];
	long bytes;

	while ((bytes = read(outside, frame, sizeof(frame))) > 0) {
		const uint8_t *tcp = frame + 24 + (frame[22] == 0x08 ? 20 : 40);
		uint32_t sequence;

		FUZZ_CHECK(bytes >= 24);
		if (!memcmp(frame + 22, "\x08\x06", 2) || bytes < tcp + 20 - frame)
			continue;
		memcpy(&sequence, tcp + 4, 4);
		sequence = __builtin_bswap32(__builtin_bswap32(sequence) + 1);
		memcpy(last_seq, &sequence, 4);
		memcpy(last_ack, tcp + 8, 4);
	}
}

static void frame_send(const uint8_t *frame, size_t bytes)
{
	if (!bytes || write(outside, frame, bytes) != (long)bytes)
		return;
	FUZZ_CHECK(poller_enter());
	poller_poll(0);
	poller_leave();
	answers_take();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t frame[FRAME_MAX + 64];

	if (!outside)
		begin();
	/* Each packet: its kind, its length in two bytes, its bytes. */
	while (size >= 3) {
		enum kind kind = data[0] % KINDS;
		size_t bytes = (size_t)(data[1] | data[2] << 8) % FRAME_MAX;

		data += 3;
		size -= 3;
		if (bytes > size)
			bytes = size;
		if (kind == WHOLE)
			frame_send(data, bytes);
		else
			frame_send(frame, packet_make(kind, data, bytes, frame));
		data += bytes;
		size -= bytes;
	}
	return 0;
}
