/* System V message queues: see msg.h. */
#include "kernel/ipc/msg.h"

#include <linux/errno.h>
#include <linux/msg.h>

#include <asm/msgbuf.h>

#include "kernel/host/host.h"
#include "kernel/ipc/ids.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/list.h"
#include "kernel/task/process.h"
#include "kernel/task/time.h"
#include "kernel/vfs/wait.h"

struct message {
	struct list list;
	int64_t type;
	uint64_t bytes;
	uint8_t text[];
};

struct queue {
	struct ipc_object object;
	struct list messages;
	struct wait_queue senders, receivers;
	uint64_t bytes, count, limit;
	int64_t sent_s, received_s, changed_s;
	int32_t sender, receiver;
};

static struct queue *queue_of(const struct ipc_object *object)
{
	return container_of(object, struct queue, object);
}

static void messages_free(struct queue *queue)
{
	list_for_each_safe(at, after, &queue->messages)
	{
		list_remove(at);
		heap_free(list_entry(at, struct message, list));
	}
	queue->bytes = queue->count = 0;
}

static void queue_release(struct ipc_object *object)
{
	messages_free(queue_of(object));
	heap_free(queue_of(object));
}

static struct ipc_table queues = {.release = queue_release};

static int64_t now_s(void)
{
	return (int64_t)(host_realtime_ns() / NS_PER_SECOND);
}

static struct ipc_object *queue_make(const void *request, int *error)
{
	struct queue *queue = heap_new(struct queue);

	(void)request;
	*error = -ENOMEM;
	if (!queue)
		return NULL;
	list_init(&queue->messages);
	wait_queue_init(&queue->senders);
	wait_queue_init(&queue->receivers);
	queue->limit = MSG_QUEUE_BYTES;
	queue->changed_s = now_s();
	return &queue->object;
}

long msg_get(int key, int flags)
{
	return ipc_get(&queues, key, flags, NULL, queue_make, NULL);
}

/* --- sending --- */

struct sending {
	struct queue *queue;
	struct message *message;
	int flags;
	int result; /* 1: no room yet */
};

static bool send_try(void *data)
{
	struct sending *sending = data;
	struct queue *queue = sending->queue;
	uint64_t bytes = sending->message->bytes;

	lock_acquire(&queue->object.lock);
	if (queue->object.removed) {
		sending->result = -EIDRM;
	} else if (bytes + queue->bytes > queue->limit || queue->count + 1 > queue->limit) {
		sending->result = sending->flags & IPC_NOWAIT ? -EAGAIN : 1;
	} else {
		list_append(&queue->messages, &sending->message->list);
		queue->bytes += bytes;
		queue->count++;
		queue->sender = process_current()->pid;
		queue->sent_s = now_s();
		sending->result = 0;
	}
	lock_release(&queue->object.lock);
	return sending->result != 1;
}

static int message_import(struct message **out, int64_t type, user_t text, uint64_t bytes)
{
	struct message *message = heap_alloc(sizeof(*message) + bytes);

	if (!message)
		return -ENOMEM;
	message->type = type;
	message->bytes = bytes;
	*out = message;
	if (!copy_from_user(message->text, text, bytes))
		return 0;
	heap_free(message);
	return -EFAULT;
}

long msg_send(int id, int64_t type, user_t text, uint64_t bytes, int flags)
{
	struct sending sending = {.flags = flags};
	struct ipc_object *object;
	int error;

	if (bytes > MSG_BYTES_MAX || id < 0 || type < 1)
		return -EINVAL;
	error = message_import(&sending.message, type, text, bytes);
	if (error)
		return error;
	object = ipc_find(&queues, id, &error);
	if (object) {
		error = ipc_permission(object, 0200);
		lock_release(&object->lock);
		sending.queue = queue_of(object);
		if (!error && wait_until(&sending.queue->senders, send_try, &sending, WAIT_FOREVER))
			error = -EINTR;
		if (!error)
			error = sending.result;
		if (!error)
			wait_queue_wake(&sending.queue->receivers, 0);
		ipc_drop(&queues, object);
	}
	if (error)
		heap_free(sending.message);
	return error;
}

