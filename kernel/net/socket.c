/* Sockets of all domains: how they begin, wait and end. See socket.h. */
#include "kernel/net/socket.h"

#include <linux/errno.h>

#include "kernel/lib/heap.h"
#include "kernel/lib/string.h"
#include "kernel/net/inet.h"
#include "kernel/net/netlink.h"
#include "kernel/net/unix.h"
#include "kernel/syscall/table.h"
#include "kernel/task/process.h"
#include "kernel/task/time.h"

#define BUFFER_BYTES_DEFAULT 212992 /* /proc/sys/net/core/wmem_default, rmem_default */

static const struct {
	int domain;
	int (*create)(int type, int protocol, struct socket **out);
} domains[] = {
	{AF_UNIX, unix_create},
	{AF_INET, inet4_create},
	{AF_INET6, inet6_create},
	{AF_NETLINK, netlink_create},
};

int socket_create(int domain, int type, int protocol, struct socket **out)
{
	if (domain < 0 || domain >= AF_MAX)
		return -EAFNOSUPPORT;
	if (type < 0 || type >= SOCK_MAX)
		return -EINVAL;
	for (size_t i = 0; i < sizeof(domains) / sizeof(domains[0]); i++)
		if (domains[i].domain == domain)
			return domains[i].create(type, protocol, out);
	return -EAFNOSUPPORT;
}

void socket_init(struct socket *socket, const struct socket_ops *ops, int domain, int type)
{
	*socket = (struct socket){
		.ops = ops,
		.domain = (uint16_t)domain,
		.type = (uint16_t)type,
		.send_buffer_bytes = BUFFER_BYTES_DEFAULT,
		.receive_buffer_bytes = BUFFER_BYTES_DEFAULT,
		.send_timeout_ns = WAIT_FOREVER,
		.receive_timeout_ns = WAIT_FOREVER,
		.receive_low_bytes = 1,
		.peek_offset = -1,
	};
	wait_queue_init(&socket->readers);
	wait_queue_init(&socket->writers);
}

void socket_end(struct socket *socket)
{
	socket_credentials_put(socket->peer);
}

int socket_error_take(struct socket *socket)
{
	if (!__atomic_load_n(&socket->error, __ATOMIC_RELAXED))
		return 0;
	return -__atomic_exchange_n(&socket->error, 0, __ATOMIC_RELAXED);
}

/* --- waiting ------------------------------------------------------------------------------------------------------ */

uint64_t socket_deadline(uint64_t timeout_ns, bool wait)
{
	if (!wait || !timeout_ns)
		return 0;
	return timeout_ns == WAIT_FOREVER ? WAIT_FOREVER : deadline_after(timeout_ns);
}

static int wait_exclusively(struct wait_queue *queue, bool (*condition)(void *data), void *data, uint64_t deadline_ns)
{
	struct wait_entry entry;
	int error = 0;

	if (condition(data))
		return 0;
	wait_entry_init(&entry, current);
	entry.exclusive = true;
	wait_queue_add(queue, &entry);
	while (!error) {
		thread_sleep_prepare();
		if (condition(data))
			break;
		error = thread_sleep(deadline_ns);
	}
	wait_queue_remove(&entry);
	return error && condition(data) ? 0 : error;
}

int socket_wait(struct wait_queue *queue, bool (*condition)(void *data), void *data, uint64_t deadline_ns,
		bool exclusive)
{
	int error;

	if (!deadline_ns)
		return condition(data) ? 0 : -EAGAIN;
	error = exclusive ? wait_exclusively(queue, condition, data, deadline_ns)
			  : wait_until(queue, condition, data, deadline_ns);
	if (error == -ETIMEDOUT)
		return -EAGAIN;
	/* signal(7): with a timeout set such calls are never restarted. */
	return error == -EINTR && deadline_ns == WAIT_FOREVER ? -ERESTARTSYS : error;
}

/* --- credentials -------------------------------------------------------------------------------------------------- */

struct socket_credentials *socket_credentials_current(void)
{
	const struct process *process = process_current();
	const struct credentials *own = &process->credentials;
	size_t groups_bytes = own->group_count * sizeof(own->groups[0]);
	struct socket_credentials *made = heap_alloc(sizeof(*made) + groups_bytes);

	if (!made)
		return NULL;
	*made = (struct socket_credentials){
		.references = 1,
		.pid = process->pid,
		.uid = own->euid,
		.gid = own->egid,
		.group_count = own->group_count,
	};
	memcpy(made->groups, own->groups, groups_bytes);
	return made;
}

void socket_credentials_get(struct socket_credentials *credentials)
{
	__atomic_fetch_add(&credentials->references, 1, __ATOMIC_RELAXED);
}

void socket_credentials_put(struct socket_credentials *credentials)
{
	if (credentials && __atomic_sub_fetch(&credentials->references, 1, __ATOMIC_ACQ_REL) == 0)
		heap_free(credentials);
}
