/* A sum over a tree: see fingerprint.h. */
#define _GNU_SOURCE 1

#include "image/fingerprint.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Deeper than any path of PATH_MAX bytes; descriptors are open for each level. */
#define DEPTH_MAX 500

/* 128 bits of a product folded into 64: every bit of both depends on every one. The constants are odd and random. */
static uint64_t fold(uint64_t left, uint64_t right)
{
	unsigned __int128 product = (unsigned __int128)(left ^ 0x9e3779b97f4a7c15u) * (right ^ 0xd1b54a32d192ed03u);

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

void fingerprint_add(struct fingerprint *fingerprint, const void *bytes, uint64_t size)
{
	const uint8_t *next = bytes;
	uint64_t left = size;

	for (;;) {
		uint64_t word = 0;

		memcpy(&word, next, left < sizeof(word) ? left : sizeof(word));
		fingerprint->halves[0] = fold(fingerprint->halves[0] + word, fingerprint->halves[1] ^ size);
		fingerprint->halves[1] = fold(fingerprint->halves[1] ^ word, fingerprint->halves[0] + left);
		if (left <= sizeof(word))
			return;
		next += sizeof(word);
		left -= sizeof(word);
	}
}

void fingerprint_file(struct fingerprint *fingerprint, const struct stat *stat)
{
	const uint64_t words[] = {
		stat->st_dev,
		stat->st_ino,
		stat->st_mode,
		(uint64_t)stat->st_uid << 32 | stat->st_gid,
		(uint64_t)stat->st_size,
		stat->st_rdev,
		(uint64_t)stat->st_mtim.tv_sec,
		(uint64_t)stat->st_mtim.tv_nsec,
		(uint64_t)stat->st_ctim.tv_sec,
		(uint64_t)stat->st_ctim.tv_nsec,
	};

	fingerprint_add(fingerprint, words, sizeof(words));
}

static int directory_add(int fd, const struct fingerprint *place, unsigned depth, struct fingerprint *sum);

/* Adds an entry, whose fingerprint begins with its directory's: the sum does not depend on the order of entries. */
static int entry_add(int dir, const char *name, const struct fingerprint *place, unsigned depth,
		     struct fingerprint *sum)
{
	struct fingerprint entry = *place;
	struct stat stat;
	int fd;

	if (fstatat(dir, name, &stat, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -1;
	fingerprint_add(&entry, name, strlen(name));
	fingerprint_file(&entry, &stat);
	sum->halves[0] += entry.halves[0];
	sum->halves[1] += entry.halves[1];
	if (!S_ISDIR(stat.st_mode))
		return 0;
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -1 : directory_add(fd, &entry, depth + 1, sum);
}

/* Closes the descriptor. Returns 0, or -1 and errno. */
static int directory_add(int fd, const struct fingerprint *place, unsigned depth, struct fingerprint *sum)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;
	int result = 0, number;

	if (!dir) {
		close(fd);
		return -1;
	}
	if (depth > DEPTH_MAX) {
		closedir(dir);
		errno = ENAMETOOLONG;
		return -1;
	}
	errno = 0;
	while (result == 0 && (entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			result = entry_add(fd, entry->d_name, place, depth, sum);
		if (result == 0)
			errno = 0;
	}
	number = errno;
	closedir(dir);
	errno = number;
	return result < 0 || number ? -1 : 0;
}

int fingerprint_tree(const char *root, struct fingerprint *fingerprint, struct error *error)
{
	int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct fingerprint place;
	struct stat stat;

	*fingerprint = (struct fingerprint){0};
	if (fd < 0 || fstat(fd, &stat) < 0)
		return error_set(error, "%s: %s", root, strerror(errno));
	fingerprint_file(fingerprint, &stat);
	place = *fingerprint;
	if (directory_add(fd, &place, 0, fingerprint) < 0)
		return error_set(error, "%s: could not be read through: %s", root, strerror(errno));
	return 0;
}
