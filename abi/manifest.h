/*
 * The Solo5 application manifest, version 1: which devices a unikernel declares.
 * It is part of the unikernel (an ELF note) and, filled in by the tender, of its boot information.
 */
#ifndef ABI_MANIFEST_H
#define ABI_MANIFEST_H

#include <stddef.h>
#include <stdint.h>

#define MFT_VERSION 1
#define MFT_NAME_SIZE 68   /* bytes, with the terminating NUL */
#define MFT_NAME_MAX 67    /* characters, each one of [A-Za-z0-9] */
#define MFT_MAX_ENTRIES 64 /* entry 0 is reserved, so at most 63 devices */

/* Device types; the names of these constants are the "type" of a manifest in JSON behind MFT_DEV_. */
#define MFT_DEV_BLOCK_BASIC 1u
#define MFT_DEV_NET_BASIC 2u
#define MFT_RESERVED_FIRST (1u << 30)

struct mft_block_basic {
	uint64_t capacity; /* bytes */
	uint16_t block_size;
};

struct mft_net_basic {
	uint8_t mac[6];
	uint16_t mtu; /* without the Ethernet header */
};

/* The index of an entry is the guest's handle of the device. */
struct mft_entry {
	char name[MFT_NAME_SIZE];
	uint32_t type;
	union {
		struct mft_block_basic block_basic;
		struct mft_net_basic net_basic;
	} u;
	union {
		int32_t hostfd;
		uint64_t data;
	} b;
	uint8_t attached;
	uint8_t pad[7];
};

/* The number of entries a `struct mft` is declared with; a generated manifest defines its own before including this. */
#ifndef MFT_ENTRIES
#define MFT_ENTRIES MFT_MAX_ENTRIES
#endif

struct mft {
	uint32_t version;
	uint32_t entries;
	struct mft_entry e[MFT_ENTRIES];
};

#define MFT_SIZE(entries) (offsetof(struct mft, e) + (size_t)(entries) * sizeof(struct mft_entry))

_Static_assert(sizeof(struct mft_entry) == 104, "size of a manifest entry");
_Static_assert(offsetof(struct mft_entry, type) == 68, "offset of type");
_Static_assert(offsetof(struct mft_entry, u) == 72, "offset of the device properties");
_Static_assert(offsetof(struct mft_entry, u.block_basic.block_size) == 80, "offset of block_size");
_Static_assert(offsetof(struct mft_entry, u.net_basic.mtu) == 78, "offset of mtu");
_Static_assert(offsetof(struct mft_entry, b) == 88, "offset of hostfd");
_Static_assert(offsetof(struct mft_entry, attached) == 96, "offset of attached");
_Static_assert(offsetof(struct mft, e) == 8, "offset of the entries");
_Static_assert(MFT_ENTRIES >= 1 && MFT_ENTRIES <= MFT_MAX_ENTRIES, "number of manifest entries");

#endif
