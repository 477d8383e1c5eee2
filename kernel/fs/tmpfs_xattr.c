/* Extended attributes: those in memory, and those of the image that nothing in memory replaces or hides. */
#include <linux/xattr.h>

#include "kernel/fs/overlay.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/string.h"

static bool name_is_served(const char *name)
{
	static const char *const prefixes[] = {XATTR_USER_PREFIX, XATTR_TRUSTED_PREFIX, XATTR_SECURITY_PREFIX};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
			return true;
	}
	return false;
}

/* The link where the attribute is, or where a new one goes. */
static struct tmpfs_attribute **attribute_find(struct tmpfs_node *node, const char *name, size_t length)
{
	struct tmpfs_attribute **link = &node->attributes;

	while (*link && (strlen((*link)->name) != length || memcmp((*link)->name, name, length) != 0))
		link = &(*link)->next;
	return link;
}

/* 0, -ENODATA, -EUCLEAN. */
static int lower_get(struct tmpfs_node *node, const char *name, const uint8_t **value, uint32_t *bytes)
{
	if (!node->origin)
		return -ENODATA;
	return erofs_xattr_get(&tmpfs_of(node)->lower, &node->origin->lower, name, strlen(name), value, bytes);
}

static int value_find(struct tmpfs_node *node, const char *name, const uint8_t **value, uint32_t *bytes)
{
	struct tmpfs_attribute *attribute = *attribute_find(node, name, strlen(name));

	if (!attribute)
		return lower_get(node, name, value, bytes);
	if (!attribute->value)
		return -ENODATA;
	*value = attribute->value;
	*bytes = attribute->value_bytes;
	return 0;
}

long tmpfs_getxattr(struct inode *inode, const char *name, void *value, size_t size)
{
	const uint8_t *found;
	uint32_t bytes = 0;
	int error;

	if (!name_is_served(name))
		return -EOPNOTSUPP;
	lock_acquire(&inode->lock);
	error = value_find(tmpfs_node(inode), name, &found, &bytes);
	if (!error && size && bytes > size)
		error = -ERANGE;
	if (!error && size)
		memcpy(value, found, bytes);
	lock_release(&inode->lock);
	return error ? error : (long)bytes;
}

/* An attribute in no list; value NULL: one that hides the image's. */
static struct tmpfs_attribute *attribute_new(const char *name, const void *value, size_t bytes)
{
	size_t length = strlen(name) + 1;
	struct tmpfs_attribute *attribute = heap_alloc_zero(sizeof(*attribute) + length);

	if (!attribute)
		return NULL;
	memcpy(attribute->name, name, length);
	if (value) {
		attribute->value = heap_alloc(bytes + !bytes);
		if (!attribute->value) {
			heap_free(attribute);
			return NULL;
		}
		memcpy(attribute->value, value, bytes);
		attribute->value_bytes = (uint32_t)bytes;
	}
	return attribute;
}

static void attribute_free(struct tmpfs_attribute *attribute)
{
	if (attribute)
		heap_free(attribute->value);
	heap_free(attribute);
}

/* Puts the attribute in the place of one of its name; that one, or NULL. */
static struct tmpfs_attribute *attribute_put(struct tmpfs_node *node, struct tmpfs_attribute *attribute)
{
	struct tmpfs_attribute **link = attribute_find(node, attribute->name, strlen(attribute->name)), *old = *link;

	attribute->next = old ? old->next : NULL;
	*link = attribute;
	tmpfs_touch(node, false);
	return old;
}

int tmpfs_setxattr(struct inode *inode, const char *name, const void *value, size_t size, int flags)
{
	struct tmpfs_node *node = tmpfs_node(inode);
	struct tmpfs_attribute *attribute;
	const uint8_t *found;
	uint32_t bytes;
	int error;

	if (!name_is_served(name))
		return -EOPNOTSUPP;
	attribute = attribute_new(name, size ? value : "", size);
	if (!attribute)
		return -ENOMEM;
	lock_acquire(&inode->lock);
	error = value_find(node, name, &found, &bytes);
	if (!error && (flags & XATTR_CREATE))
		error = -EEXIST;
	else if (error == -ENODATA && !(flags & XATTR_REPLACE))
		error = 0;
	if (!error)
		attribute = attribute_put(node, attribute);
	lock_release(&inode->lock);
	attribute_free(attribute);
	return error;
}

