/* EROFS as it lies on disk: what reader and tests need of it. All numbers are little-endian. */
#ifndef FREESTANDING_EROFS_FORMAT_H
#define FREESTANDING_EROFS_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#define EROFS_SUPER_OFFSET 1024u
#define EROFS_SUPER_MAGIC 0xe0f5e1e2u
#define EROFS_BLOCK_BITS 12u
#define EROFS_SLOT_BYTES 32u /* inodes are numbered by these */

/* Features a reader must know. Padding concerns compressed data only, which is refused inode by inode. */
#define EROFS_INCOMPAT_ZERO_PADDING 0x1u
#define EROFS_INCOMPAT_CHUNKED_FILE 0x4u
#define EROFS_INCOMPAT_KNOWN (EROFS_INCOMPAT_ZERO_PADDING | EROFS_INCOMPAT_CHUNKED_FILE)

struct erofs_disk_super {
	uint32_t magic;
	uint32_t checksum;
	uint32_t feature_compat;
	uint8_t block_bits;
	uint8_t extra_slots;
	uint16_t root_nid;
	uint64_t inode_count;
	uint64_t build_time;
	uint32_t build_time_nsec;
	uint32_t blocks;
	uint32_t meta_block;
	uint32_t xattr_block;
	uint8_t uuid[16];
	uint8_t volume_name[16];
	uint32_t feature_incompat;
	uint8_t reserved[44];
};

/* The low bit of `format` tells extended from compact inodes; the layout of the data is in the three above. */
#define EROFS_FORMAT_EXTENDED 0x1u
#define EROFS_FORMAT_LAYOUT(format) ((format) >> 1 & 7)
#define EROFS_FORMAT_KNOWN 0xfu

#define EROFS_CHUNK_BITS_MASK 0x1fu /* chunk size is the block size shifted by these */
#define EROFS_CHUNK_INDEXES 0x20u   /* struct erofs_disk_chunk each; otherwise plain 32-bit block numbers */
#define EROFS_CHUNK_KNOWN (EROFS_CHUNK_BITS_MASK | EROFS_CHUNK_INDEXES)
#define EROFS_CHUNK_HOLE 0xffffffffu

struct erofs_disk_compact {
	uint16_t format;
	uint16_t xattr_count; /* of 4-byte words, the header of 12 bytes counting as one; 0: no attributes */
	uint16_t mode;
	uint16_t nlink;
	uint32_t size;
	uint32_t reserved;
	uint32_t u; /* first block of the data, device number, or chunk format */
	uint32_t ino;
	uint16_t uid;
	uint16_t gid;
	uint32_t reserved2;
};

struct erofs_disk_extended {
	uint16_t format;
	uint16_t xattr_count;
	uint16_t mode;
	uint16_t reserved;
	uint64_t size;
	uint32_t u;
	uint32_t ino;
	uint32_t uid;
	uint32_t gid;
	uint64_t mtime;
	uint32_t mtime_nsec;
	uint32_t nlink;
	uint8_t reserved2[16];
};

struct erofs_disk_chunk {
	uint16_t advise;
	uint16_t device;
	uint32_t block;
};

/* Directory blocks: records, then names. The first record's name offset tells how many there are. */
struct erofs_disk_dirent {
	uint64_t nid;
	uint16_t name_offset;
	uint8_t type;
	uint8_t reserved;
} __attribute__((packed));

/* Behind the inode: this header, shared_count 32-bit ids, then entries. */
struct erofs_disk_xattr_header {
	uint32_t reserved;
	uint8_t shared_count;
	uint8_t reserved2[7];
};

struct erofs_disk_xattr {
	uint8_t name_length;
	uint8_t prefix;
	uint16_t value_bytes;
	/* name, value, padding to 4 bytes */
};

_Static_assert(sizeof(struct erofs_disk_super) == 128, "size of the superblock");
_Static_assert(offsetof(struct erofs_disk_super, feature_incompat) == 80, "offset of the features");
_Static_assert(sizeof(struct erofs_disk_compact) == 32, "size of a compact inode");
_Static_assert(sizeof(struct erofs_disk_extended) == 64, "size of an extended inode");
_Static_assert(offsetof(struct erofs_disk_extended, mtime) == 32, "offset of the time");
_Static_assert(sizeof(struct erofs_disk_chunk) == 8, "size of a chunk index");
_Static_assert(sizeof(struct erofs_disk_dirent) == 12, "size of a directory record");
_Static_assert(sizeof(struct erofs_disk_xattr_header) == 12, "size of the attributes' header");
_Static_assert(sizeof(struct erofs_disk_xattr) == 4, "size of an attribute's header");

#endif
