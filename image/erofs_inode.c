/* Inodes of an EROFS with their extended attributes: see erofs_inode.h. */
#include "image/erofs_inode.h"

#include <string.h>
#include <sys/stat.h>

#include "image/erofs_write.h"

#define XATTR_VALUE_MAX 65535u
#define XATTR_COUNT_MAX 65535u

struct prefix {
	const char *text;
	uint8_t number;
};

/* Those with a whole name first. */
static const struct prefix prefixes[] = {
	{"system.posix_acl_access", 2},
	{"system.posix_acl_default", 3},
	{"user.", 1},
	{"trusted.", 4},
	{"security.", 6},
};

static const struct prefix *prefix_find(const char *name)
{
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		size_t length = strlen(prefixes[i].text);
		bool is_whole = prefixes[i].text[length - 1] != '.';

		if (strncmp(name, prefixes[i].text, length) == 0 && (name[length] == '\0') == is_whole)
			return &prefixes[i];
	}
	return NULL;
}

bool erofs_xattr_is_known(const char *name)
{
	return prefix_find(name) != NULL;
}

static uint64_t entry_bytes(const struct root_xattr *xattr)
{
	uint64_t bytes = sizeof(struct erofs_disk_xattr) + strlen(xattr->name) -
			 strlen(prefix_find(xattr->name)->text) + xattr->value_bytes;

	return (bytes + 3) / 4 * 4;
}

uint64_t erofs_xattrs_bytes(const struct root_xattr *list)
{
	uint64_t bytes = list ? sizeof(struct erofs_disk_xattr_header) : 0;

	for (; list; list = list->next)
		bytes += entry_bytes(list);
	return bytes;
}

static uint64_t xattr_count(const struct root_xattr *list)
{
	return list ? (erofs_xattrs_bytes(list) - sizeof(struct erofs_disk_xattr_header)) / 4 + 1 : 0;
}

int erofs_xattrs_check(const struct root_xattr *list, struct error *error)
{
	for (const struct root_xattr *xattr = list; xattr; xattr = xattr->next) {
		if (xattr->value_bytes > XATTR_VALUE_MAX || strlen(xattr->name) > UINT8_MAX)
			return error_set(error, "%s: an extended attribute that is too long", xattr->name);
	}
	return xattr_count(list) > XATTR_COUNT_MAX ? error_set(error, "a file with too many extended attributes") : 0;
}

int erofs_xattrs_write(const struct root_xattr *list, struct stream *stream, struct error *error)
{
	const struct erofs_disk_xattr_header header = {0};

	if (list && stream_add(stream, &header, sizeof(header), error) < 0)
		return -1;
	for (; list; list = list->next) {
		const struct prefix *prefix = prefix_find(list->name);
		const char *name = list->name + strlen(prefix->text);
		struct erofs_disk_xattr disk = {
			.name_length = (uint8_t)strlen(name),
			.prefix = prefix->number,
			.value_bytes = (uint16_t)list->value_bytes,
		};

		if (stream_add(stream, &disk, sizeof(disk), error) < 0 ||
		    stream_add(stream, name, disk.name_length, error) < 0 ||
		    stream_add(stream, list->value, list->value_bytes, error) < 0 || stream_pad(stream, 4, error) < 0)
			return -1;
	}
	return 0;
}

/* As Linux encodes device numbers in 32 bits. */
static uint32_t device_encode(const struct root_attributes *attributes)
{
	return (attributes->rdev_minor & 0xff) | attributes->rdev_major << 8 | (attributes->rdev_minor & ~0xffu) << 12;
}

static uint32_t union_of(const struct root_inode *inode)
{
	if (S_ISCHR(inode->attributes.mode) || S_ISBLK(inode->attributes.mode))
		return device_encode(&inode->attributes);
	return inode->layout == EROFS_LAYOUT_CHUNKS ? inode->chunk_bits : inode->first_block;
}

int erofs_inode_write(const struct root_inode *inode, uint32_t ino, struct stream *stream, struct error *error)
{
	const struct root_attributes *attributes = &inode->attributes;
	struct erofs_disk_extended disk = {
		.format = (uint16_t)(EROFS_FORMAT_EXTENDED | inode->layout << 1),
		.xattr_count = (uint16_t)xattr_count(attributes->xattrs),
		.mode = (uint16_t)attributes->mode,
		.size = inode->size,
		.u = union_of(inode),
		.ino = ino,
		.uid = attributes->uid,
		.gid = attributes->gid,
		.mtime = (uint64_t)attributes->mtime,
		.mtime_nsec = attributes->mtime_nsec,
		.nlink = inode->links,
	};

	return stream_add(stream, &disk, sizeof(disk), error);
}
