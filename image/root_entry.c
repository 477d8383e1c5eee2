/* Ways through a root file system: see root_entry.h and root.h. */
#define _GNU_SOURCE 1

#include "image/root_entry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* As Linux has it. */
#define LINKS_MAX 40
/* A path of PATH_MAX bytes has no more parts. */
#define DEPTH_MAX 2048

/* The index of a name, or where it belongs. */
static uint32_t index_find(const struct root_dir *dir, const char *name, size_t length, bool *found)
{
	uint32_t low = 0, high = dir->count;

	*found = false;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const char *there = dir->entries[middle].name;
		int order = strncmp(name, there, length);

		if (order == 0 && there[length])
			order = -1;
		if (order == 0) {
			*found = true;
			return middle;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

struct root_entry *root_entry_find(const struct root_dir *dir, const char *name, size_t length)
{
	bool found;
	uint32_t index = index_find(dir, name, length, &found);

	return found ? &dir->entries[index] : NULL;
}

static int room_make(struct root *root, struct root_dir *dir, struct error *error)
{
	uint32_t capacity = dir->capacity ? dir->capacity * 2 : 4;
	struct root_entry *entries;

	if (dir->count < dir->capacity)
		return 0;
	entries = arena_take(&root->arena, capacity * sizeof(*entries));
	if (!entries)
		return error_set(error, "out of memory");
	if (dir->entries)
		memcpy(entries, dir->entries, dir->count * sizeof(*entries));
	dir->entries = entries;
	dir->capacity = capacity;
	return 0;
}

int root_entry_insert(struct root *root, const struct root_place *place, struct root_inode *inode, struct error *error)
{
	struct root_dir *dir = &place->dir->dir;
	struct root_entry *entry;
	bool found;
	uint32_t index;

	if (place->length > ROOT_NAME_MAX)
		return error_set(error, "%.*s...: a name longer than %u bytes", 40, place->name, ROOT_NAME_MAX);
	if (dir->depth >= DEPTH_MAX)
		return error_set(error, "directories more than %d deep", DEPTH_MAX);
	if (room_make(root, dir, error) < 0 || !dir->entries)
		return -1;
	index = index_find(dir, place->name, place->length, &found);
	entry = &dir->entries[index];
	memmove(entry + 1, entry, (dir->count - index) * sizeof(*entry));
	*entry = (struct root_entry){
		.name = arena_text(&root->arena, place->name, place->length), .inode = inode, .layer = root->layer};
	if (!entry->name) {
		memmove(entry, entry + 1, (dir->count - index) * sizeof(*entry));
		return error_set(error, "out of memory");
	}
	dir->count++;
	return 0;
}

void root_entry_remove(struct root_place *place)
{
	struct root_dir *dir = &place->dir->dir;

	memmove(place->entry, place->entry + 1,
		(size_t)(dir->entries + --dir->count - place->entry) * sizeof(*place->entry));
	place->entry = NULL;
}

/* The next name of a path, which then begins behind it. False: there is none. */
static bool name_take(const char **path, const char **name, size_t *length)
{
	*name = *path + strspn(*path, "/");
	*length = strcspn(*name, "/");
	*path = *name + *length + strspn(*name + *length, "/");
	return *length > 0;
}

static bool is_name(const char *name, size_t length, const char *text)
{
	return length == strlen(text) && memcmp(name, text, length) == 0;
}

/* A directory on the way that is missing. */
static struct root_inode *dir_make(struct root *root, struct root_inode *parent, const char *name, size_t length,
				   struct error *error)
{
	const struct root_attributes attributes = {.mode = S_IFDIR | 0755};
	struct root_place place = {.dir = parent, .name = name, .length = length};
	struct root_inode *inode = root_inode_make(root, &attributes, error);

	if (!inode || root_entry_insert(root, &place, inode, error) < 0)
		return NULL;
	inode->dir.parent = parent;
	inode->dir.depth = parent->dir.depth + 1;
	return inode;
}

/*
 * What a path leads to from a directory, symbolic links followed; NULL: nothing, after an error where the path was to
 * be made. `makes` is NULL for those who only look. ".." of the root is the root.
 */
static struct root_inode *follow(const struct root *root, struct root *makes, struct root_inode *dir, const char *path,
				 unsigned *links, struct error *error)
{
	struct root_inode *at = path[0] == '/' ? root->top : dir, *next;
	struct root_entry *entry;
	const char *name;
	size_t length;

	while (name_take(&path, &name, &length)) {
		if (!S_ISDIR(at->attributes.mode)) {
			error_set(error, "%.*s: something on the way to it is not a directory", (int)length, name);
			return NULL;
		}
		if (is_name(name, length, "."))
			continue;
		entry = root_entry_find(&at->dir, name, length);
		if (is_name(name, length, ".."))
			next = at->dir.parent;
		else if (entry)
			next = entry->inode;
		else
			next = makes ? dir_make(makes, at, name, length, error) : NULL;
		if (next && S_ISLNK(next->attributes.mode)) {
			if (++*links > LINKS_MAX) {
				error_set(error, "%.*s: %s", (int)length, name, strerror(ELOOP));
				return NULL;
			}
			next = follow(root, makes, at, next->target, links, error);
		}
		if (!next)
			return NULL;
		at = next;
	}
	return at;
}

struct root_inode *root_from(const struct root *root, struct root_inode *dir, const char *path)
{
	struct error error;
	unsigned links = 0;

	return follow(root, NULL, dir, path, &links, &error);
}

struct root_inode *root_find(const struct root *root, const char *path)
{
	return root_from(root, root->top, path);
}

/* ".." in a path is no way to name a file: nobody writes it who means well. */
static int path_check(const char *path, struct error *error)
{
	const char *rest = path, *name;
	size_t length;

	while (name_take(&rest, &name, &length)) {
		if (is_name(name, length, ".."))
			return error_set(error, "%s: a path that leads upwards", path);
	}
	return 0;
}

/* The directory that a path's last name is in, and the name; no name: the path is the root's. */
static const char *last_find(const char *path, size_t *parent_length, size_t *length)
{
	const char *last = NULL, *rest = path, *name;
	size_t name_length;

	*length = 0;
	while (name_take(&rest, &name, &name_length)) {
		if (is_name(name, name_length, "."))
			continue;
		last = name;
		*length = name_length;
	}
	*parent_length = last ? (size_t)(last - path) : 0;
	return last;
}

int root_place_find(struct root *root, const char *path, bool makes, struct root_place *place, struct error *error)
{
	size_t parent_length;
	struct error why = {0};
	unsigned links = 0;
	char *parent;

	*place = (struct root_place){0};
	if (path_check(path, error) < 0)
		return -1;
	place->name = last_find(path, &parent_length, &place->length);
	if (!place->name)
		return 0;
	parent = strndup(path, parent_length);
	if (!parent)
		return error_set(error, "out of memory");
	place->dir = follow(root, makes ? root : NULL, root->top, parent, &links, &why);
	free(parent);
	if (place->dir && S_ISDIR(place->dir->attributes.mode)) {
		place->entry = root_entry_find(&place->dir->dir, place->name, place->length);
		return 0;
	}
	if (!makes) {
		place->dir = NULL;
		return 0;
	}
	return error_set(error, "%s: %s", path,
			 place->dir || !why.text[0] ? "something on the way to it is not a directory" : why.text);
}
