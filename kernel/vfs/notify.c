/* Who is to be told of what happens to files: see notify.h. */
#include "kernel/vfs/notify.h"

#include <linux/limits.h>

#include "kernel/fs/inotify.h"
#include "kernel/lib/string.h"
#include "kernel/vfs/namei.h"

/* The directory of a dentry, as it is now. */
struct place {
	struct inode *dir; /* with a reference; NULL: nobody watches it */
	struct name name;
	char text[NAME_MAX + 1];
};

/* A name in a directory that nobody watches any more need not be asked about again, unless it is one of several. */
static void place_get(struct place *place, struct dentry *dentry)
{
	struct dentry *parent;

	dentry_position_lock();
	parent = dentry->parent;
	place->dir = NULL;
	if (parent != dentry && parent->inode && notify_watched(parent->inode) & WATCHED_SELF) {
		place->dir = parent->inode;
		inode_get(place->dir);
		memcpy(place->text, dentry->name, dentry->length);
		place->name = (struct name){.text = place->text, .length = dentry->length};
	} else if (dentry->inode->nlink <= 1) {
		__atomic_fetch_and(&dentry->inode->watched, (uint8_t)~WATCHED_DIRECTORY, __ATOMIC_RELAXED);
	}
	dentry_position_unlock();
}

/*
 * What goes through terminals, pipes and the like is told of to those alone who watch the very thing: Linux since 6.16.
 */
static bool is_for_directory(const struct inode *inode, uint32_t event)
{
	return !(event & (IN_ACCESS | IN_MODIFY)) || INODE_IS(inode, S_IFREG) || INODE_IS(inode, S_IFDIR) ||
	       INODE_IS(inode, S_IFLNK);
}

static void tell(struct dentry *dentry, uint32_t event, bool nameless)
{
	struct inode *inode = dentry->inode;
	struct inotify_news news = {.event = event | notify_kind(inode), .nameless = nameless};

	if (notify_watched(inode) & WATCHED_DIRECTORY && is_for_directory(inode, event)) {
		struct place place;

		place_get(&place, dentry);
		if (place.dir) {
			news.name = &place.name;
			inotify_tell(place.dir, &news);
			inode_put(place.dir);
			news.name = NULL;
		}
	}
	if (notify_watched(inode) & WATCHED_SELF)
		inotify_tell(inode, &news);
}

void notify_file_watched(const struct file *file, uint32_t event)
{
	if (!(file->flags & O_PATH))
		tell(file->path.dentry, event, dentry_is_unlinked(file->path.dentry));
}

void notify_dentry_watched(struct dentry *dentry, uint32_t event)
{
	tell(dentry, event, false);
}

void notify_inode_watched(struct inode *inode, uint32_t event)
{
	struct inotify_news news = {.event = event | notify_kind(inode)};

	inotify_tell(inode, &news);
}

void notify_name_watched(struct inode *dir, const struct name *name, uint32_t event, uint32_t cookie)
{
	struct inotify_news news = {.event = event, .cookie = cookie, .name = name};

	inotify_tell(dir, &news);
}

void notify_unlinked_watched(struct inode *inode)
{
	struct inotify_news news = {.event = IN_DELETE_SELF, .last = true};

	inotify_tell(inode, &news);
}

void notify_moved(struct inode *inode, struct inode *from_dir, const struct name *from, struct inode *to_dir,
		  const struct name *to, struct inode *replaced)
{
	static uint32_t last_cookie;
	uint32_t cookie = __atomic_add_fetch(&last_cookie, 1, __ATOMIC_RELAXED);

	notify_name(from_dir, from, IN_MOVED_FROM | notify_kind(inode), cookie);
	notify_name(to_dir, to, IN_MOVED_TO | notify_kind(inode), cookie);
	if (replaced)
		notify_inode(replaced, IN_ATTRIB);
	notify_inode(inode, IN_MOVE_SELF);
}

void notify_children_mark(struct dentry *dir)
{
	/* Against place_get, which takes the mark away. */
	dentry_position_lock();
	list_for_each(at, &dir->children)
	{
		struct inode *inode = list_entry(at, struct dentry, sibling)->inode;

		if (inode)
			notify_place_mark(inode, dir->inode);
	}
	dentry_position_unlock();
}
