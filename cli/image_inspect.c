/* tend image inspect: see image_inspect.h. */
#include "cli/image_inspect.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "image/config.h"
#include "image/file.h"

static json_t *config_load(int fd, struct error *error)
{
	size_t bytes;
	char *text = image_config_text(fd, &bytes, error);
	json_t *config = NULL;

	if (text && bytes)
		config = json_loadb(text, bytes, 0, NULL);
	if (text && !config && bytes)
		error_set(error, "its configuration is no JSON");
	else if (text && !bytes)
		config = json_null();
	free(text);
	return config;
}

int image_inspect(int fd, const char *path)
{
	struct image_header header;
	struct error error = {0};
	struct image_files files;
	json_t *shown, *config;
	int failed;

	if (image_file_header(fd, path, &header, &error) < 0 || image_files_open(&files, fd, &error) < 0)
		return complain("%s", error.text);
	config = config_load(fd, &error);
	if (!config) {
		image_files_close(&files);
		return complain("%s: %s", path, error.text);
	}
	shown = json_pack("{s:s, s:I, s:I, s:I, s:I, s:o}", "path", path, "bytes", (json_int_t)header.file_bytes,
			  "file_system_bytes", (json_int_t)header.erofs_bytes, "files",
			  (json_int_t)files.fs.inode_count, "patched_files", (json_int_t)header.object_count,
			  "configuration", config);
	image_files_close(&files);
	if (!shown)
		return complain("%s: its name is not UTF-8", path);
	failed = json_dumpf(shown, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
	putchar('\n');
	json_decref(shown);
	return failed && !ferror(stdout) ? complain("out of memory") : output_end(0);
}
