/* Namespaces as files. They have Linux's numbers for a machine's first ones, which programs know. See nsfs.h. */
#include "kernel/fs/nsfs.h"

#include <linux/errno.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <linux/sched.h>

#include "kernel/lib/heap.h"
#include "kernel/lib/print.h"
#include "kernel/mm/user.h"
#include "kernel/vfs/namei.h"

#define NSFS_DEVICE 4
#define NAME_BYTES 32

static const struct {
	const char *name;
	unsigned type;
	uint32_t number;
} kinds[NSFS_KINDS] = {
	[NSFS_CGROUP] = {"cgroup", CLONE_NEWCGROUP, 4026531835u}, [NSFS_IPC] = {"ipc", CLONE_NEWIPC, 4026531839u},
	[NSFS_MNT] = {"mnt", CLONE_NEWNS, 4026531832u},           [NSFS_NET] = {"net", CLONE_NEWNET, 4026531833u},
	[NSFS_PID] = {"pid", CLONE_NEWPID, 4026531836u},          [NSFS_TIME] = {"time", CLONE_NEWTIME, 4026531834u},
	[NSFS_USER] = {"user", CLONE_NEWUSER, 4026531837u},       [NSFS_UTS] = {"uts", CLONE_NEWUTS, 4026531838u},
};

static const struct inode_ops namespace_inode_ops;
static const struct file_ops namespace_file_ops;
static struct super nsfs_super = {
	.type = "nsfs",
	.source = "nsfs",
	.options = "rw",
	.device = NSFS_DEVICE,
	.magic = NSFS_MAGIC,
};

static enum nsfs_kind kind_of(const struct inode *inode)
{
	enum nsfs_kind kind = 0;

	while (kinds[kind].number != inode->ino)
		kind++;
	return kind;
}

size_t nsfs_text(enum nsfs_kind kind, char *out, size_t size)
{
	return text_format(out, size, "%s:[%u]", kinds[kind].name, kinds[kind].number);
}

int nsfs_place(enum nsfs_kind kind, struct path *out)
{
	struct inode *inode = heap_new(struct inode);
	char name[NAME_BYTES];
	int error;

	if (!inode)
		return -ENOMEM;
	inode_init(inode, &nsfs_super, S_IFREG | 0444);
	inode->ino = kinds[kind].number;
	inode->ops = &namespace_inode_ops;
	inode->file_ops = &namespace_file_ops;
	nsfs_text(kind, name, sizeof(name));
	error = dentry_anonymous(name, inode, &out->dentry);
	inode_put(inode);
	return error;
}

unsigned nsfs_type(const struct file *file)
{
	return file->ops == &namespace_file_ops ? kinds[kind_of(file->inode)].type : 0;
}

/* Nobody writes a namespace: Linux's are immutable files. */
static int namespace_open(struct file *file)
{
	return FILE_WRITABLE(file) ? -EPERM : 0;
}

/* A descriptor of the user namespace, which owns all others. */
static long owner_open(void)
{
	struct path place;
	struct file *file;
	long result = nsfs_place(NSFS_USER, &place);

	if (result)
		return result;
	result = file_open_path(&place, O_RDONLY, &file);
	path_put(&place);
	if (result)
		return result;
	result = fd_install(file, 0, true);
	if (result < 0)
		file_put(file);
	return result;
}

/* The first namespaces have no parents, and the first user namespace no owner. */
static long namespace_ioctl(struct file *file, unsigned request, uint64_t argument)
{
	enum nsfs_kind kind = kind_of(file->inode);

	switch (request) {
	case NS_GET_USERNS:
		return kind == NSFS_USER ? -EPERM : owner_open();
	case NS_GET_PARENT:
		return kind == NSFS_USER || kind == NSFS_PID ? -EPERM : -EINVAL;
	case NS_GET_NSTYPE:
		return kinds[kind].type;
	case NS_GET_OWNER_UID:
		return kind == NSFS_USER ? put_user_u32(argument, 0) : -EINVAL;
	default:
		return -ENOTTY;
	}
}

static void namespace_release(struct inode *inode)
{
	heap_free(inode);
}

static const struct inode_ops namespace_inode_ops = {.release = namespace_release};
static const struct file_ops namespace_file_ops = {.open = namespace_open, .ioctl = namespace_ioctl};
