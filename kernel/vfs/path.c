/* Places in the tree, as text and as a process's root and working directory. */
#include <linux/errno.h>

#include "kernel/lib/string.h"
#include "kernel/task/process.h"
#include "kernel/vfs/cache.h"

void path_put(struct path *path)
{
	dentry_put(path->dentry);
	path->dentry = NULL;
}

void path_replace(struct path *place, const struct path *with)
{
	struct process *process = process_current();
	struct path old;

	dentry_get(with->dentry);
	tree_lock();
	lock_acquire(&process->lock);
	old = *place;
	*place = *with;
	lock_release(&process->lock);
	path_put(&old);
	tree_unlock();
}

bool dentry_is_below(const struct dentry *below, const struct dentry *above)
{
	for (;;) {
		if (below == above)
			return true;
		if (below->covers)
			below = below->covers;
		else if (below->parent != below)
			below = below->parent;
		else
			return false;
	}
}

/* Text that grows towards the front of a buffer. */
struct backwards {
	char *start;
	char *at;
};

static bool prepend(struct backwards *text, const char *bytes, size_t length)
{
	if ((size_t)(text->at - text->start) < length)
		return false;
	text->at -= length;
	memcpy(text->at, bytes, length);
	return true;
}

/* An object without a place: the root of a tree of its own that has a name. */
static bool is_anonymous(const struct dentry *dentry)
{
	return dentry->parent == dentry && dentry->length > 0;
}

/* 0, -ENAMETOOLONG, or -ENOENT if root was not met on the way up; then the text is what there is. */
static int prepend_names(struct backwards *text, const struct dentry *dentry, const struct dentry *root)
{
	const char *end = text->at;
	int result = 0;

	while (dentry != root) {
		if (dentry->covers) {
			dentry = dentry->covers;
		} else if (dentry->parent == dentry) {
			result = -ENOENT;
			break;
		} else {
			if (!prepend(text, dentry->name, dentry->length) || !prepend(text, "/", 1))
				return -ENAMETOOLONG;
			dentry = dentry->parent;
		}
	}
	return text->at == end && !prepend(text, "/", 1) ? -ENAMETOOLONG : result;
}

long path_text(const struct path *path, const struct path *root, char *buffer, size_t size, char **out)
{
	struct backwards text = {.start = buffer, .at = buffer + size};
	const struct dentry *dentry = path->dentry;
	int result = -ENAMETOOLONG;

	*out = buffer + size;
	if (!prepend(&text, "", 1))
		return result;
	tree_lock();
	if (!is_anonymous(dentry))
		result = prepend_names(&text, dentry, root->dentry);
	else if (prepend(&text, dentry->name, dentry->length))
		result = 0;
	if (result == 0 && dentry_is_unlinked(dentry))
		result = -ENOENT;
	tree_unlock();
	*out = text.at;
	return result ? result : buffer + size - text.at;
}
