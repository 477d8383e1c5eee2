/* Block devices: a regular file or a block device of the host. */
#ifndef TENDER_DEVICES_BLOCK_H
#define TENDER_DEVICES_BLOCK_H

#include "abi/manifest.h"
#include "tender/option.h"

#define BLOCK_OPTION_COUNT 2
extern const struct option block_options[BLOCK_OPTION_COUNT];

/*
 * Opens what the options say and fills in the entry: descriptor, capacity, block size.
 * Returns 0, or -1 with *error. The descriptor belongs to the guest from then on.
 */
int block_attach(struct mft_entry *entry, const struct device_options *device, struct error *error);

#endif
