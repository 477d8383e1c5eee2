/*
 * image_build of image.h for `tend` itself. Decoding instructions takes a library that is loaded at run time, which a
 * program without dynamic linking cannot do; and with it, every start would cost half a millisecond more. So where an
 * image has to be built, tend becomes tend-build: the same program, linked dynamically.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "cli/beside.h"
#include "cli/command.h"
#include "image/image.h"

int image_build(const char *root, const char *output, const struct image_options *options, struct image_report *report,
		struct error *error)
{
	char path[PATH_MAX];

	(void)root;
	(void)output;
	(void)options;
	(void)report;
	if (beside_path("tend-build", path, sizeof(path)) != 0)
		return error_set(error, "tend-build could not be found");
	execv(path, program_arguments);
	return error_set(error, "%s: %s; build or install it beside tend", path, strerror(errno));
}
