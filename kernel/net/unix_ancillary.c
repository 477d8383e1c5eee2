/* What goes along with the bytes of a message: descriptors, credentials, the time. Rules: unix(7). */
#include <asm/socket.h>
#include <linux/capability.h>
#include <linux/errno.h>

#include "kernel/host/host.h"
#include "kernel/lib/string.h"
#include "kernel/net/control.h"
#include "kernel/net/unix_socket.h"
#include "kernel/syscall/table.h"
#include "kernel/task/pid.h"
#include "kernel/task/time.h"
#include "kernel/vfs/file.h"

#define NS_PER_US 1000
/* Whom a message without credentials is from: fs.overflowuid. */
#define ID_NOBODY 65534u

struct credentials_message {
	int32_t pid;
	uint32_t uid;
	uint32_t gid;
};

/* --- sending ------------------------------------------------------------------------------------------------------ */

static bool is_own_id(uint32_t id, uint32_t real, uint32_t effective, uint32_t saved)
{
	return id == real || id == effective || id == saved;
}

/* Whether the process may say that it is so: -EPERM, -ESRCH. */
static int credentials_check(const struct credentials_message *said)
{
	const struct process *own = process_current();
	const struct credentials *ids = &own->credentials;
	struct process *process;

	if (said->uid == UINT32_MAX || said->gid == UINT32_MAX)
		return -EINVAL;
	if ((said->pid != own->pid && !process_capable(CAP_SYS_ADMIN)) ||
	    (!is_own_id(said->uid, ids->uid, ids->euid, ids->suid) && !process_capable(CAP_SETUID)) ||
	    (!is_own_id(said->gid, ids->gid, ids->egid, ids->sgid) && !process_capable(CAP_SETGID)))
		return -EPERM;
	process = process_find(said->pid);
	if (!process)
		return -ESRCH;
	process_put(process);
	return 0;
}

static int credentials_get(struct unix_ancillary *ancillary, const uint8_t *data, size_t bytes)
{
	struct credentials_message said;
	int error;

	if (bytes != sizeof(said))
		return -EINVAL;
	memcpy(&said, data, sizeof(said));
	error = credentials_check(&said);
	if (error)
		return error;
	ancillary->sender = (struct unix_sender){true, said.pid, said.uid, said.gid};
	return 0;
}

static int rights_get(struct unix_ancillary *ancillary, const uint8_t *data, size_t bytes)
{
	size_t count = bytes / sizeof(int32_t);
	struct rights *rights = ancillary->rights;

	if (!count)
		return 0;
	if (count + (rights ? rights->count : 0) > RIGHTS_FILES_MAX)
		return -EINVAL;
	rights = rights_grow(rights, count);
	if (!rights)
		return -ENOMEM;
	ancillary->rights = rights;
	for (size_t i = 0; i < count; i++) {
		struct file *file;
		int32_t fd;

		memcpy(&fd, data + i * sizeof(fd), sizeof(fd));
		file = fd < 0 ? NULL : fd_get_any(fd);
		if (!file)
			return -EBADF;
		file_get(file);
		fd_put(file);
		rights->files[rights->count++] = file;
	}
	return 0;
}

static int message_get(struct unix_ancillary *ancillary, const struct control_header *header, const uint8_t *data)
{
	size_t bytes = header->length - sizeof(*header);

	if (header->level != SOL_SOCKET)
		return 0;
	if (header->type == SCM_RIGHTS)
		return rights_get(ancillary, data, bytes);
	return header->type == SCM_CREDENTIALS ? credentials_get(ancillary, data, bytes) : -EINVAL;
}

int unix_ancillary_get(struct unix_ancillary *ancillary, const struct socket_message *message)
{
	size_t at = 0;
	int error = 0;

	ancillary->rights = NULL;
	ancillary->sender.is_known = false;
	while (!error && message->control_bytes >= at + sizeof(struct control_header)) {
		struct control_header header;

		memcpy(&header, message->control + at, sizeof(header));
		if (header.length < sizeof(header) || header.length > message->control_bytes - at)
			error = -EINVAL;
		else
			error = message_get(ancillary, &header, message->control + at + sizeof(header));
		if (!error)
			at += CONTROL_ALIGN(header.length);
	}
	if (error)
		unix_ancillary_end(ancillary);
	return error;
}

