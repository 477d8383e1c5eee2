/* Network devices: a tap interface, or a descriptor that whoever starts the tender passes in. */
#ifndef TENDER_DEVICES_NET_H
#define TENDER_DEVICES_NET_H

#include "abi/manifest.h"
#include "tender/option.h"

#define NET_OPTION_COUNT 2
extern const struct option net_options[NET_OPTION_COUNT];

/*
 * Attaches what the options say to the entry: descriptor (non-blocking, one frame per read or write), MTU and MAC.
 * Returns 0, or -1 with *error. The descriptor belongs to the guest from then on.
 */
int net_attach(struct mft_entry *entry, const struct device_options *device, struct error *error);

#endif
