/* The options that only solo5-hvt has. */
#include "tender/options.h"
#include "tender/hvt/net_ring_option.h"

const struct option target_options[] = {NET_RING_OPTION};
const size_t target_option_count = sizeof(target_options) / sizeof(target_options[0]);
