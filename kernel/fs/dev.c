/* The nodes of /dev. */
#include "kernel/fs/dev.h"

#include <linux/errno.h>

#include "kernel/fs/tmpfs.h"
#include "kernel/lib/string.h"
#include "kernel/tty/host_terminal.h"
#include "kernel/tty/pty.h"
#include "kernel/vfs/device.h"
#include "kernel/vfs/namei.h"

#define SHM_PATH "/dev/shm"

struct node {
	const char *name;
	uint32_t mode;
	unsigned major;
	unsigned minor;
};

static const struct node nodes[] = {
	{"null", S_IFCHR | 0666, 1, 3},   {"zero", S_IFCHR | 0666, 1, 5},    {"full", S_IFCHR | 0666, 1, 7},
	{"random", S_IFCHR | 0666, 1, 8}, {"urandom", S_IFCHR | 0666, 1, 9}, {"tty", S_IFCHR | 0666, 5, 0},
	{"shm", S_IFDIR | 01777, 0, 0},   {"mqueue", S_IFDIR | 01777, 0, 0}, {"pts", S_IFDIR | 0755, 0, 0},
};

static const struct {
	const char *name;
	const char *target;
} links[] = {
	{"fd", "/proc/self/fd"},       {"stdin", "/proc/self/fd/0"}, {"stdout", "/proc/self/fd/1"},
	{"stderr", "/proc/self/fd/2"}, {"ptmx", "pts/ptmx"},
};

static int node_make(struct inode *dir, const struct node *node, uint32_t gid, struct inode **out)
{
	struct name name = name_make(node->name, strlen(node->name));

	return dir->ops->create(dir, &name, node->mode, 0, gid, device_number(node->major, node->minor), out);
}

static int nodes_make(struct inode *root)
{
	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
		struct inode *inode;
		int error = node_make(root, &nodes[i], 0, &inode);

		if (error)
			return error;
		inode_put(inode);
	}
	return 0;
}

static int links_make(struct inode *root)
{
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		struct name name = name_make(links[i].name, strlen(links[i].name));
		struct inode *inode;
		int error = root->ops->symlink(root, &name, links[i].target, strlen(links[i].target), 0, 0, &inode);

		if (error)
			return error;
		inode_put(inode);
	}
	return 0;
}

/* The guest's own terminal, if it has one. */
static int terminal_make(struct inode *root)
{
	static const struct node console = {"console", S_IFCHR | 0620, 5, 1};
	struct inode *inode;
	int error;

	if (!host_terminal_exists())
		return 0;
	error = node_make(root, &console, TTY_GROUP, &inode);
	if (!error)
		inode_put(inode);
	return error;
}

static int root_fill(struct inode *root)
{
	int error;

	root->mode = S_IFDIR | 0755;
	tree_lock();
	error = nodes_make(root);
	if (!error)
		error = links_make(root);
	if (!error)
		error = terminal_make(root);
	tree_unlock();
	return error;
}

int dev_mount(void)
{
	struct super *dev, *shm;
	int error = dev_memory_init();

	if (!error)
		error = dev_random_init();
	if (!error)
		error = terminals_init();
	if (!error)
		error = tmpfs_new("tmpfs", 0, &dev);
	if (!error)
		error = root_fill(dev->root);
	if (!error)
		error = mount_add(dev, "/dev");
	if (!error)
		error = devpts_mount();
	if (!error)
		error = tmpfs_new("shm", 0, &shm);
	return error ? error : mount_add(shm, SHM_PATH);
}
