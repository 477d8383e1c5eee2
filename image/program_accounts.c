/* The host's system accounts: see program_accounts.h. */
#define _GNU_SOURCE 1

#include "image/program_accounts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "image/accounts.h"

/* Debian policy: numbers from here on are people's, but for nobody's. */
#define PEOPLE_FIRST 1000u
#define NOBODY 65534u
#define FILE_BYTES_MAX ((size_t)1 << 20)

static bool is_kept(const char *line, size_t length)
{
	const char *end = line + length, *field = line;
	uint32_t number;

	for (unsigned i = 0; i < 2; i++) {
		field = memchr(field, ':', (size_t)(end - field));
		if (!field)
			return false;
		field++;
	}
	for (length = 0; field + length < end && field[length] != ':'; length++)
		;
	return accounts_number(field, length, &number) && (number < PEOPLE_FIRST || number == NOBODY);
}

size_t program_accounts_keep(char *text, size_t size)
{
	size_t kept = 0, next;

	for (size_t at = 0; at < size; at = next) {
		const char *newline = memchr(text + at, '\n', size - at);
		size_t length = newline ? (size_t)(newline - text) - at : size - at;

		next = at + length + (newline != NULL);
		if (!is_kept(text + at, length))
			continue;
		memmove(text + kept, text + at, next - at);
		kept += next - at;
	}
	return kept;
}

static int file_add(struct scan *scan, const char *path, const char *text, size_t size, const struct stat *status,
		    struct error *error)
{
	const struct root_attributes attributes = {
		.mode = S_IFREG | 0644,
		.mtime = status->st_mtim.tv_sec,
		.mtime_nsec = (uint32_t)status->st_mtim.tv_nsec,
	};
	struct root_inode *inode = root_inode_make(scan->root, &attributes, error);

	if (!inode)
		return -1;
	inode->content.memory = arena_text(&scan->root->arena, text, size);
	inode->content.size = size;
	if (!inode->content.memory)
		return error_set(error, "out of memory");
	if (content_extend(&inode->content, &scan->root->arena, 0, size, 0, error) < 0)
		return -1;
	return root_put(scan->root, path, inode, error);
}

static int accounts_add(struct scan *scan, const char *path, struct error *error)
{
	int fd = openat(scan->fd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char *text = malloc(FILE_BYTES_MAX);
	struct stat status;
	ssize_t got = -1;
	int result = 0;

	if (fd >= 0 && text && fstat(fd, &status) == 0)
		got = read(fd, text, FILE_BYTES_MAX);
	if (!text)
		result = error_set(error, "out of memory");
	else if (got > 0)
		result = file_add(scan, path, text, program_accounts_keep(text, (size_t)got), &status, error);
	free(text);
	if (fd >= 0)
		close(fd);
	return result;
}

int program_accounts_add(struct scan *scan, struct error *error)
{
	if (accounts_add(scan, "etc/passwd", error) < 0)
		return -1;
	return accounts_add(scan, "etc/group", error);
}
