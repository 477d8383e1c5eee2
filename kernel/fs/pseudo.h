/*
 * File systems whose files are made when they are looked at: proc and sysfs. They are described by tables of entries;
 * inodes exist only while somebody uses them.
 */
#ifndef KERNEL_FS_PSEUDO_H
#define KERNEL_FS_PSEUDO_H

#include "kernel/lib/text.h"
#include "kernel/vfs/dentry.h"

#define PSEUDO_NAME_BYTES 32

/* An inode: an entry of a table, and which of the numbered things it is about. */
struct pseudo_node {
	struct inode inode;
	const struct pseudo_entry *entry;
	int pid;    /* the process, under /proc/PID */
	int number; /* thread, descriptor, CPU: of the innermost numbered directory */
};

/*
 * Functions are called without locks but for follow, which has the tree lock; they may sleep for locks only. They
 * answer
 * -ENOENT or -ESRCH if what they are about is gone.
 */
struct pseudo_entry {
	const char *name; /* NULL ends a table; of numbered entries: unused */
	uint32_t mode;
	bool polled; /* regular files: has a poll operation, so that epoll takes it: always readable */

	/* Directories: fixed entries, and those that are numbers. */
	const struct pseudo_entry *children;
	const struct pseudo_entry *numbered; /* what each number is */
	const char *prefix;                  /* in front of the number: "cpu"; NULL: nothing */
	/* The first number >= from that there is, or -1. */
	int (*next)(const struct pseudo_node *dir, int from);
	/* Instead of prefix, where there are few: the number's name, PSEUDO_NAME_BYTES at most. */
	void (*spell)(int number, char *out);

	/* Regular files: one of both, or they are empty. */
	int (*show)(const struct pseudo_node *node, struct text *text);
	const char *constant; /* instead of show */
	/* The whole of what was written, NUL-terminated: 0 or -errno. */
	int (*store)(const struct pseudo_node *node, char *bytes, size_t length);

	/* Sets what differs from node to node: owner, device number, operations. NULL: nothing does. */
	void (*prepare)(struct pseudo_node *node);

	/* Links: their text, and where they lead if that is no name. */
	long (*target)(const struct pseudo_node *node, char *out, size_t size);
	int (*follow)(const struct pseudo_node *node, struct path *out);
	/* Their permission bits, if they depend on where they lead; NULL: those of mode. With the tree lock held. */
	uint32_t (*permissions)(const struct pseudo_node *node);
};

#define PSEUDO_DIRECTORY(text, entries)                                                                                \
	{                                                                                                              \
		.name = (text), .mode = S_IFDIR | 0555, .children = (entries)                                          \
	}
#define PSEUDO_FILE(text, function)                                                                                    \
	{                                                                                                              \
		.name = (text), .mode = S_IFREG | 0444, .show = (function)                                             \
	}
#define PSEUDO_EMPTY(text)                                                                                             \
	{                                                                                                              \
		.name = (text), .mode = S_IFREG | 0444                                                                 \
	}
#define PSEUDO_CONSTANT(text, value)                                                                                   \
	{                                                                                                              \
		.name = (text), .mode = S_IFREG | 0444, .constant = (value)                                            \
	}

/* Makes the root of super, whose other fields are set, and mounts it. 0 or -errno. */
int pseudo_mount(struct super *super, const struct pseudo_entry *root, const char *path);

/* For operations that prepare sets: the last reference is gone. */
void pseudo_node_release(struct inode *inode);

/* A decimal number that fills the whole text (white space behind it apart), or -EINVAL. */
int pseudo_number(const char *text, long *out);

#endif
