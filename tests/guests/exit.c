/* Ends with the status that the command line names. */
#include "test.h"

int solo5_app_main(const struct solo5_start_info *info)
{
	return (int)number_parse(info->cmdline);
}
