/* The helper's work: see link.h. */
#include "tender/slirp/link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <slirp/libslirp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "tender/slirp/guard.h"
#include "tender/slirp/refuse.h"

#define FRAME_MAX (65521 + 14)
/* So many frames are taken at once before the sockets have their turn. */
#define BURST 64
/* How long the guest may leave its end of the link full before a frame is dropped: TCP then sends it again. */
#define PATIENCE_MS 200
#define NEVER INT64_MAX
/* Before the first connection: the published ports and what main has. */
#define DESCRIPTORS_MAX (PUBLISHED_MAX + 64)

struct link {
	int fd;
	Slirp *slirp;
	const struct arguments *arguments;
	struct pollfd *fds; /* [0] is the link */
	size_t count;
	size_t capacity;
	int64_t alarm_ms; /* libslirp's only timer: router advertisements */
	void *alarm_opaque;
	bool is_gone;
	uint8_t frame[FRAME_MAX];
};

static int64_t clock_ns(void *opaque)
{
	struct timespec now;

	(void)opaque;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static ssize_t frame_send(const void *frame, size_t bytes, void *opaque)
{
	struct link *link = opaque;
	struct pollfd room = {.fd = link->fd, .events = POLLOUT};

	if (send(link->fd, frame, bytes, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return (ssize_t)bytes;
	if (errno == EAGAIN && poll(&room, 1, PATIENCE_MS) == 1)
		send(link->fd, frame, bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
	return (ssize_t)bytes;
}

static void guest_error(const char *text, void *opaque)
{
	/* The guest's own affair, and it could fill a log with it. */
	(void)text;
	(void)opaque;
}

static void *alarm_new(SlirpTimerId id, void *cb_opaque, void *opaque)
{
	struct link *link = opaque;

	(void)id;
	link->alarm_opaque = cb_opaque;
	return &link->alarm_ms;
}

static void alarm_free(void *timer, void *opaque)
{
	(void)opaque;
	*(int64_t *)timer = NEVER;
}

static void alarm_set(void *timer, int64_t expire_ms, void *opaque)
{
	(void)opaque;
	*(int64_t *)timer = expire_ms;
}

static void descriptor_note(int fd, void *opaque)
{
	/* The set is made anew for every poll. */
	(void)fd;
	(void)opaque;
}

static void nobody_notify(void *opaque)
{
	/* There is one thread. */
	(void)opaque;
}

static const SlirpCb callbacks = {
	.send_packet = frame_send,
	.guest_error = guest_error,
	.clock_get_ns = clock_ns,
	.timer_new_opaque = alarm_new,
	.timer_free = alarm_free,
	.timer_mod = alarm_set,
	.register_poll_fd = descriptor_note,
	.unregister_poll_fd = descriptor_note,
	.notify = nobody_notify,
};

static int events_of(int slirp)
{
	return (slirp & SLIRP_POLL_IN ? POLLIN : 0) | (slirp & SLIRP_POLL_OUT ? POLLOUT : 0) |
	       (slirp & SLIRP_POLL_PRI ? POLLPRI : 0);
}

static int descriptor_add(int fd, int events, void *opaque)
{
	struct link *link = opaque;

	if (link->count == link->capacity) {
		size_t capacity = 2 * link->capacity;
		struct pollfd *fds = realloc(link->fds, capacity * sizeof(*fds));

		if (!fds)
			return -1;
		link->fds = fds;
		link->capacity = capacity;
	}
	link->fds[link->count] = (struct pollfd){.fd = fd, .events = (short)events_of(events)};
	return (int)link->count++;
}

static int descriptor_events(int index, void *opaque)
{
	const struct link *link = opaque;
	int events = index < 0 ? 0 : link->fds[index].revents;

	return (events & POLLIN ? SLIRP_POLL_IN : 0) | (events & POLLOUT ? SLIRP_POLL_OUT : 0) |
	       (events & POLLPRI ? SLIRP_POLL_PRI : 0) | (events & POLLERR ? SLIRP_POLL_ERR : 0) |
	       (events & POLLHUP ? SLIRP_POLL_HUP : 0);
}

static void frame_take(struct link *link, size_t bytes)
{
	uint8_t answer[REFUSE_FRAME_MAX];
	size_t answer_bytes = refuse_connection(link->arguments, link->frame, bytes, answer);

	if (answer_bytes)
		frame_send(answer, answer_bytes, link);
	else if (guard_allows(link->frame, bytes))
		slirp_input(link->slirp, link->frame, (int)guard_cut(link->frame, bytes));
}

static void frames_receive(struct link *link)
{
	for (int i = 0; i < BURST; i++) {
		ssize_t got = recv(link->fd, link->frame, sizeof(link->frame), MSG_DONTWAIT);

		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (got <= 0) {
			link->is_gone = true;
			return;
		}
		frame_take(link, (size_t)got);
	}
}

static int wait_ms(const struct link *link, uint32_t slirp_ms)
{
	int64_t left_ms = slirp_ms > INT32_MAX ? INT32_MAX : slirp_ms;

	if (link->alarm_ms != NEVER) {
		int64_t alarm_ms = link->alarm_ms - clock_ns(NULL) / 1000000;

		if (alarm_ms < left_ms)
			left_ms = alarm_ms < 0 ? 0 : alarm_ms;
	}
	return (int)left_ms;
}

static void alarm_ring(struct link *link)
{
	if (link->alarm_ms > clock_ns(NULL) / 1000000)
		return;
	link->alarm_ms = NEVER;
	slirp_handle_timer(link->slirp, SLIRP_TIMER_RA, link->alarm_opaque);
}

void link_run(struct link *link)
{
	while (!link->is_gone) {
		uint32_t slirp_ms = UINT32_MAX;
		int result;

		link->count = 1;
		link->fds[0] = (struct pollfd){.fd = link->fd, .events = POLLIN};
		slirp_pollfds_fill(link->slirp, &slirp_ms, descriptor_add, link);
		result = poll(link->fds, link->count, wait_ms(link, slirp_ms));
		slirp_pollfds_poll(link->slirp, result < 0, descriptor_events, link);
		if (result > 0 && link->fds[0].revents)
			frames_receive(link);
		alarm_ring(link);
	}
}

static Slirp *slirp_make(const struct arguments *arguments, struct link *link)
{
	struct in_addr gateway = arguments_gateway(arguments);
	struct in6_addr gateway6 = arguments_gateway6(arguments);
	SlirpConfig config = {
		.version = 4,
		.in_enabled = true,
		.vnetmask = {htonl(~(UINT32_MAX >> arguments->ip_prefix))},
		.vhost = gateway,
		.in6_enabled = true,
		.vprefix_addr6 = gateway6,
		.vprefix_len = (uint8_t)arguments->ip6_prefix,
		.vhost6 = gateway6,
		.vdhcp_start = arguments->ip,
		.vnameserver = {gateway.s_addr + htonl(1)},
		.vnameserver6 = gateway6,
		.if_mtu = arguments->mtu,
		.if_mru = arguments->mtu,
		.disable_host_loopback = true,
		.disable_dns = true,
		.disable_dhcp = true,
	};

	config.vnetwork.s_addr = gateway.s_addr & config.vnetmask.s_addr;
	config.vprefix_addr6.s6_addr[15] &= (uint8_t)~2u;
	config.vnameserver6.s6_addr[15] |= 1;
	return slirp_new(&config, &callbacks, link);
}

static int publish_error(const struct published *published, int number, struct error *error)
{
	const char *cure = "";

	if (number == EADDRINUSE)
		cure = "; another program has the port, choose another or stop that one";
	else if (number == EACCES)
		cure = "; ports below net.ipv4.ip_unprivileged_port_start (1024) are root's, choose another";
	else if (number == EADDRNOTAVAIL)
		cure = "; the address is not one of the host's";
	return error_set(error, "-p %s: could not listen: %s%s", published->text, error_name(number), cure);
}

/*
 * libslirp lets one connection wait to be accepted: a client with several would find some reset. The listeners are the
 * only descriptors here that listen.
 */
static void backlogs_raise(void)
{
	for (int fd = 0; fd < DESCRIPTORS_MAX; fd++) {
		int is_listening = 0;
		socklen_t bytes = sizeof(is_listening);

		if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &bytes) == 0 && is_listening)
			listen(fd, SOMAXCONN);
	}
}

static int publish(struct link *link, const struct arguments *arguments, const struct published *published,
		   struct error *error)
{
	struct sockaddr_in guest4 = {.sin_family = AF_INET, .sin_addr = arguments->ip};
	struct sockaddr_in6 guest6 = {.sin6_family = AF_INET6, .sin6_addr = arguments->ip6};
	bool is_6 = published->host.sin6_family == AF_INET6;
	int flags = (published->is_udp ? SLIRP_HOSTFWD_UDP : 0) | (is_6 ? SLIRP_HOSTFWD_V6ONLY : 0);
	const struct sockaddr *guest = is_6 ? (const struct sockaddr *)&guest6 : (const struct sockaddr *)&guest4;
	socklen_t bytes = is_6 ? sizeof(guest6) : sizeof(guest4);

	guest4.sin_port = guest6.sin6_port = htons(published->guest_port);
	if (slirp_add_hostxfwd(link->slirp, (const struct sockaddr *)&published->host, bytes, guest, bytes, flags) < 0)
		return publish_error(published, errno, error);
	return 0;
}

struct link *link_new(const struct arguments *arguments, struct error *error)
{
	struct link *link = calloc(1, sizeof(*link));

	if (link)
		link->fds = calloc(BURST, sizeof(*link->fds));
	if (!link || !link->fds) {
		free(link);
		error_set(error, "--net user: out of memory");
		return NULL;
	}
	link->capacity = BURST;
	link->fd = arguments->link_fd;
	link->arguments = arguments;
	link->alarm_ms = NEVER;
	link->slirp = slirp_make(arguments, link);
	if (!link->slirp) {
		error_set(error, "--net user: libslirp does not take these addresses");
		return NULL;
	}
	for (unsigned i = 0; i < arguments->published_count; i++) {
		if (publish(link, arguments, &arguments->published[i], error) < 0)
			return NULL;
	}
	backlogs_raise();
	return link;
}
