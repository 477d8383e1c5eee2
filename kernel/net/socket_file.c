/* Sockets as files. */
#include <asm/sockios.h>
#include <linux/errno.h>
#include <linux/magic.h>
#include <linux/stat.h>

#include "kernel/lib/heap.h"
#include "kernel/lib/print.h"
#include "kernel/net/interface_ioctl.h"
#include "kernel/net/socket.h"
#include "kernel/syscall/table.h"
#include "kernel/task/process.h"
#include "kernel/vfs/file.h"

#define SOCKFS_DEVICE 9 /* major 0, as Linux's anonymous devices */

static struct super socket_super = {
	.type = "sockfs",
	.source = "socket:",
	.options = "",
	.device = SOCKFS_DEVICE,
	.magic = SOCKFS_MAGIC,
};

static unsigned wait_flag(const struct file *file)
{
	return __atomic_load_n(&file->flags, __ATOMIC_RELAXED) & O_NONBLOCK ? MSG_DONTWAIT : 0;
}

static long socket_read(struct file *file, struct io *io, uint64_t *position)
{
	struct socket *socket = file->data;
	struct socket_message message = {.io = io, .flags = wait_flag(file)};

	(void)position;
	/* Nothing is asked for: not even whether there is something. */
	if (!io->left)
		return 0;
	return socket->ops->receive(socket, &message);
}

static long socket_write(struct file *file, struct io *io, uint64_t *position)
{
	struct socket *socket = file->data;
	struct socket_message message = {.io = io, .flags = wait_flag(file)};

	(void)position;
	return socket->ops->send(socket, &message);
}

static unsigned socket_poll(struct file *file, struct poll_entry *entry)
{
	struct socket *socket = file->data;

	return socket->ops->poll(socket, entry);
}

/* SIOCSPGRP has process groups as negative numbers, as F_SETOWN. */
static long owner_set(struct file *file, user_t from)
{
	uint32_t value;
	int who;

	if (get_user_u32(&value, from))
		return -EFAULT;
	who = (int)value;
	if (who == -0x7fffffff - 1)
		return -EINVAL;
	file->owner = who < 0 ? -who : who;
	file->owner_type = who < 0 ? F_OWNER_PGRP : F_OWNER_PID;
	return 0;
}

static long socket_ioctl(struct file *file, unsigned request, uint64_t argument)
{
	struct socket *socket = file->data;
	long result;

	switch (request) {
	case SIOCSPGRP:
	case FIOSETOWN:
		return owner_set(file, argument);
	case SIOCGPGRP:
	case FIOGETOWN:
		return put_user_u32(argument,
				    (uint32_t)(file->owner_type == F_OWNER_PGRP ? -file->owner : file->owner));
	}
	result = socket->ops->ioctl ? socket->ops->ioctl(socket, request, argument) : -ENOTTY;
	return result == -ENOTTY ? interface_ioctl(request, argument) : result;
}

static void socket_release(struct file *file)
{
	struct socket *socket = file->data;

	socket->ops->release(socket);
}

static const struct file_ops socket_file_ops = {
	.read = socket_read,
	.write = socket_write,
	.ioctl = socket_ioctl,
	.poll = socket_poll,
	.release = socket_release,
};

struct socket *socket_of(const struct file *file)
{
	return file->ops == &socket_file_ops ? file->data : NULL;
}

static void socket_inode_release(struct inode *inode)
{
	heap_free(inode);
}

static const struct inode_ops socket_inode_ops = {.setattr = inode_setattr, .release = socket_inode_release};

/* A name like socket:[7]. *out holds a reference. */
static int socket_dentry_new(struct dentry **out)
{
	struct inode *inode = heap_new(struct inode);
	char name[32];
	int error;

	if (!inode)
		return -ENOMEM;
	inode_init(inode, &socket_super, S_IFSOCK | 0777);
	inode->ops = &socket_inode_ops;
	inode->uid = process_current()->credentials.fsuid;
	inode->gid = process_current()->credentials.fsgid;
	text_format(name, sizeof(name), "socket:[%lu]", inode->ino);
	error = dentry_anonymous(name, inode, out);
	inode_put(inode);
	return error;
}

int socket_open(struct socket *socket, unsigned flags, struct file **out)
{
	struct path path;
	int error = socket_dentry_new(&path.dentry);

	if (!error) {
		error = file_new(&path, &socket_file_ops, O_RDWR | flags, socket, out);
		dentry_put(path.dentry);
	}
	if (error)
		socket->ops->release(socket);
	else
		socket->file = *out;
	return error;
}
