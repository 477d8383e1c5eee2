/* /proc/PID/mounts and mountinfo: the mounts in the order they were made. */
#include <linux/errno.h>

#include "kernel/fs/proc.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/print.h"
#include "kernel/lib/string.h"
#include "kernel/vfs/device.h"
#include "kernel/vfs/namei.h"

#define MOUNT_ID_FIRST 20

/* White space in names is written in octal, so that fields can be told apart. */
static void escaped_add(struct text *text, const char *name)
{
	for (; *name; name++) {
		if (*name == ' ' || *name == '\t' || *name == '\n' || *name == '\\')
			text_print(text, "\\%03o", (unsigned)(unsigned char)*name);
		else
			text_add(text, name, 1);
	}
}

/* Where a mount lies, as seen by the calling process; NULL if it cannot see it. `buffer` has PATH_BYTES_MAX bytes. */
static const char *mount_point(const struct mount *mount, char *buffer)
{
	struct path place = {mount->root};
	char *text;

	return path_text(&place, &process_current()->root, buffer, PATH_BYTES_MAX, &text) < 0 ? NULL : text;
}

static void mount_show(const struct mount *mount, const char *point, struct text *text)
{
	const struct super *super = mount->super;

	escaped_add(text, super->source);
	text_add(text, " ", 1);
	escaped_add(text, point);
	text_print(text, " %s %s 0 0\n", super->type, super->options);
}

static int parent_number(const struct mount *mount)
{
	int number = MOUNT_ID_FIRST;
	const struct dentry *at = mount->root->covers;

	if (!at)
		return MOUNT_ID_FIRST;
	while (at->parent != at)
		at = at->parent;
	list_for_each(other, &mounts)
	{
		if (list_entry(other, struct mount, list)->root == at)
			return number;
		number++;
	}
	return MOUNT_ID_FIRST;
}

static void mountinfo_show(const struct mount *mount, const char *point, int number, struct text *text)
{
	const struct super *super = mount->super;

	text_print(text, "%d %d %u:%u / ", number, parent_number(mount), device_major(super->device),
		   device_minor(super->device));
	escaped_add(text, point);
	text_print(text, " %s - %s ", super->options, super->type);
	escaped_add(text, super->source);
	text_print(text, " %s\n", super->read_only ? "ro" : "rw");
}

/* Mounts are made at boot and stay: the list needs no lock. */
static int mounts_show(struct text *text, bool info)
{
	char *buffer = heap_alloc(PATH_BYTES_MAX);
	int number = MOUNT_ID_FIRST;

	if (!buffer)
		return -ENOMEM;
	list_for_each(at, &mounts)
	{
		const struct mount *mount = list_entry(at, struct mount, list);
		const char *point = mount_point(mount, buffer);

		if (point && info)
			mountinfo_show(mount, point, number, text);
		else if (point)
			mount_show(mount, point, text);
		number++;
	}
	heap_free(buffer);
	return 0;
}

int proc_show_mounts(const struct pseudo_node *node, struct text *text)
{
	(void)node;
	return mounts_show(text, false);
}

int proc_show_mountinfo(const struct pseudo_node *node, struct text *text)
{
	(void)node;
	return mounts_show(text, true);
}
