/* The options that only solo5-hvt-debug has. */
#include "tender/options.h"

#include "tender/hvt/net_ring_option.h"

static int parse_dumpcore(struct options *options, struct mft *mft, const char *value, struct error *error)
{
	(void)mft;
	if (!*value)
		return error_set(error, "Malformed argument to --dumpcore");
	options->dumpcore = value;
	return 0;
}

static int parse_gdb(struct options *options, struct mft *mft, const char *value, struct error *error)
{
	(void)mft;
	(void)value;
	(void)error;
	options->gdb = true;
	return 0;
}

static int parse_gdb_port(struct options *options, struct mft *mft, const char *value, struct error *error)
{
	uint64_t port;

	(void)mft;
	if (!option_number(value, UINT16_MAX, &port) || port == 0)
		return error_set(error, "Malformed argument to --gdb-port");
	options->gdb_port = (uint16_t)port;
	return 0;
}

const struct option target_options[] = {
	NET_RING_OPTION,
	{"--dumpcore=", "    --dumpcore=DIR (write a core file to DIR when the guest aborts)", true, parse_dumpcore},
	{"--gdb", "    --gdb (wait for a debugger before the guest starts)", false, parse_gdb},
	{"--gdb-port=", "  [ --gdb-port=PORT ] (of this machine, default 1234)", true, parse_gdb_port},
};
const size_t target_option_count = sizeof(target_options) / sizeof(target_options[0]);