/* --- receiving --- */

struct receiving {
	struct queue *queue;
	int64_t type;
	uint64_t room;
	int flags;
	struct message *message;
	int result; /* 1: none yet */
};

/* With MSG_COPY the type is a position. */
static struct message *message_find(const struct receiving *receiving)
{
	struct message *found = NULL;
	int64_t position = 0;

	list_for_each(at, &receiving->queue->messages)
	{
		struct message *message = list_entry(at, struct message, list);
		int64_t type = receiving->type;

		if (receiving->flags & MSG_COPY) {
			if (position++ == type)
				return message;
		} else if (type == 0 || (type > 0 && (message->type == type) != !!(receiving->flags & MSG_EXCEPT))) {
			return message;
		} else if (type < 0 && message->type <= -type && (!found || message->type < found->type)) {
			found = message;
		}
	}
	return found;
}

static int message_take(struct receiving *receiving, struct message *message)
{
	struct queue *queue = receiving->queue;

	if (message->bytes > receiving->room && !(receiving->flags & MSG_NOERROR))
		return -E2BIG;
	if (receiving->flags & MSG_COPY) {
		receiving->message = heap_alloc(sizeof(*message) + message->bytes);
		if (!receiving->message)
			return -ENOMEM;
		__builtin_memcpy(receiving->message, message, sizeof(*message) + message->bytes);
		return 0;
	}
	list_remove(&message->list);
	queue->bytes -= message->bytes;
	queue->count--;
	queue->receiver = process_current()->pid;
	queue->received_s = now_s();
	receiving->message = message;
	return 0;
}

static bool receive_try(void *data)
{
	struct receiving *receiving = data;
	struct queue *queue = receiving->queue;
	struct message *message;

	lock_acquire(&queue->object.lock);
	message = queue->object.removed ? NULL : message_find(receiving);
	if (queue->object.removed)
		receiving->result = -EIDRM;
	else if (message)
		receiving->result = message_take(receiving, message);
	else
		receiving->result = receiving->flags & IPC_NOWAIT ? -ENOMSG : 1;
	lock_release(&queue->object.lock);
	return receiving->result != 1;
}

static long message_export(const struct message *message, user_t to, uint64_t room)
{
	uint64_t bytes = message->bytes < room ? message->bytes : room;

	if (put_user_u64(to, (uint64_t)message->type) || copy_to_user(to + sizeof(int64_t), message->text, bytes))
		return -EFAULT;
	return (long)bytes;
}

long msg_receive(int id, user_t to, uint64_t bytes, int64_t type, int flags)
{
	struct receiving receiving = {.type = type, .room = bytes, .flags = flags};
	struct ipc_object *object;
	long result;
	int error;

	if (id < 0 || (int64_t)bytes < 0)
		return -EINVAL;
	if (flags & MSG_COPY && (flags & MSG_EXCEPT || !(flags & IPC_NOWAIT)))
		return -EINVAL;
	object = ipc_find(&queues, id, &error);
	if (!object)
		return error;
	result = ipc_permission(object, 0400);
	lock_release(&object->lock);
	receiving.queue = queue_of(object);
	if (!result && wait_until(&receiving.queue->receivers, receive_try, &receiving, WAIT_FOREVER))
		result = -EINTR;
	if (!result)
		result = receiving.result;
	if (!result) {
		result = message_export(receiving.message, to, bytes);
		heap_free(receiving.message);
		wait_queue_wake(&receiving.queue->senders, 0);
	}
	ipc_drop(&queues, object);
	return result;
}

/* --- msgctl --- */

