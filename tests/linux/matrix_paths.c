/* The path matrix: each path in a fresh tree. */
#include "matrix.h"

#include <stdio.h>

#define TIMES_4(text) text text text text
#define TIMES_16(text) TIMES_4(TIMES_4(text))
#define TIMES_64(text) TIMES_4(TIMES_16(text))
#define NAME_255 TIMES_64("nam") TIMES_16("nam") "123456789012345"

static const struct path_row {
	const char *name, *path;
} rows[] = {
	{"empty", ""},
	{"missing", "missing"},
	{"missing/", "missing/"},
	{"missing/x", "missing/x"},
	{"file", "file"},
	{"file/", "file/"},
	{"file/.", "file/."},
	{"file/x", "file/x"},
	{"dir", "dir"},
	{"dir/", "dir/"},
	{"dir/.", "dir/."},
	{"dir/..", "dir/.."},
	{"dir//inner", "dir//inner"},
	{"dir/../file", "dir/../file"},
	{"link", "link"},
	{"link/", "link/"},
	{"dirlink", "dirlink"},
	{"dirlink/", "dirlink/"},
	{"dirlink/inner", "dirlink/inner"},
	{"dangling", "dangling"},
	{"dangling/", "dangling/"},
	{"loop", "loop"},
	{"loop/x", "loop/x"},
	{"fifo/", "fifo/"},
	{".", "."},
	{"..", ".."},
	{"a name of 255 bytes", NAME_255},
	{"a name of 256 bytes", NAME_255 "x"},
	{"256 bytes and a component", NAME_255 "x/y"},
	{"4095 bytes, missing", TIMES_16(NAME_255 "/")},
	{"4096 bytes", TIMES_16(NAME_255 "/") "x"},
};

_Static_assert(sizeof NAME_255 == 256, "the longest name");
_Static_assert(sizeof TIMES_16(NAME_255 "/") == 4097, "just too long, its last slash is cut off");

void matrix_paths(const char *name, const char *text, long number, const long arguments[6])
{
	NOTE("%s(%s)", name, text);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char directory[32], path[5000];
		snprintf(directory, sizeof directory, "%s%zu", name, i);
		snprintf(path, sizeof path, "%s", rows[i].path);
		if (strncmp(rows[i].name, "4095", 4) == 0)
			path[4095] = '\0';
		if (mkdir(directory, 0755) != 0 || chdir(directory) != 0) {
			NOTE("  cannot prepare: %s", strerrorname_np(errno));
			return;
		}
		tree_make();
		long result = matrix_call(name, number, arguments, PATH, (long)path);
		NOTE("  %s: %s", rows[i].name, result_name(result));
		close_range(3, ~0u, 0);
		work_return();
	}
}
