/* --solo5:quiet silences the bindings and is not seen by the application. */
#include "test.h"

int solo5_app_main(const struct solo5_start_info *info)
{
	CHECK(text_equal(info->cmdline, "rest of it"));
	return success();
}
