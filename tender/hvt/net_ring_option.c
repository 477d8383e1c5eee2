/* --no-net-ring. */
#include "tender/hvt/net_ring_option.h"

int parse_no_net_ring(struct options *options, struct mft *mft, const char *value, struct error *error)
{
	(void)mft;
	(void)value;
	(void)error;
	options->no_net_ring = true;
	return 0;
}
