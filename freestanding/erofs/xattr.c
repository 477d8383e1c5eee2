/* EROFS: extended attributes, those of the inode and those shared by many. See erofs.h. */
#include <linux/errno.h>

#include "freestanding/erofs/format.h"
#include "freestanding/erofs/load.h"

#define PREFIX(text)                                                                                                   \
	{                                                                                                              \
		text, sizeof(text) - 1                                                                                 \
	}

static const struct prefix {
	const char *text;
	uint32_t length;
} prefixes[] = {
	{0},
	PREFIX("user."),
	PREFIX("system.posix_acl_access"),
	PREFIX("system.posix_acl_default"),
	PREFIX("trusted."),
	{0}, /* Lustre's own */
	PREFIX("security."),
};

/* The entry at an offset, which must end before `end`; returns its bytes with the padding. */
static int entry_load(const struct erofs *fs, uint64_t offset, uint64_t end, struct erofs_xattr *xattr)
{
	struct erofs_disk_xattr disk;
	uint32_t bytes;

	if (offset > end || end - offset < sizeof(disk))
		return -EUCLEAN;
	EROFS_LOAD(fs, offset, &disk);
	bytes = (uint32_t)sizeof(disk) + disk.name_length + disk.value_bytes;
	if (end - offset < bytes)
		return -EUCLEAN;
	*xattr = (struct erofs_xattr){
		.name = (const char *)fs->image + offset + sizeof(disk),
		.name_length = disk.name_length,
		.value = fs->image + offset + sizeof(disk) + disk.name_length,
		.value_bytes = disk.value_bytes,
	};
	if (disk.prefix < sizeof(prefixes) / sizeof(prefixes[0])) {
		xattr->prefix = prefixes[disk.prefix].text;
		xattr->prefix_length = prefixes[disk.prefix].length;
	}
	return (int)((bytes + 3) & ~3u);
}

static int shared_load(const struct erofs *fs, const struct erofs_inode *inode, uint32_t index,
		       struct erofs_xattr *xattr)
{
	uint32_t id;

	EROFS_LOAD(fs, inode->xattrs + sizeof(struct erofs_disk_xattr_header) + index * sizeof(id), &id);
	return entry_load(fs, fs->xattr_offset + id * 4ull, fs->bytes, xattr);
}

static int own_load(const struct erofs *fs, const struct erofs_inode *inode, uint64_t first,
		    struct erofs_xattr_cursor *cursor, struct erofs_xattr *xattr)
{
	uint64_t end = inode->xattrs + inode->xattr_bytes;
	uint64_t offset = inode->xattrs + first + cursor->offset;
	int bytes;

	/* Entries are padded to 4 bytes, and so is the whole. */
	if (offset >= end)
		return 0;
	bytes = entry_load(fs, offset, end, xattr);
	if (bytes < 0)
		return bytes;
	cursor->offset += (uint32_t)bytes;
	return 1;
}

int erofs_xattr_next(const struct erofs *fs, const struct erofs_inode *inode, struct erofs_xattr_cursor *cursor,
		     struct erofs_xattr *xattr)
{
	struct erofs_disk_xattr_header header;
	uint64_t first;
	int result;

	if (!inode->xattr_bytes)
		return 0;
	EROFS_LOAD(fs, inode->xattrs, &header);
	first = sizeof(header) + 4ull * header.shared_count;
	if (first > inode->xattr_bytes)
		return -EUCLEAN;
	do {
		result = cursor->shared < header.shared_count ? shared_load(fs, inode, cursor->shared++, xattr)
							      : own_load(fs, inode, first, cursor, xattr);
	} while (result > 0 && !xattr->prefix);
	return result > 0 ? 1 : result;
}

static bool bytes_equal(const char *left, const char *right, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (left[i] != right[i])
			return false;
	}
	return true;
}

int erofs_xattr_get(const struct erofs *fs, const struct erofs_inode *inode, const char *name, size_t length,
		    const uint8_t **value, uint32_t *bytes)
{
	struct erofs_xattr_cursor cursor = {0};
	struct erofs_xattr xattr;
	int result;

	while ((result = erofs_xattr_next(fs, inode, &cursor, &xattr)) > 0) {
		if (length != (size_t)xattr.prefix_length + xattr.name_length ||
		    !bytes_equal(name, xattr.prefix, xattr.prefix_length) ||
		    !bytes_equal(name + xattr.prefix_length, xattr.name, xattr.name_length))
			continue;
		*value = xattr.value;
		*bytes = xattr.value_bytes;
		return 0;
	}
	return result < 0 ? result : -ENODATA;
}
