/* Options at SOL_SOCKET that are more than an int: timeouts, the other end, cookies. */
#include <linux/errno.h>
#include <linux/time.h>

#include "kernel/net/socket_option.h"
#include "kernel/task/time.h"

#define US_PER_SECOND 1000000
#define NS_PER_US 1000
/* Linux counts such timeouts in jiffies, rounded up, and shows them so: 250 of them are a second on distributions. */
#define US_PER_JIFFY 4000

int socket_option_put(user_t to, unsigned *bytes, const void *value, unsigned value_bytes)
{
	if (*bytes > value_bytes)
		*bytes = value_bytes;
	return copy_to_user(to, value, *bytes);
}

int socket_timeout_set(uint64_t *timeout_ns, user_t from, unsigned bytes)
{
	struct __kernel_old_timeval time;
	uint64_t us;

	if (bytes < sizeof(time))
		return -EINVAL;
	if (copy_from_user(&time, from, sizeof(time)))
		return -EFAULT;
	if (time.tv_usec < 0 || time.tv_usec >= US_PER_SECOND)
		return -EDOM;
	if (time.tv_sec < 0) {
		*timeout_ns = 0;
		return 0;
	}
	if ((!time.tv_sec && !time.tv_usec) || time.tv_sec > INT32_MAX) {
		*timeout_ns = WAIT_FOREVER;
		return 0;
	}
	us = ((uint64_t)time.tv_usec + US_PER_JIFFY - 1) / US_PER_JIFFY * US_PER_JIFFY;
	*timeout_ns = (uint64_t)time.tv_sec * NS_PER_SECOND + us * NS_PER_US;
	return 0;
}

int socket_timeout_get(uint64_t timeout_ns, user_t to, unsigned *bytes)
{
	struct __kernel_old_timeval time = {0};

	if (timeout_ns != WAIT_FOREVER) {
		time.tv_sec = (__kernel_old_time_t)(timeout_ns / NS_PER_SECOND);
		time.tv_usec = (__kernel_suseconds_t)(timeout_ns % NS_PER_SECOND / NS_PER_US);
	}
	return socket_option_put(to, bytes, &time, sizeof(time));
}

int socket_cookie_get(struct socket *socket, user_t to, unsigned *bytes)
{
	static uint64_t last;
	uint64_t cookie, none = 0;

	if (*bytes < sizeof(cookie))
		return -EINVAL;
	if (!__atomic_load_n(&socket->cookie, __ATOMIC_RELAXED))
		__atomic_compare_exchange_n(&socket->cookie, &none, __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED),
					    false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
	cookie = __atomic_load_n(&socket->cookie, __ATOMIC_RELAXED);
	return socket_option_put(to, bytes, &cookie, sizeof(cookie));
}

/* The other end's credentials with a reference, or NULL. */
static struct socket_credentials *peer_get(struct socket *socket)
{
	struct socket_credentials *peer;

	lock_acquire(&socket->lock);
	peer = socket->peer;
	if (peer)
		socket_credentials_get(peer);
	lock_release(&socket->lock);
	return peer;
}

int socket_peer_get(struct socket *socket, user_t to, unsigned *bytes)
{
	struct socket_credentials *peer = peer_get(socket);
	uint32_t ids[3] = {0, UINT32_MAX, UINT32_MAX}; /* struct ucred */

	if (peer) {
		ids[0] = (uint32_t)peer->pid;
		ids[1] = peer->uid;
		ids[2] = peer->gid;
		socket_credentials_put(peer);
	}
	return socket_option_put(to, bytes, ids, sizeof(ids));
}

int socket_peer_groups_get(struct socket *socket, user_t to, unsigned *bytes)
{
	struct socket_credentials *peer = peer_get(socket);
	unsigned needed;
	int error = 0;

	if (!peer)
		return -ENODATA;
	needed = peer->group_count * (unsigned)sizeof(peer->groups[0]);
	if (*bytes < needed)
		error = -ERANGE;
	*bytes = needed;
	if (!error)
		error = copy_to_user(to, peer->groups, needed);
	socket_credentials_put(peer);
	return error;
}

int socket_peer_name_get(struct socket *socket, user_t to, unsigned *bytes)
{
	struct socket_address address;

	if (socket->ops->name(socket, true, &address))
		return -ENOTCONN;
	if (address.bytes < *bytes)
		return -EINVAL;
	return copy_to_user(to, address.raw, *bytes);
}