void unix_ancillary_end(struct unix_ancillary *ancillary)
{
	rights_drop(ancillary->rights);
	ancillary->rights = NULL;
}

int unix_message_attach(struct unix_message *message, struct unix_ancillary *ancillary)
{
	int error;

	message->from = ancillary->sender;
	if (!ancillary->rights)
		return 0;
	error = rights_send(ancillary->rights);
	if (error)
		return error;
	message->rights = ancillary->rights;
	ancillary->rights = NULL;
	return 0;
}

void unix_message_sign(struct unix_message *message, const struct unix_socket *receiver)
{
	const struct process *process = process_current();
	bool is_accepted = __atomic_load_n(&receiver->socket.file, __ATOMIC_RELAXED);

	/* Of a connection that nobody accepted yet it is not known what he will ask for. */
	if (message->from.is_known || (is_accepted && !socket_has(&receiver->socket, SOCKET_PASSCRED) &&
				       !socket_has(&message->sender->socket, SOCKET_PASSCRED)))
		return;
	message->from = (struct unix_sender){
		.is_known = true,
		.pid = process->pid,
		.uid = process->credentials.uid,
		.gid = process->credentials.gid,
	};
}

/* --- receiving ---------------------------------------------------------------------------------------------------- */

struct rights *unix_rights_take(struct unix_message *message, bool peek)
{
	if (!message->rights)
		return NULL;
	return peek ? rights_copy(message) : rights_take(message);
}

static void credentials_put(struct socket_message *message, const struct unix_sender *sender)
{
	struct credentials_message from = {.uid = ID_NOBODY, .gid = ID_NOBODY};

	if (sender->is_known)
		from = (struct credentials_message){sender->pid, sender->uid, sender->gid};
	control_put(message, SOL_SOCKET, SCM_CREDENTIALS, &from, sizeof(from));
}

static void time_put(const struct unix_socket *sock, struct socket_message *message)
{
	struct __kernel_timespec now = timespec_from_ns(host_realtime_ns());

	if (socket_has(&sock->socket, SOCKET_TIMESTAMPNS)) {
		control_put(message, SOL_SOCKET, SO_TIMESTAMPNS_OLD, &now, sizeof(now));
	} else {
		now.tv_nsec /= NS_PER_US;
		control_put(message, SOL_SOCKET, SO_TIMESTAMP_OLD, &now, sizeof(now));
	}
}

/* New descriptors for as many files as there is room: how many. */
static uint32_t rights_install(struct socket_message *message, const struct rights *rights, user_t to, uint32_t room)
{
	uint32_t done = 0;

	for (; done < rights->count && done < room; done++) {
		struct file *file = rights->files[done];
		int fd;

		file_get(file);
		fd = fd_install(file, 0, message->flags & MSG_CMSG_CLOEXEC);
		if (fd < 0) {
			file_put(file);
			break;
		}
		if (put_user_u32(to + done * sizeof(int32_t), (uint32_t)fd)) {
			fd_close(fd);
			break;
		}
	}
	return done;
}

static void rights_put(struct socket_message *message, const struct rights *rights)
{
	struct control_header header = {.level = SOL_SOCKET, .type = SCM_RIGHTS};
	uint32_t room = 0, done = 0;

	if (message->control_at && message->control_left > sizeof(header))
		room = (uint32_t)((message->control_left - sizeof(header)) / sizeof(int32_t));
	if (room)
		done = rights_install(message, rights, message->control_at + sizeof(header), room);
	if (done) {
		header.length = sizeof(header) + done * sizeof(int32_t);
		if (!copy_to_user(message->control_at, &header, sizeof(header)))
			control_advance(message, CONTROL_ALIGN(header.length));
	}
	if (done < rights->count)
		message->out_flags |= MSG_CTRUNC;
}

void unix_ancillary_put(struct unix_socket *sock, struct socket_message *message, const struct unix_sender *sender,
			struct rights *rights)
{
	/* Times come with whole messages only. */
	if (sock->socket.type != SOCK_STREAM && socket_has(&sock->socket, SOCKET_TIMESTAMP | SOCKET_TIMESTAMPNS))
		time_put(sock, message);
	if (socket_has(&sock->socket, SOCKET_PASSCRED))
		credentials_put(message, sender);
	if (rights)
		rights_put(message, rights);
	rights_drop(rights);
}
