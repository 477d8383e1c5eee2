/* Names and inodes of proc and sysfs: see pseudo.h. */
#include "kernel/fs/pseudo.h"

#include <linux/errno.h>

#include "kernel/fs/pseudo_file.h"
#include "kernel/lib/hash.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/print.h"
#include "kernel/lib/string.h"
#include "kernel/task/pid.h"

#define NUMBER_MAX 9 /* digits */
#define ROOT_INO 1
/* Directory offsets: ".", "..", fixed entries, numbers. */
#define OFFSET_FIXED 2
#define OFFSET_NUMBERS 0x10000

static const struct inode_ops directory_ops, file_ops, link_ops, magic_link_ops;

static struct pseudo_node *node_of(struct inode *inode)
{
	return container_of(inode, struct pseudo_node, inode);
}

/* The same for the same thing whenever it is looked up. */
static uint64_t number_of(const struct pseudo_entry *entry, int pid, int number)
{
	uint64_t key = (uint64_t)(uintptr_t)entry ^ (uint64_t)(uint32_t)pid << 40 ^ (uint64_t)(uint32_t)number << 20;

	return hash_word(key) >> 16 | 2;
}

/* Files about a process belong to its user. */
static void owner_set(struct pseudo_node *node)
{
	struct process *process = node->pid ? process_find(node->pid) : NULL;

	if (!process)
		return;
	node->inode.uid = process->credentials.euid;
	node->inode.gid = process->credentials.egid;
	process_put(process);
}

static struct pseudo_node *node_new(struct super *super, const struct pseudo_entry *entry, int pid, int number)
{
	struct pseudo_node *node = heap_new(struct pseudo_node);

	if (!node)
		return NULL;
	inode_init(&node->inode, super, entry->mode);
	node->entry = entry;
	node->pid = pid;
	node->number = number;
	node->inode.ino = number_of(entry, pid, number);
	if ((entry->mode & S_IFMT) == S_IFDIR) {
		node->inode.ops = &directory_ops;
		node->inode.file_ops = &pseudo_directory_file_ops;
		node->inode.nlink = 2;
	} else if ((entry->mode & S_IFMT) == S_IFLNK) {
		node->inode.ops = entry->follow ? &magic_link_ops : &link_ops;
		if (entry->permissions)
			node->inode.mode = S_IFLNK | entry->permissions(node);
	} else {
		node->inode.ops = &file_ops;
		node->inode.file_ops = entry->polled ? &pseudo_polled_file_ops : &pseudo_file_ops;
	}
	owner_set(node);
	if (entry->prepare)
		entry->prepare(node);
	return node;
}

/* A numbered entry of the root of proc is a process; of any other directory, something of its process. */
static struct pseudo_node *numbered_new(const struct pseudo_node *dir, int number)
{
	bool is_process = dir->entry->numbered == pseudo_process_entry;

	return node_new(dir->inode.super, dir->entry->numbered, is_process ? number : dir->pid,
			is_process ? 0 : number);
}

/* What the number is called in the directory. */
static size_t number_name(const struct pseudo_entry *entry, int number, char out[PSEUDO_NAME_BYTES])
{
	if (!entry->spell)
		return text_format(out, PSEUDO_NAME_BYTES, "%s%d", entry->prefix ? entry->prefix : "", number);
	entry->spell(number, out);
	return strlen(out);
}

/* The number that has the name; -1: none. */
static int number_spelt(const struct pseudo_node *dir, const struct name *name)
{
	char text[PSEUDO_NAME_BYTES];
	int number;

	for (number = dir->entry->next(dir, 0); number >= 0; number = dir->entry->next(dir, number + 1)) {
		if (number_name(dir->entry, number, text) == name->length &&
		    memcmp(text, name->text, name->length) == 0)
			break;
	}
	return number;
}

/* The number that a name is, without leading zeroes, behind the directory's prefix; -1: none. */
static int name_number(const struct pseudo_entry *entry, const struct name *name)
{
	size_t skip = entry->prefix ? strlen(entry->prefix) : 0;
	int number = 0;

	if (name->length <= skip || name->length > skip + NUMBER_MAX || memcmp(name->text, entry->prefix, skip) != 0 ||
	    (name->text[skip] == '0' && name->length > skip + 1))
		return -1;
	for (size_t i = skip; i < name->length; i++) {
		if (name->text[i] < '0' || name->text[i] > '9')
			return -1;
		number = number * 10 + (name->text[i] - '0');
	}
	return number;
}

/* The number of what there is by that name; -1: nothing. */
static int number_of_name(const struct pseudo_node *dir, const struct name *name)
{
	int number;

	if (!dir->entry->next)
		return -1;
	if (dir->entry->spell)
		return number_spelt(dir, name);
	number = name_number(dir->entry, name);
	return number >= 0 && dir->entry->next(dir, number) == number ? number : -1;
}