int tmpfs_removexattr(struct inode *inode, const char *name)
{
	struct tmpfs_node *node = tmpfs_node(inode);
	struct tmpfs_attribute *hide, *old = NULL, **link;
	const uint8_t *found;
	uint32_t bytes;
	int error;

	if (!name_is_served(name))
		return -EOPNOTSUPP;
	hide = attribute_new(name, NULL, 0);
	if (!hide)
		return -ENOMEM;
	lock_acquire(&inode->lock);
	error = value_find(node, name, &found, &bytes);
	if (!error && lower_get(node, name, &found, &bytes) != -ENODATA) {
		old = attribute_put(node, hide);
		hide = NULL;
	} else if (!error) {
		link = attribute_find(node, name, strlen(name));
		old = *link;
		bug_on(!old);
		*link = old->next;
		tmpfs_touch(node, false);
	}
	lock_release(&inode->lock);
	attribute_free(old);
	attribute_free(hide);
	return error;
}

struct list_out {
	char *out;
	size_t size; /* 0: only count */
	size_t used;
};

/* Appends parts of a name and, behind them, its NUL. */
static int list_add(struct list_out *list, const char *prefix, size_t prefix_length, const char *name, size_t length)
{
	size_t bytes = prefix_length + length + 1;

	if (list->size) {
		if (bytes > list->size - list->used)
			return -ERANGE;
		memcpy(list->out + list->used, prefix, prefix_length);
		memcpy(list->out + list->used + prefix_length, name, length);
		list->out[list->used + bytes - 1] = 0;
	}
	list->used += bytes;
	return 0;
}

/* Whether memory knows of an attribute of the image. */
static bool is_replaced(struct tmpfs_node *node, const struct erofs_xattr *lower)
{
	for (struct tmpfs_attribute *at = node->attributes; at; at = at->next) {
		if (strlen(at->name) == (size_t)lower->prefix_length + lower->name_length &&
		    !memcmp(at->name, lower->prefix, lower->prefix_length) &&
		    !memcmp(at->name + lower->prefix_length, lower->name, lower->name_length))
			return true;
	}
	return false;
}

static int lower_list(struct tmpfs_node *node, struct list_out *list)
{
	struct erofs_xattr_cursor cursor = {0};
	struct erofs_xattr lower;
	int found, error = 0;

	if (!node->origin)
		return 0;
	while (!error && (found = erofs_xattr_next(&tmpfs_of(node)->lower, &node->origin->lower, &cursor, &lower))) {
		if (found < 0)
			return found;
		if (name_is_served(lower.prefix) && !is_replaced(node, &lower))
			error = list_add(list, lower.prefix, lower.prefix_length, lower.name, lower.name_length);
	}
	return error;
}

long tmpfs_listxattr(struct inode *inode, char *out, size_t size)
{
	struct tmpfs_node *node = tmpfs_node(inode);
	struct list_out list = {.out = out, .size = size};
	int error;

	lock_acquire(&inode->lock);
	error = lower_list(node, &list);
	for (struct tmpfs_attribute *at = node->attributes; at && !error; at = at->next) {
		if (at->value)
			error = list_add(&list, "", 0, at->name, strlen(at->name));
	}
	lock_release(&inode->lock);
	return error ? error : (long)list.used;
}

void tmpfs_attributes_clear(struct tmpfs_node *node)
{
	struct tmpfs_attribute *next;

	for (struct tmpfs_attribute *at = node->attributes; at; at = next) {
		next = at->next;
		attribute_free(at);
	}
	node->attributes = NULL;
}
