/* The application manifest a unikernel carries: checked once, then filled in by the tender. */
#ifndef TENDER_MANIFEST_MANIFEST_H
#define TENDER_MANIFEST_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/manifest.h"

/*
 * True if the `size` bytes that were read to *mft from an executable are a valid manifest of version 1. What they
 * say of descriptors and device properties is cleared.
 */
bool manifest_check(struct mft *mft, size_t size);

/* The entry of that name (of `length` characters) and type, or NULL. */
struct mft_entry *manifest_find(struct mft *mft, const char *name, size_t length, uint32_t type);

/* "NET_BASIC", "BLOCK_BASIC"; "UNKNOWN" for types of the future. */
const char *manifest_type_name(uint32_t type);

/* True for an entry that must be attached before the guest may start. */
static inline bool manifest_is_device(const struct mft_entry *entry)
{
	return entry->type < MFT_RESERVED_FIRST;
}

#endif
