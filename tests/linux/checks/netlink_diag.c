/* Lists of sockets as sock_diag(7) tells them. */
#include "../conform.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#define PORT 7123
#define ALL_STATES 0xfff

struct request {
	struct nlmsghdr header;
	struct inet_diag_req_v2 body;
};

static void socket_show(const struct inet_diag_msg *body)
{
	NOTE("family %d, state %d, from %d to %d, queues %u %u, uid %u", body->idiag_family, body->idiag_state,
	     ntohs(body->id.idiag_sport) == PORT, ntohs(body->id.idiag_dport) == PORT, body->idiag_rqueue,
	     body->idiag_wqueue, body->idiag_uid);
	SHOW_HEX(ntohl(body->id.idiag_src[0]));
	SHOW_HEX(ntohl(body->id.idiag_dst[0]));
	SHOW(body->idiag_inode != 0);
}

static void messages_show(const char *bytes, long length)
{
	const struct nlmsghdr *header = (const struct nlmsghdr *)(const void *)bytes;
	for (; NLMSG_OK(header, (uint32_t)length); header = NLMSG_NEXT(header, length)) {
		NOTE("message %d, flags %#x", header->nlmsg_type, header->nlmsg_flags);
		if (header->nlmsg_type == NLMSG_ERROR)
			SHOW(((const struct nlmsgerr *)NLMSG_DATA(header))->error);
		if (header->nlmsg_type == NLMSG_DONE)
			SHOW(*(const int *)NLMSG_DATA(header));
		if (header->nlmsg_type == SOCK_DIAG_BY_FAMILY)
			socket_show(NLMSG_DATA(header));
	}
}

static void ask(struct request *request, unsigned bytes)
{
	static char answer[32768];
	long got;
	int diag = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	request->header.nlmsg_len = bytes;
	CALL(sendto, diag, request, bytes, 0, NULL, 0);
	while ((got = recv(diag, answer, sizeof answer, MSG_DONTWAIT)) > 0)
		messages_show(answer, got);
	record_made("recvfrom");
	close(diag);
}

static struct request request_of(int protocol, uint32_t states)
{
	return (struct request){
		.header = {.nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		.body = {.sdiag_family = AF_INET, .sdiag_protocol = (uint8_t)protocol, .idiag_states = states}};
}

static int socket_bound(int type, uint16_t port)
{
	struct sockaddr_in address = {AF_INET, htons(port), {htonl(INADDR_LOOPBACK)}, {0}};
	int fd = socket(AF_INET, type, 0);
	EXPECT(bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
	return fd;
}

CHECK(netlink_sockets, "sendto,recvfrom,socket")
{
	struct request request;
	int listener = socket_bound(SOCK_STREAM, PORT), datagrams = socket_bound(SOCK_DGRAM, PORT);
	record_made("socket");
	EXPECT(listen(listener, 5) == 0);
	request = request_of(IPPROTO_TCP, 1 << 10);
	ask(&request, sizeof request);
	request = request_of(IPPROTO_UDP, ALL_STATES);
	ask(&request, sizeof request);
	request = request_of(IPPROTO_TCP, 1 << 1);
	ask(&request, sizeof request);
	close(listener);
	close(datagrams);
}

CHECK(netlink_sockets_errors, "sendto,recvfrom")
{
	struct request request = request_of(IPPROTO_TCP, ALL_STATES);
	request.body.sdiag_family = 200;
	ask(&request, sizeof request);
	request = request_of(99, ALL_STATES);
	ask(&request, sizeof request);
	request = request_of(IPPROTO_TCP, ALL_STATES);
	request.header.nlmsg_type = 77;
	ask(&request, sizeof request);
	request = request_of(IPPROTO_TCP, ALL_STATES);
	ask(&request, offsetof(struct request, body) + 20);
	ask(&request, offsetof(struct request, body));
}
