/* EROFS: the superblock and inodes. See erofs.h. */
#include <linux/errno.h>
#include <linux/stat.h>

#include "freestanding/erofs/format.h"
#include "freestanding/erofs/load.h"

/* A symbolic link of Linux is shorter than a path may be. */
#define SYMLINK_BYTES_MAX 4095u
#define NSEC_PER_SEC 1000000000u

_Static_assert(EROFS_BLOCK_BYTES == 1u << EROFS_BLOCK_BITS, "block size");

static int super_check(const struct erofs_disk_super *super, uint64_t bytes)
{
	if (super->magic != EROFS_SUPER_MAGIC)
		return -EINVAL;
	if (super->block_bits != EROFS_BLOCK_BITS || (super->feature_incompat & ~EROFS_INCOMPAT_KNOWN))
		return -EOPNOTSUPP;
	if (!super->blocks || super->blocks > bytes >> EROFS_BLOCK_BITS || super->meta_block >= super->blocks ||
	    super->xattr_block >= super->blocks || super->build_time_nsec >= NSEC_PER_SEC)
		return -EUCLEAN;
	return 0;
}

int erofs_open(struct erofs *fs, const void *image, uint64_t bytes)
{
	struct erofs_disk_super super;
	int error;

	if (bytes < EROFS_SUPER_OFFSET + sizeof(super))
		return -EINVAL;
	fs->image = image;
	EROFS_LOAD(fs, EROFS_SUPER_OFFSET, &super);
	error = super_check(&super, bytes);
	if (error)
		return error;
	fs->bytes = (uint64_t)super.blocks << EROFS_BLOCK_BITS;
	fs->meta_offset = (uint64_t)super.meta_block << EROFS_BLOCK_BITS;
	fs->xattr_offset = (uint64_t)super.xattr_block << EROFS_BLOCK_BITS;
	fs->root_nid = super.root_nid;
	fs->inode_count = super.inode_count;
	fs->build_time = (int64_t)super.build_time;
	fs->build_time_nsec = super.build_time_nsec;
	__builtin_memcpy(fs->uuid, super.uuid, sizeof(fs->uuid));
	return 0;
}

/* Both kinds of inodes in the larger form; returns the bytes it has on disk, 0 if it is not inside the image. */
static uint32_t disk_inode_load(const struct erofs *fs, uint64_t offset, struct erofs_disk_extended *disk)
{
	struct erofs_disk_compact compact;

	if (!erofs_inside(fs, offset, sizeof(compact)))
		return 0;
	EROFS_LOAD(fs, offset, &compact);
	if (compact.format & EROFS_FORMAT_EXTENDED) {
		if (!erofs_inside(fs, offset, sizeof(*disk)))
			return 0;
		EROFS_LOAD(fs, offset, disk);
		return sizeof(*disk);
	}
	*disk = (struct erofs_disk_extended){
		.format = compact.format,
		.xattr_count = compact.xattr_count,
		.mode = compact.mode,
		.size = compact.size,
		.u = compact.u,
		.uid = compact.uid,
		.gid = compact.gid,
		.mtime = (uint64_t)fs->build_time,
		.mtime_nsec = fs->build_time_nsec,
		.nlink = compact.nlink,
	};
	return sizeof(compact);
}

static int plain_set(const struct erofs *fs, uint32_t first_block, struct erofs_inode *inode)
{
	inode->data = (uint64_t)first_block << EROFS_BLOCK_BITS;
	/* Empty files have any number there. */
	return !inode->size || erofs_inside(fs, inode->data, inode->size) ? 0 : -EUCLEAN;
}

static int inline_set(const struct erofs *fs, uint32_t first_block, uint64_t end, struct erofs_inode *inode)
{
	uint64_t tail_bytes = inode->size % EROFS_BLOCK_BYTES;
	uint64_t block_bytes = inode->size - tail_bytes;

	inode->data = (uint64_t)first_block << EROFS_BLOCK_BITS;
	inode->tail = end;
	if (block_bytes && !erofs_inside(fs, inode->data, block_bytes))
		return -EUCLEAN;
	return erofs_inside(fs, end, tail_bytes) ? 0 : -EUCLEAN;
}

