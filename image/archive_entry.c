/* Entries of archives: see archive_entry.h. */
#include "image/archive_entry.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "image/erofs_write.h"

/* Of a path that is too long. */
#define SHOWN 40
#define WHITEOUT ".wh."
/* In place of a file's name: the directory hides what former layers have in it. */
#define OPAQUE ".wh..wh..opq"
/* Other names that begin so are aufs's own bookkeeping. */
#define WHITEOUT_OWN ".wh..wh."

static int owners_set(const char *path, struct archive_entry *entry, struct root_attributes *attributes,
		      struct error *error)
{
	la_int64_t uid = archive_entry_uid(entry), gid = archive_entry_gid(entry);

	if (uid < 0 || uid >= UINT32_MAX || gid < 0 || gid >= UINT32_MAX)
		return error_set(error, "%s: its owner's number is none", path);
	attributes->uid = (uint32_t)uid;
	attributes->gid = (uint32_t)gid;
	return 0;
}

static int xattrs_set(struct archive_job *job, struct archive_entry *entry, struct root_attributes *attributes,
		      struct error *error)
{
	const char *name;
	const void *value;
	size_t size;

	archive_entry_xattr_reset(entry);
	while (archive_entry_xattr_next(entry, &name, &value, &size) == ARCHIVE_OK) {
		if (!name || !erofs_xattr_is_known(name))
			continue;
		if (size > UINT16_MAX)
			return error_set(error, "%s: %s: an extended attribute that is too long",
					 archive_entry_pathname(entry), name);
		if (root_xattr_add(job->root, &attributes->xattrs, name, value, (uint32_t)size, error) < 0)
			return -1;
	}
	return 0;
}

static int attributes_read(struct archive_job *job, const char *path, struct archive_entry *entry,
			   struct root_attributes *attributes, struct error *error)
{
	*attributes = (struct root_attributes){
		.mode = archive_entry_mode(entry),
		.mtime = archive_entry_mtime(entry),
		.mtime_nsec = (uint32_t)archive_entry_mtime_nsec(entry),
	};
	switch (attributes->mode & S_IFMT) {
	case S_IFCHR:
	case S_IFBLK:
		attributes->rdev_major = (uint32_t)archive_entry_rdevmajor(entry);
		attributes->rdev_minor = (uint32_t)archive_entry_rdevminor(entry);
		if (attributes->rdev_major > 0xfff || attributes->rdev_minor > 0xfffff)
			return error_set(error, "%s: its device's numbers are none", path);
		break;
	case S_IFREG:
	case S_IFDIR:
	case S_IFLNK:
	case S_IFIFO:
	case S_IFSOCK:
		break;
	default:
		return error_set(error, "%s: a file of an unknown kind", path);
	}
	if (attributes->mtime_nsec >= 1000000000u)
		attributes->mtime_nsec = 0;
	return owners_set(path, entry, attributes, error) < 0 ? -1 : xattrs_set(job, entry, attributes, error);
}

/* The file's bytes go into the spool. */
static int content_take(struct archive_job *job, const char *path, struct archive *archive, struct archive_entry *entry,
			struct content *content, struct error *error)
{
	la_int64_t size = archive_entry_size(entry), offset;
	const void *bytes;
	uint64_t end = 0;
	size_t count;
	int result;

	if (size < 0)
		return error_set(error, "%s: its size is none", path);
	content->size = (uint64_t)size;
	content->fd = job->spool->fd;
	while ((result = archive_read_data_block(archive, &bytes, &count, &offset)) == ARCHIVE_OK) {
		if (offset < 0 || (uint64_t)offset < end || count > content->size ||
		    (uint64_t)offset > content->size - count)
			return error_set(error, "%s: its parts contradict its size", path);
		if (spool_add(job->spool, &job->root->arena, content, (uint64_t)offset, bytes, count, error) < 0)
			return -1;
		end = (uint64_t)offset + count;
	}
	return result == ARCHIVE_EOF ? 0 : -1;
}

static int target_set(struct archive_job *job, const char *path, struct archive_entry *entry, struct root_inode *inode,
		      struct error *error)
{
	const char *target = archive_entry_symlink(entry);

	if (!target || !target[0] || strlen(target) >= PATH_MAX)
		return error_set(error, "%s: a symbolic link that is empty or too long", path);
	inode->target = arena_text(&job->root->arena, target, strlen(target));
	return inode->target ? 0 : error_set(error, "out of memory");
}

static int file_take(struct archive_job *job, const char *path, struct archive *archive, struct archive_entry *entry,
		     struct error *error)
{
	struct root_attributes attributes;
	struct root_inode *inode;
	int result = 0;

	if (attributes_read(job, path, entry, &attributes, error) < 0)
		return -1;
	inode = root_inode_make(job->root, &attributes, error);
	if (!inode)
		return -1;
	if (S_ISREG(attributes.mode))
		result = content_take(job, path, archive, entry, &inode->content, error);
	else if (S_ISLNK(attributes.mode))
		result = target_set(job, path, entry, inode, error);
	return result < 0 ? -1 : root_put(job->root, path, inode, error);
}

/* 1: a whiteout, which was done. */
static int whiteout_take(struct archive_job *job, const char *path, struct error *error)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	size_t front = (size_t)(name - path);
	char hidden[PATH_MAX];

	if (strncmp(name, WHITEOUT, strlen(WHITEOUT)) != 0)
		return 0;
	if (strlen(path) >= sizeof(hidden))
		return error_set(error, "%.*s...: %s", SHOWN, path, strerror(ENAMETOOLONG));
	memcpy(hidden, path, front);
	hidden[front] = '\0';
	if (strcmp(name, OPAQUE) == 0)
		return root_cover(job->root, hidden, error) < 0 ? -1 : 1;
	if (strncmp(name, WHITEOUT_OWN, strlen(WHITEOUT_OWN)) == 0)
		return 1;
	name += strlen(WHITEOUT);
	if (!name[0] || strcmp(name, ".") == 0)
		return error_set(error, "%s: a whiteout of nothing", path);
	memcpy(hidden + front, name, strlen(name) + 1);
	return root_whiteout(job->root, hidden, error) < 0 ? -1 : 1;
}

int archive_entry_take(struct archive_job *job, struct archive *archive, struct archive_entry *entry,
		       struct error *error)
{
	const char *path = archive_entry_pathname(entry), *link = archive_entry_hardlink(entry);
	int result = 0;

	if (!path)
		return error_set(error, "a file without a name");
	if (strlen(path) >= PATH_MAX)
		return error_set(error, "%.*s...: %s", SHOWN, path, strerror(ENAMETOOLONG));
	if (job->is_layer)
		result = whiteout_take(job, path, error);
	if (result != 0)
		return result < 0 ? -1 : 0;
	return link ? root_link(job->root, path, link, error) : file_take(job, path, archive, entry, error);
}
