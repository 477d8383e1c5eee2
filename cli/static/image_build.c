/*
 * What builds images, for `tend` itself. Decoding instructions takes a library that is loaded at run time, which a
 * program without dynamic linking cannot do; and with it, every start would cost half a millisecond more. So where an
 * image has to be built, tend becomes tend-build: the same program, linked dynamically, and with the same arguments.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "cli/beside.h"
#include "cli/command.h"
#include "image/image.h"
#include "image/store_build.h"

int image_builder_become(struct error *error)
{
	char path[PATH_MAX];

	if (beside_path("tend-build", path, sizeof(path)) != 0)
		return error_set(error, "tend-build could not be found");
	execv(path, program_arguments);
	return error_set(error, "%s: %s; build or install it beside tend", path, strerror(errno));
}

int image_build(const struct image_request *request, const char *output, struct image_report *report,
		struct error *error)
{
	(void)request;
	(void)output;
	(void)report;
	return image_builder_become(error);
}

int store_build(const struct image_request *request, const char *links, const char *name, struct image_report *report,
		char hex[65], struct error *error)
{
	(void)request;
	(void)links;
	(void)name;
	(void)report;
	(void)hex;
	return image_builder_become(error);
}

int store_import(const char *path, const char *name, char hex[65], struct error *error)
{
	(void)path;
	(void)name;
	(void)hex;
	return image_builder_become(error);
}
