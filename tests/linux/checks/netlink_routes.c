/* Rules of routing and ways to addresses of one's own, as rtnetlink tells them. */
#include "../conform.h"

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <sys/socket.h>

struct request {
	struct nlmsghdr header;
	struct rtmsg body; /* as long as a rule's, and with the family and table in the same places */
	struct rtattr attribute;
	uint8_t address[16];
};

static void attributes_show(const struct rtattr *attribute, int left)
{
	for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
		/* How many use the route differs, and what was learnt of it is there or not. */
		if (attribute->rta_type == RTA_CACHEINFO || attribute->rta_type == RTA_METRICS)
			continue;
		NOTE("attribute %d", attribute->rta_type);
		SHOW_TEXT(RTA_DATA(attribute), (long)RTA_PAYLOAD(attribute));
	}
}

static void messages_show(const char *bytes, long length)
{
	const struct nlmsghdr *header = (const struct nlmsghdr *)(const void *)bytes;
	for (; NLMSG_OK(header, (uint32_t)length); header = NLMSG_NEXT(header, length)) {
		NOTE("message %d, flags %#x", header->nlmsg_type, header->nlmsg_flags);
		if (header->nlmsg_type == NLMSG_ERROR)
			SHOW(((const struct nlmsgerr *)NLMSG_DATA(header))->error);
		if (header->nlmsg_type != RTM_NEWRULE && header->nlmsg_type != RTM_NEWROUTE)
			continue;
		const struct rtmsg *body = NLMSG_DATA(header);
		SHOW_TEXT(body, (long)sizeof *body);
		attributes_show(RTM_RTA(body), (int)RTM_PAYLOAD(header));
	}
}

/* Sends the request and shows all answers that are there at once. */
static void ask(struct request *request, size_t bytes)
{
	static char answer[32768];
	long got;
	int socket_fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	request->header.nlmsg_len = (uint32_t)bytes;
	CALL(sendto, socket_fd, request, bytes, 0, NULL, 0);
	while ((got = recv(socket_fd, answer, sizeof answer, MSG_DONTWAIT)) > 0)
		messages_show(answer, got);
	record_made("recvfrom");
	close(socket_fd);
}

CHECK(netlink_rules, "sendto,recvfrom")
{
	static const uint8_t families[] = {AF_INET, AF_INET6};
	for (size_t i = 0; i < sizeof families; i++) {
		struct request request = {
			.header = {.nlmsg_type = RTM_GETRULE, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
			.body = {.rtm_family = families[i]}};
		ask(&request, offsetof(struct request, attribute));
	}
}

CHECK(netlink_route_to_self, "sendto,recvfrom")
{
	static const uint8_t loopback[] = {127, 0, 0, 1}, other[] = {127, 9, 9, 9};
	struct request request = {.header = {.nlmsg_type = RTM_GETROUTE, .nlmsg_flags = NLM_F_REQUEST},
				  .body = {.rtm_family = AF_INET, .rtm_dst_len = 32},
				  .attribute = {.rta_type = RTA_DST, .rta_len = RTA_LENGTH(4)}};
	memcpy(request.address, loopback, 4);
	ask(&request, offsetof(struct request, address) + 4);
	memcpy(request.address, other, 4);
	ask(&request, offsetof(struct request, address) + 4);
	memset(request.address, 9, 4);
	ask(&request, offsetof(struct request, address) + 4);
	memcpy(request.address, &in6addr_loopback, 16);
	request.body.rtm_family = AF_INET6;
	request.body.rtm_dst_len = 128;
	request.attribute.rta_len = RTA_LENGTH(16);
	ask(&request, sizeof request);
}
