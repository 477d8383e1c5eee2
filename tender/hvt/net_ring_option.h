/* An option of all hvt tenders. */
#ifndef TENDER_HVT_NET_RING_OPTION_H
#define TENDER_HVT_NET_RING_OPTION_H

#include "tender/option.h"

int parse_no_net_ring(struct options *options, struct mft *mft, const char *value, struct error *error);

#define NET_RING_OPTION                                                                                                \
	{                                                                                                              \
		"--no-net-ring", "    --no-net-ring (network by hypercalls only; leaves 2 MiB of --mem to the guest)", \
			false, parse_no_net_ring                                                                       \
	}

#endif
