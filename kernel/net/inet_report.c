/* Error queues: see inet_report.h. */
#include "kernel/net/inet_report.h"

#include "kernel/lib/heap.h"
#include "kernel/lib/string.h"
#include "kernel/vfs/io.h"
#include "lwip/pbuf.h"

#define COST_BYTES 512u /* of a report, besides its bytes, of the receive buffer */

/* struct sock_extended_err of <linux/errqueue.h>, which wants the C library's headers. */
struct extended_error {
	uint32_t error;
	uint8_t origin;
	uint8_t type, code;
	uint8_t pad;
	uint32_t info;
	uint32_t data;
};
enum { ORIGIN_LOCAL = 1, ORIGIN_ICMP = 2, ORIGIN_ICMP6 = 3 };

struct kept {
	struct list list; /* sock->reports */
	struct inet_report report;
	uint32_t cost_bytes;
	uint16_t bytes;
	uint8_t data[];
};

bool inet_reports_wanted(const struct inet_socket *sock, const ip_addr_t *to)
{
	return IP_IS_V4(to) ? sock->wants_errors : sock->wants_errors6;
}

void inet_report_add(struct inet_socket *sock, const struct inet_report *report, const struct pbuf *p, uint16_t at)
{
	uint16_t bytes = p && p->tot_len > at ? (uint16_t)(p->tot_len - at) : 0;
	struct kept *kept;

	inet_error_set(sock, report->error);
	stack_tell(sock, EPOLLIN | EPOLLOUT | EPOLLERR);
	if (sock->reports_bytes + bytes + COST_BYTES > sock->socket.receive_buffer_bytes)
		return;
	kept = heap_alloc(sizeof(*kept) + bytes);
	if (!kept)
		return;
	kept->report = *report;
	kept->cost_bytes = bytes + COST_BYTES;
	kept->bytes = bytes;
	if (bytes)
		pbuf_copy_partial(p, kept->data, bytes, at);
	sock->reports_bytes += kept->cost_bytes;
	list_append(&sock->reports, &kept->list);
}

/* The oldest report, now the caller's; the next one's error is the socket's from here on. */
static struct kept *kept_take(struct inet_socket *sock)
{
	struct kept *kept = NULL;

	stack_enter();
	if (!list_is_empty(&sock->reports)) {
		kept = list_entry(sock->reports.next, struct kept, list);
		list_remove(&kept->list);
		sock->reports_bytes -= kept->cost_bytes;
		if (!list_is_empty(&sock->reports)) {
			inet_error_set(sock, list_entry(sock->reports.next, struct kept, list)->report.error);
			stack_tell(sock, EPOLLERR);
		} else if (!ip_addr_isany(&kept->report.offender)) {
			inet_error_set(sock, 0);
		}
	}
	stack_leave();
	return kept;
}

static void control_add(const struct inet_socket *sock, const struct inet_report *report,
			struct socket_message *message)
{
	bool is_v4 = IP_IS_V4(&report->to.ip), is_ours = ip_addr_isany(&report->offender);
	struct {
		struct extended_error error;
		uint8_t offender[sizeof(struct sockaddr_in6)];
	} data = {
		.error = {.error = (uint32_t)report->error,
			  .origin = is_ours ? ORIGIN_LOCAL
				    : is_v4 ? ORIGIN_ICMP
					    : ORIGIN_ICMP6,
			  .type = report->type,
			  .code = report->code,
			  .info = report->mtu},
	};
	struct socket_address address = {.bytes = 0};
	bool v6 = sock->socket.domain == AF_INET6;

	if (!is_ours) {
		inet_name_encode(sock, &(struct inet_name){.ip = report->offender}, &address);
		memcpy(data.offender, address.raw, v6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in));
	}
	control_put(message, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_RECVERR : IP_RECVERR, &data,
		    sizeof(data.error) + (v6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in)));
}

long inet_report_receive(struct inet_socket *sock, struct socket_message *message)
{
	struct kept *kept = kept_take(sock);
	size_t bytes;
	long result;

	if (!kept)
		return -EAGAIN;
	bytes = kept->bytes < message->io->left ? kept->bytes : message->io->left;
	result = (long)bytes;
	if (bytes < kept->bytes)
		message->out_flags |= MSG_TRUNC;
	if (io_put(message->io, kept->data, bytes) < bytes)
		result = -EFAULT;
	message->out_flags |= MSG_ERRQUEUE;
	if (message->from)
		inet_name_encode(sock, &kept->report.to, message->from);
	control_add(sock, &kept->report, message);
	heap_free(kept);
	return result;
}

void inet_reports_free(struct inet_socket *sock)
{
	list_for_each_safe(at, after, &sock->reports)
	{
		list_remove(at);
		heap_free(list_entry(at, struct kept, list));
	}
	sock->reports_bytes = 0;
}
