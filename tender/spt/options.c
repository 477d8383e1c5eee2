/* The options that only solo5-spt has. */
#include "tender/options.h"

static int parse_exec_heap(struct options *options, struct mft *mft, const char *value, struct error *error)
{
	(void)mft;
	(void)value;
	(void)error;
	options->exec_heap = true;
	return 0;
}

const struct option target_options[] = {
	{"--x-exec-heap", "    --x-exec-heap (make heap and stack executable: removes a defence)", false,
	 parse_exec_heap},
};
const size_t target_option_count = sizeof(target_options) / sizeof(target_options[0]);
