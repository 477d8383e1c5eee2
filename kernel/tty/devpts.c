/* /dev/pts: a node for every pseudoterminal there is. See pty.h; pts(4). */
#include <linux/errno.h>
#include <linux/magic.h>

#include "kernel/fs/pseudo.h"
#include "kernel/lib/lock.h"
#include "kernel/tty/host_terminal.h"
#include "kernel/tty/pty.h"
#include "kernel/vfs/device.h"

#define DEVPTS_DEVICE 24
/* The guest's own terminal. */
#define CONSOLE_NUMBER 0

static struct pty_owner console_owner = {.mode = 0620, .gid = TTY_GROUP};

static bool is_console(const struct pseudo_node *node)
{
	return node->number == CONSOLE_NUMBER && host_terminal_exists();
}

static int slave_setattr(struct inode *inode, const struct attributes *change)
{
	const struct pseudo_node *node = container_of(inode, struct pseudo_node, inode);
	struct pty_owner owner;
	int error = inode_setattr(inode, change);

	if (error)
		return error;
	lock_acquire(&inode->lock);
	owner = (struct pty_owner){.mode = inode->mode & 07777, .uid = inode->uid, .gid = inode->gid};
	lock_release(&inode->lock);
	if (is_console(node))
		console_owner = owner;
	else
		pty_owner_set((unsigned)node->number, &owner);
	return 0;
}

static const struct inode_ops slave_inode_ops = {.setattr = slave_setattr, .release = pseudo_node_release};

static void slave_prepare(struct pseudo_node *node)
{
	struct pty_owner owner = console_owner;

	if (!is_console(node) && !pty_owner_get((unsigned)node->number, &owner))
		return;
	node->inode.ops = &slave_inode_ops;
	node->inode.rdev = device_number(PTY_SLAVE_MAJOR, (unsigned)node->number);
	node->inode.mode = S_IFCHR | owner.mode;
	node->inode.uid = owner.uid;
	node->inode.gid = owner.gid;
}

static void master_prepare(struct pseudo_node *node)
{
	node->inode.rdev = device_number(PTY_MASTER_MAJOR, PTY_MASTER_MINOR);
}

static int slave_next(const struct pseudo_node *dir, int from)
{
	(void)dir;
	return from <= CONSOLE_NUMBER && host_terminal_exists() ? CONSOLE_NUMBER : pty_next(from);
}

static const struct pseudo_entry slave_entry = {.mode = S_IFCHR | 0620, .prepare = slave_prepare};

static const struct pseudo_entry entries[] = {
	{.name = "ptmx", .mode = S_IFCHR | 0666, .prepare = master_prepare},
	{0},
};

static const struct pseudo_entry root = {
	.mode = S_IFDIR | 0755, .children = entries, .numbered = &slave_entry, .next = slave_next};

static struct super devpts_super = {
	.type = "devpts",
	.source = "devpts",
	.options = ",gid=5,mode=620,ptmxmode=666",
	.device = DEVPTS_DEVICE,
	.magic = DEVPTS_SUPER_MAGIC,
};

int devpts_mount(void)
{
	return pseudo_mount(&devpts_super, &root, "/dev/pts");
}