static long limits_show(int command, user_t to)
{
	struct msginfo limits = {
		.msgpool = command == MSG_INFO ? (int)queues.used : 0,
		.msgmax = MSG_BYTES_MAX,
		.msgmnb = MSG_QUEUE_BYTES,
		.msgmni = (int)IPC_SLOTS_MAX,
		.msgssz = 16,
		.msgtql = MSG_QUEUE_BYTES,
		.msgseg = 0xffff,
	};

	if (copy_to_user(to, &limits, sizeof(limits)))
		return -EFAULT;
	return queues.highest ? (long)queues.highest - 1 : 0;
}

static struct msqid64_ds state_of(const struct queue *queue)
{
	struct msqid64_ds state = {
		.msg_stime = queue->sent_s,
		.msg_rtime = queue->received_s,
		.msg_ctime = queue->changed_s,
		.msg_cbytes = queue->bytes,
		.msg_qnum = queue->count,
		.msg_qbytes = queue->limit,
		.msg_lspid = queue->sender,
		.msg_lrpid = queue->receiver,
	};

	ipc_permissions_show(&queue->object, &state.msg_perm);
	return state;
}

static long status(int id, int command, user_t to)
{
	int error;
	struct ipc_object *object = command == IPC_STAT ? ipc_find(&queues, id, &error)
							: ipc_find_slot(&queues, id, &error);
	struct msqid64_ds state;
	long result = error;

	if (!object)
		return result;
	result = command == MSG_STAT_ANY ? 0 : ipc_permission(object, 0400);
	state = state_of(queue_of(object));
	if (!result && command != IPC_STAT)
		result = object->id;
	ipc_put(&queues, object);
	if (result >= 0 && copy_to_user(to, &state, sizeof(state)))
		return -EFAULT;
	return result;
}

static int settings_change(struct queue *queue, const struct msqid64_ds *state)
{
	if (state->msg_qbytes > MSG_QUEUE_BYTES)
		return -EPERM;
	queue->limit = state->msg_qbytes;
	ipc_permissions_set(&queue->object, &state->msg_perm);
	queue->changed_s = now_s();
	return 0;
}

static long change(int id, int command, user_t from)
{
	struct msqid64_ds state;
	struct ipc_object *object;
	struct queue *queue;
	int error = 0;

	if (command == IPC_SET && copy_from_user(&state, from, sizeof(state)))
		return -EFAULT;
	object = ipc_find(&queues, id, &error);
	if (!object)
		return error;
	queue = queue_of(object);
	error = ipc_ownership(object);
	if (!error && command == IPC_SET)
		error = settings_change(queue, &state);
	else if (!error)
		ipc_remove(&queues, object);
	lock_release(&object->lock);
	wait_queue_wake(&queue->senders, 0);
	wait_queue_wake(&queue->receivers, 0);
	ipc_drop(&queues, object);
	return error;
}

long msg_control(int id, int command, user_t argument)
{
	if (id < 0)
		return -EINVAL;
	switch (command) {
	case IPC_INFO:
	case MSG_INFO:
		return limits_show(command, argument);
	case IPC_STAT:
	case MSG_STAT:
	case MSG_STAT_ANY:
		return status(id, command, argument);
	case IPC_SET:
	case IPC_RMID:
		return change(id, command, argument);
	default:
		return -EINVAL;
	}
}

static void line(const struct ipc_object *object, struct text *text)
{
	const struct queue *queue = queue_of(object);

	text_print(text, "%10d %10d  %4o  %10lu %10lu %5u %5u %5u %5u %5u %5u %10lu %10lu %10lu\n", object->key,
		   object->id, object->mode, queue->bytes, queue->count, (unsigned)queue->sender,
		   (unsigned)queue->receiver, object->uid, object->gid, object->cuid, object->cgid,
		   (uint64_t)queue->sent_s, (uint64_t)queue->received_s, (uint64_t)queue->changed_s);
}

void msg_show(struct text *text)
{
	text_print(text, "       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid"
			 "      stime      rtime      ctime\n");
	ipc_show(&queues, text, line);
}
