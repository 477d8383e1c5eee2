/* A host that answers ARP and ping, on any number of interfaces. Layouts: RFC 826, RFC 791, RFC 792. */
#ifndef TESTS_GUESTS_NET_H
#define TESTS_GUESTS_NET_H

#include "test.h"

#define FRAME_MAX (9000 + SOLO5_NET_HLEN)
#define NET_TIMEOUT_NS (60ull * 1000000000)

#define ARP_BYTES 42
#define ICMP_AT 34
#define ECHO_BYTES_MIN (ICMP_AT + 8)

struct net {
	const char *name;
	uint8_t ip[4];
	unsigned pings_wanted;
	unsigned pings;
	solo5_handle_t handle;
	struct solo5_net_info info;
};

static uint8_t frame[FRAME_MAX];

static inline void bytes_copy(uint8_t *to, const uint8_t *from, size_t size)
{
	for (size_t i = 0; i < size; i++)
		to[i] = from[i];
}

static inline bool bytes_equal(const uint8_t *left, const uint8_t *right, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (left[i] != right[i])
			return false;
	}
	return true;
}

/* RFC 1071; 0 for a block that contains its own correct checksum. */
static inline uint16_t checksum(const uint8_t *data, size_t size)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < size; i++)
		sum += i % 2 ? data[i] : (uint32_t)data[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static inline void reply(struct net *net, size_t size)
{
	bytes_copy(frame, frame + 6, 6);
	bytes_copy(frame + 6, net->info.mac_address, 6);
	CHECK(solo5_net_write(net->handle, frame, size) == SOLO5_R_OK);
}

static inline void arp_answer(struct net *net)
{
	static const uint8_t request[] = {0, 1, 8, 0, 6, 4, 0, 1};

	if (!bytes_equal(frame + 14, request, sizeof(request)) || !bytes_equal(frame + 38, net->ip, 4))
		return;
	frame[21] = 2;
	bytes_copy(frame + 32, frame + 22, 10);
	bytes_copy(frame + 22, net->info.mac_address, 6);
	bytes_copy(frame + 28, net->ip, 4);
	reply(net, ARP_BYTES);
}

static inline void echo_answer(struct net *net, size_t size)
{
	size_t ip_bytes = (size_t)frame[16] << 8 | frame[17];
	uint16_t sum;

	if (frame[14] != 0x45 || frame[23] != 1 || !bytes_equal(frame + 30, net->ip, 4) || frame[ICMP_AT] != 8)
		return;
	CHECK(ip_bytes + 14 <= size);
	/* The payload arrived as it was sent: its checksum says so. */
	CHECK(checksum(frame + 14, 20) == 0);
	CHECK(checksum(frame + ICMP_AT, ip_bytes - 20) == 0);
	bytes_copy(frame + 30, frame + 26, 4);
	bytes_copy(frame + 26, net->ip, 4);
	frame[ICMP_AT] = 0;
	frame[ICMP_AT + 2] = frame[ICMP_AT + 3] = 0;
	sum = checksum(frame + ICMP_AT, ip_bytes - 20);
	frame[ICMP_AT + 2] = (uint8_t)(sum >> 8);
	frame[ICMP_AT + 3] = (uint8_t)sum;
	reply(net, 14 + ip_bytes);
	net->pings++;
}

static inline void net_drain(struct net *net)
{
	size_t size;
	solo5_result_t result;

	while ((result = solo5_net_read(net->handle, frame, sizeof(frame), &size)) == SOLO5_R_OK) {
		if (size >= ARP_BYTES && frame[12] == 8 && frame[13] == 6)
			arp_answer(net);
		else if (size >= ECHO_BYTES_MIN && frame[12] == 8 && frame[13] == 0)
			echo_answer(net, size);
	}
	CHECK(result == SOLO5_R_AGAIN);
}

static inline bool net_all_done(const struct net *nets, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (nets[i].pings < nets[i].pings_wanted)
			return false;
	}
	return true;
}

/* Answers until every interface has had its pings. The command line says how many. */
static inline int net_main(struct net *nets, size_t count, const char *cmdline)
{
	solo5_time_t deadline = solo5_clock_monotonic() + NET_TIMEOUT_NS;

	for (size_t i = 0; i < count; i++) {
		CHECK(solo5_net_acquire(nets[i].name, &nets[i].handle, &nets[i].info) == SOLO5_R_OK);
		CHECK(nets[i].info.mtu + SOLO5_NET_HLEN <= FRAME_MAX);
		nets[i].pings_wanted = number_parse(cmdline);
		puts(nets[i].name);
		puts(": MTU is ");
		put_number(nets[i].info.mtu);
		puts("\n");
	}
	puts("READY\n");
	while (!net_all_done(nets, count)) {
		solo5_handle_set_t ready;

		solo5_yield(deadline, &ready);
		CHECK(solo5_clock_monotonic() < deadline);
		for (size_t i = 0; i < count; i++) {
			if (ready & (1ull << nets[i].handle))
				net_drain(&nets[i]);
		}
	}
	return success();
}

#endif
