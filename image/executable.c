/* Telling kinds of files apart: see executable.h. */
#define _GNU_SOURCE 1

#include "image/executable.h"

#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool directory_is_layout(const char *path)
{
	char name[PATH_MAX];

	return (size_t)snprintf(name, sizeof(name), "%s/oci-layout", path) < sizeof(name) && access(name, F_OK) == 0;
}

bool file_is_program(const char *path)
{
	char magic[SELFMAG] = {0};
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	bool is_program;

	if (fd < 0)
		return false;
	is_program = read(fd, magic, sizeof(magic)) >= 2 && access(path, X_OK) == 0 &&
		     (memcmp(magic, ELFMAG, SELFMAG) == 0 || memcmp(magic, "#!", 2) == 0);
	close(fd);
	return is_program;
}
