/*
 * What keeps a guest to its own addresses: a classic BPF program on the ingress of its tap's clsact (see tap_new.h). It
 * is loaded over netlink, without the bpf system call, and lives and dies with the interface.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "tender/host/host.h"
#include "tender/linux/tap_new.h"

#define FAMILY_NETLINK 16
#define TYPE_RAW 3
#define MESSAGE_BYTES 1024
#define PRIORITY 1u

/* Offsets in a frame */
#define AT_SENDER_MAC 6
#define AT_TYPE 12
#define AT_IP4_SENDER (ETH_HLEN + 12)
#define AT_ARP_SENDER_MAC (ETH_HLEN + 8)
#define AT_ARP_SENDER (ETH_HLEN + 14)
#define AT_IP6_SENDER (ETH_HLEN + 8)

#define INSTRUCTIONS_MAX 64

struct program {
	struct sock_filter filter[INSTRUCTIONS_MAX];
	uint16_t length;
};

static void add(struct program *program, uint16_t code, uint32_t k, uint8_t jump_true, uint8_t jump_false)
{
	program->filter[program->length++] = (struct sock_filter){code, jump_true, jump_false, k};
}

static void verdict(struct program *program, int action)
{
	add(program, BPF_RET | BPF_K, (uint32_t)action, 0, 0);
}

static uint32_t word(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Drops what does not have this MAC at that offset. */
static void mac_require(struct program *program, uint32_t offset, const uint8_t mac[6])
{
	add(program, BPF_LD | BPF_W | BPF_ABS, offset, 0, 0);
	add(program, BPF_JMP | BPF_JEQ | BPF_K, word(mac), 1, 0);
	verdict(program, TC_ACT_SHOT);
	add(program, BPF_LD | BPF_H | BPF_ABS, offset + 4, 0, 0);
	add(program, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)mac[4] << 8 | mac[5], 1, 0);
	verdict(program, TC_ACT_SHOT);
}

/*
 * Of frames of that type: from this IPv4 address at that offset, or with is_nobody_too from 0. Any if it is not known.
 */
static void ip4_judge(struct program *program, uint16_t type, uint32_t offset, const struct kernel_net_address *ip,
		      bool is_nobody_too)
{
	uint8_t behind = (uint8_t)(ip->family ? 3 + is_nobody_too + 1 : 1);

	add(program, BPF_LD | BPF_H | BPF_ABS, AT_TYPE, 0, 0);
	add(program, BPF_JMP | BPF_JEQ | BPF_K, type, 0, behind);
	if (ip->family) {
		add(program, BPF_LD | BPF_W | BPF_ABS, offset, 0, 0);
		add(program, BPF_JMP | BPF_JEQ | BPF_K, word(ip->bytes), (uint8_t)(is_nobody_too ? 2 : 1), 0);
		if (is_nobody_too)
			add(program, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
		verdict(program, TC_ACT_SHOT);
	}
	verdict(program, TC_ACT_OK);
}

/* Lets frames from that IPv6 address, or with an address of its first `words` words, pass; others go on. */
static void ip6_allow(struct program *program, const uint8_t bytes[16], unsigned words)
{
	for (unsigned i = 0; i < words; i++) {
		uint8_t behind = (uint8_t)(2 * (words - i - 1) + 1);

		add(program, BPF_LD | BPF_W | BPF_ABS, AT_IP6_SENDER + 4 * i, 0, 0);
		add(program, BPF_JMP | BPF_JEQ | BPF_K, word(bytes + 4 * (size_t)i), 0, behind);
	}
	verdict(program, TC_ACT_OK);
}

/* The link-local address that follows from a MAC. */
static void link_local_make(const uint8_t mac[6], uint8_t out[16])
{
	const uint8_t bytes[16] = {0xfe,   0x80,   0,    0,    0,      0,      0,     0, (uint8_t)(mac[0] ^ 2),
				   mac[1], mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5]};

	memcpy(out, bytes, sizeof(bytes));
}

