/* The store's names and locks: see store.h. */
#define _GNU_SOURCE 1

#include "image/store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEX 64u

static int directory_make(const char *path, struct error *error)
{
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return 0;
	return error_set(error, "%s: could not be created: %s", path, strerror(errno));
}

static int base_find(char *path, struct error *error)
{
	const char *base = getenv("XDG_CACHE_HOME"), *middle = "";

	if (!base || base[0] != '/') {
		base = getenv("HOME");
		middle = "/.cache";
	}
	if (!base || base[0] != '/')
		return error_set(error, "no place for images: set XDG_CACHE_HOME or HOME to a directory");
	/* Room for what is in it. */
	if (snprintf(path, PATH_MAX, "%s%s", base, middle) >= PATH_MAX - 512)
		return error_set(error, "%s: path too long", base);
	return 0;
}

int store_path(char *path, const char *name, struct error *error)
{
	static const char *const directories[] = {"", "/tend", "/tend/images", "/tend/names", "/tend/sources"};
	char directory[PATH_MAX];
	size_t length;

	if (base_find(path, error) < 0)
		return -1;
	length = strlen(path);
	snprintf(directory, sizeof(directory), "%s/tend/sources", path);
	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]) && access(directory, F_OK) < 0; i++) {
		memcpy(path + length, directories[i], strlen(directories[i]) + 1);
		if (directory_make(path, error) < 0)
			return -1;
	}
	snprintf(path + length, PATH_MAX - length, "/tend/%s", name);
	return 0;
}

int store_lock(const char *name, int operation, struct error *error)
{
	char path[PATH_MAX];
	int fd;

	if (store_path(path, name, error) < 0)
		return -1;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_set(error, "%s: could not be created: %s", path, strerror(errno));
	while (flock(fd, operation) < 0) {
		if (errno != EINTR) {
			error_set(error, "%s: could not be locked: %s", path, strerror(errno));
			close(fd);
			return -1;
		}
	}
	return fd;
}

bool store_name_is_good(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	static const char all[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:@-";
	size_t length = strlen(name);

	return length && length < 200 && strchr(letters, name[0]) && strspn(name, all) == length;
}

int store_link(const char *links, const char *name, const char *hex, struct error *error)
{
	char relative[512], target[128], path[PATH_MAX], temporary[PATH_MAX];

	snprintf(relative, sizeof(relative), "%s/%s", links, name);
	if (store_path(path, relative, error) < 0)
		return -1;
	snprintf(target, sizeof(target), "../images/%s" STORE_SUFFIX, hex);
	/* No name of an image has a comma. */
	snprintf(relative, sizeof(relative), "%s/%s,%ld", links, name, (long)getpid());
	if (store_path(temporary, relative, error) < 0)
		return -1;
	unlink(temporary);
	if (symlink(target, temporary) == 0 && rename(temporary, path) == 0)
		return 0;
	error_set(error, "%s: could not be created: %s", path, strerror(errno));
	unlink(temporary);
	return -1;
}

int store_resolve(const char *links, const char *name, char hex[HEX + 1])
{
	static const char front[] = "../images/";
	char relative[512], path[PATH_MAX], target[128];
	struct error error;
	ssize_t length;

	snprintf(relative, sizeof(relative), "%s/%s", links, name);
	if (store_path(path, relative, &error) < 0)
		return -1;
	length = readlink(path, target, sizeof(target) - 1);
	if (length != (ssize_t)(strlen(front) + HEX + strlen(STORE_SUFFIX)) ||
	    memcmp(target, front, strlen(front)) != 0)
		return -1;
	memcpy(hex, target + strlen(front), HEX);
	hex[HEX] = '\0';
	return strspn(hex, "0123456789abcdef") == HEX ? 0 : -1;
}