static int chunks_set(const struct erofs *fs, uint32_t format, uint64_t end, struct erofs_inode *inode)
{
	uint64_t unit = format & EROFS_CHUNK_INDEXES ? sizeof(struct erofs_disk_chunk) : sizeof(uint32_t);
	uint64_t count;

	format &= 0xffff;
	if (format & ~EROFS_CHUNK_KNOWN)
		return -EOPNOTSUPP;
	inode->chunk_indexes = format & EROFS_CHUNK_INDEXES;
	inode->chunk_bits = (uint8_t)(EROFS_BLOCK_BITS + (format & EROFS_CHUNK_BITS_MASK));
	inode->data = (end + unit - 1) & ~(unit - 1);
	count = inode->size ? ((inode->size - 1) >> inode->chunk_bits) + 1 : 0;
	return count <= fs->bytes / unit && erofs_inside(fs, inode->data, count * unit) ? 0 : -EUCLEAN;
}

static int layout_set(const struct erofs *fs, const struct erofs_disk_extended *disk, uint64_t end,
		      struct erofs_inode *inode)
{
	inode->layout = EROFS_FORMAT_LAYOUT(disk->format);
	switch (inode->layout) {
	case EROFS_LAYOUT_PLAIN:
		return plain_set(fs, disk->u, inode);
	case EROFS_LAYOUT_INLINE:
		return inline_set(fs, disk->u, end, inode);
	case EROFS_LAYOUT_CHUNKS:
		return chunks_set(fs, disk->u, end, inode);
	default:
		return -EOPNOTSUPP;
	}
}

/* What the kind of the inode demands; what has no data says so. */
static int kind_set(const struct erofs *fs, const struct erofs_disk_extended *disk, uint64_t end,
		    struct erofs_inode *inode)
{
	switch (disk->mode & S_IFMT) {
	case S_IFLNK:
		if (!inode->size || inode->size > SYMLINK_BYTES_MAX)
			return -EUCLEAN;
		/* fall through */
	case S_IFREG:
	case S_IFDIR:
		return inode->size > INT64_MAX ? -EUCLEAN : layout_set(fs, disk, end, inode);
	case S_IFCHR:
	case S_IFBLK:
		inode->rdev = disk->u;
		/* fall through */
	case S_IFIFO:
	case S_IFSOCK:
		inode->size = 0;
		return 0;
	default:
		return -EUCLEAN;
	}
}

int erofs_inode(const struct erofs *fs, uint64_t nid, struct erofs_inode *inode)
{
	struct erofs_disk_extended disk;
	uint64_t offset, xattr_bytes = 0;
	uint32_t inode_bytes;

	if (nid >= fs->bytes / EROFS_SLOT_BYTES)
		return -EUCLEAN;
	offset = fs->meta_offset + nid * EROFS_SLOT_BYTES;
	inode_bytes = disk_inode_load(fs, offset, &disk);
	if (!inode_bytes || (disk.format & ~EROFS_FORMAT_KNOWN) || disk.mtime_nsec >= NSEC_PER_SEC)
		return -EUCLEAN;
	if (disk.xattr_count)
		xattr_bytes = sizeof(struct erofs_disk_xattr_header) + 4 * (disk.xattr_count - 1ull);
	if (!erofs_inside(fs, offset + inode_bytes, xattr_bytes))
		return -EUCLEAN;
	*inode = (struct erofs_inode){
		.nid = nid,
		.size = disk.size,
		.mtime = (int64_t)disk.mtime,
		.mtime_nsec = disk.mtime_nsec,
		.mode = disk.mode,
		.uid = disk.uid,
		.gid = disk.gid,
		.nlink = disk.nlink,
		.xattrs = offset + inode_bytes,
		.xattr_bytes = (uint32_t)xattr_bytes,
	};
	return kind_set(fs, &disk, offset + inode_bytes + xattr_bytes, inode);
}