/* Below the directory of a process that is gone there is nothing. */
static bool is_gone(const struct pseudo_node *dir)
{
	struct process *process = dir->pid ? process_find(dir->pid) : NULL;
	bool gone = dir->pid && !process;

	process_put(process);
	return gone;
}

static int directory_lookup(struct inode *inode, const struct name *name, struct inode **out)
{
	const struct pseudo_node *dir = node_of(inode);
	const struct pseudo_entry *entry = dir->entry->children;
	struct pseudo_node *node;
	int number;

	if (is_gone(dir))
		return -ESRCH;
	for (; entry && entry->name; entry++) {
		if (strlen(entry->name) == name->length && memcmp(entry->name, name->text, name->length) == 0)
			break;
	}
	if (entry && entry->name) {
		node = node_new(inode->super, entry, dir->pid, dir->number);
	} else {
		number = number_of_name(dir, name);
		if (number < 0)
			return -ENOENT;
		node = numbered_new(dir, number);
	}
	if (!node)
		return -ENOMEM;
	*out = &node->inode;
	return 0;
}

static uint8_t directory_type(const struct pseudo_entry *entry)
{
	return (uint8_t)((entry->mode & S_IFMT) >> 12);
}

static bool fixed_add(const struct pseudo_node *dir, uint64_t *offset, uint64_t parent_ino, struct directory_sink *sink)
{
	const struct pseudo_entry *entry = dir->entry->children;
	uint64_t at = OFFSET_FIXED;

	if (*offset == 0 && !sink->add(sink, ".", 1, dir->inode.ino, S_IFDIR >> 12, ++*offset))
		return --*offset, false;
	if (*offset == 1 && !sink->add(sink, "..", 2, parent_ino, S_IFDIR >> 12, ++*offset))
		return --*offset, false;
	for (; entry && entry->name; entry++, at++) {
		if (at < *offset)
			continue;
		if (!sink->add(sink, entry->name, strlen(entry->name), number_of(entry, dir->pid, dir->number),
			       directory_type(entry), at + 1))
			return false;
		*offset = at + 1;
	}
	return true;
}

static void numbers_add(const struct pseudo_node *dir, uint64_t *offset, struct directory_sink *sink)
{
	const struct pseudo_entry *entry = dir->entry;
	int number = entry->next ? entry->next(dir, (int)(*offset - OFFSET_NUMBERS)) : -1;

	for (; number >= 0; number = entry->next(dir, number + 1)) {
		bool is_process = entry->numbered == pseudo_process_entry;
		uint64_t next = OFFSET_NUMBERS + (uint64_t)number + 1;
		char name[PSEUDO_NAME_BYTES];
		size_t length = number_name(entry, number, name);
		uint64_t ino = number_of(entry->numbered, is_process ? number : dir->pid, is_process ? 0 : number);

		if (!sink->add(sink, name, length, ino, directory_type(entry->numbered), next))
			return;
		*offset = next;
	}
}

static int directory_read(struct inode *inode, uint64_t *offset, uint64_t parent_ino, struct directory_sink *sink)
{
	const struct pseudo_node *dir = node_of(inode);

	if (*offset < OFFSET_NUMBERS) {
		if (!fixed_add(dir, offset, parent_ino, sink))
			return 0;
		*offset = OFFSET_NUMBERS;
	}
	numbers_add(dir, offset, sink);
	return 0;
}

static long link_target(struct inode *inode, char *out, size_t size)
{
	const struct pseudo_node *node = node_of(inode);

	return node->entry->target(node, out, size);
}

static int link_follow(struct inode *inode, struct path *out)
{
	const struct pseudo_node *node = node_of(inode);

	return node->entry->follow(node, out);
}

/* Opening with O_TRUNC, as shells do before they write, changes nothing; what files are is not to be changed. */
static int file_setattr(struct inode *inode, const struct attributes *change)
{
	(void)inode;
	return change->valid & (ATTR_MODE | ATTR_OWNER | ATTR_GROUP) ? -EPERM : 0;
}

void pseudo_node_release(struct inode *inode)
{
	heap_free(node_of(inode));
}

static const struct inode_ops directory_ops = {
	.uncached = true,
	.lookup = directory_lookup,
	.readdir = directory_read,
	.release = pseudo_node_release,
};
static const struct inode_ops file_ops = {.setattr = file_setattr, .release = pseudo_node_release};
static const struct inode_ops link_ops = {.readlink = link_target, .release = pseudo_node_release};
static const struct inode_ops magic_link_ops = {
	.readlink = link_target,
	.follow = link_follow,
	.release = pseudo_node_release,
};

int pseudo_mount(struct super *super, const struct pseudo_entry *root, const char *path)
{
	struct pseudo_node *node = node_new(super, root, 0, 0);

	if (!node)
		return -ENOMEM;
	node->inode.ino = ROOT_INO;
	super->root = &node->inode;
	return mount_add(super, path);
}