/* The guest's stack has no VLANs, and speaks ARP, IPv4 and IPv6 only. */
static void program_make(struct program *program, const struct kernel_net *net)
{
	static const uint8_t nobody[16];
	uint8_t link_local[16];

	link_local_make(net->mac, link_local);
	add(program, BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT), 0, 0);
	add(program, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
	verdict(program, TC_ACT_SHOT);
	mac_require(program, AT_SENDER_MAC, net->mac);
	/* DHCP is asked from 0, but with an address given nobody asks. */
	ip4_judge(program, ETH_P_IP, AT_IP4_SENDER, &net->ip4, false);
	add(program, BPF_LD | BPF_H | BPF_ABS, AT_TYPE, 0, 0);
	add(program, BPF_JMP | BPF_JEQ | BPF_K, ETH_P_ARP, 0, 6);
	mac_require(program, AT_ARP_SENDER_MAC, net->mac);
	ip4_judge(program, ETH_P_ARP, AT_ARP_SENDER, &net->ip4, true);
	add(program, BPF_LD | BPF_H | BPF_ABS, AT_TYPE, 0, 0);
	add(program, BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IPV6, 1, 0);
	verdict(program, TC_ACT_SHOT);
	if (net->ip6.family) {
		ip6_allow(program, nobody, 4);
		ip6_allow(program, link_local, 4);
		ip6_allow(program, net->ip6.bytes, 4);
		verdict(program, TC_ACT_SHOT);
	} else {
		/* Advertised prefixes are not known beforehand. */
		verdict(program, TC_ACT_OK);
	}
}

struct message {
	_Alignas(4) uint8_t bytes[MESSAGE_BYTES];
	uint32_t length;
};

static void *message_put(struct message *message, const void *data, uint32_t bytes)
{
	void *place = message->bytes + message->length;

	if (data)
		memcpy(place, data, bytes);
	message->length += NLMSG_ALIGN(bytes);
	return place;
}

static struct rtattr *attribute_put(struct message *message, uint16_t type, const void *data, uint16_t bytes)
{
	struct rtattr attribute = {.rta_len = (uint16_t)(RTA_LENGTH(bytes)), .rta_type = type};
	struct rtattr *place = message_put(message, &attribute, sizeof(attribute));

	message_put(message, data, bytes);
	return place;
}

static void message_begin(struct message *message, uint16_t type, const struct tcmsg *body)
{
	struct nlmsghdr header = {.nlmsg_type = type,
				  .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL};

	memset(message, 0, sizeof(*message));
	message_put(message, &header, sizeof(header));
	message_put(message, body, sizeof(*body));
}

/* Sends it and waits for the kernel's answer, which comes at once: 0 or -errno. */
static long message_send(int socket, struct message *message)
{
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		uint8_t rest[512]; /* of the request, and extended text */
	} answer = {0};
	struct nlmsghdr header;
	long result;

	memcpy(&header, message->bytes, sizeof(header));
	header.nlmsg_len = message->length;
	memcpy(message->bytes, &header, sizeof(header));
	result = host_send(socket, message->bytes, message->length, 0);
	if (result >= 0)
		result = host_receive(socket, &answer, sizeof(answer), 0);
	if (result < 0)
		return result;
	if ((size_t)result < sizeof(answer.header) + sizeof(answer.error.error) ||
	    answer.header.nlmsg_type != NLMSG_ERROR)
		return -EPROTO;
	return answer.error.error;
}

static long qdisc_add(int socket, int index)
{
	const struct tcmsg body = {
		.tcm_ifindex = index, .tcm_handle = TC_H_CLSACT & TC_H_MAJ_MASK, .tcm_parent = TC_H_CLSACT};
	struct message message;

	message_begin(&message, RTM_NEWQDISC, &body);
	attribute_put(&message, TCA_KIND, "clsact", sizeof("clsact"));
	return message_send(socket, &message);
}

static long filter_add(int socket, int index, const struct program *program)
{
	const struct tcmsg body = {
		.tcm_ifindex = index,
		.tcm_parent = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS),
		.tcm_info = TC_H_MAKE(PRIORITY << 16, __builtin_bswap16(ETH_P_ALL)),
	};
	const uint32_t flags = TCA_BPF_FLAG_ACT_DIRECT;
	struct message message;
	struct rtattr *options;
	uint32_t start;

	message_begin(&message, RTM_NEWTFILTER, &body);
	attribute_put(&message, TCA_KIND, "bpf", sizeof("bpf"));
	start = message.length;
	options = attribute_put(&message, TCA_OPTIONS, NULL, 0);
	attribute_put(&message, TCA_BPF_OPS_LEN, &program->length, sizeof(program->length));
	attribute_put(&message, TCA_BPF_OPS, program->filter, (uint16_t)(program->length * sizeof(program->filter[0])));
	attribute_put(&message, TCA_BPF_FLAGS, &flags, sizeof(flags));
	options->rta_len = (uint16_t)(message.length - start);
	return message_send(socket, &message);
}

long tap_guard(int interface_index, const struct kernel_net *net)
{
	struct program program = {.length = 0};
	long socket = host_socket(FAMILY_NETLINK, TYPE_RAW, NETLINK_ROUTE);
	long result;

	if (socket < 0)
		return socket;
	program_make(&program, net);
	result = qdisc_add((int)socket, interface_index);
	if (result >= 0)
		result = filter_add((int)socket, interface_index, &program);
	host_close((int)socket);
	return result;
}
