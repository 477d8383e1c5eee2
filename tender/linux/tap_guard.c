/*
 * Where the filter of a tap (tap_filter.h) is: on the ingress of its clsact (see tap_new.h). It is loaded over netlink,
 * without the bpf system call, and lives and dies with the interface.
 */
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "tender/host/host.h"
#include "tender/linux/tap_filter.h"
#include "tender/linux/tap_new.h"

#define FAMILY_NETLINK 16
#define TYPE_RAW 3
#define MESSAGE_BYTES 2048
#define PRIORITY 1u

_Static_assert(TAP_FILTER_MAX * sizeof(struct sock_filter) + 256 <= MESSAGE_BYTES, "a filter fits");

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

static long filter_add(int socket, int index, const struct tap_filter *filter)
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
	attribute_put(&message, TCA_BPF_OPS_LEN, &filter->length, sizeof(filter->length));
	attribute_put(&message, TCA_BPF_OPS, filter->code, (uint16_t)(filter->length * sizeof(filter->code[0])));
	attribute_put(&message, TCA_BPF_FLAGS, &flags, sizeof(flags));
	options->rta_len = (uint16_t)(message.length - start);
	return message_send(socket, &message);
}

long tap_guard(int interface_index, const struct kernel_net *net)
{
	struct tap_filter filter;
	long socket = host_socket(FAMILY_NETLINK, TYPE_RAW, NETLINK_ROUTE);
	long result;

	if (socket < 0)
		return socket;
	tap_filter_make(&filter, net);
	result = qdisc_add((int)socket, interface_index);
	if (result >= 0)
		result = filter_add((int)socket, interface_index, &filter);
	host_close((int)socket);
	return result;
}
