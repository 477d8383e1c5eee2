/*
 * walk: looks at everything of the image in every way a program has, for images that are damaged. What it finds does
 * not matter; that it comes to an end does.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define DEPTH_MAX 12
#define ENTRIES_MAX 4000
#define READ_MAX (256u << 10)

static unsigned long entries;

static void attributes_look(const char *path)
{
	char names[4096], value[4096];
	ssize_t bytes = llistxattr(path, names, sizeof(names));

	for (ssize_t at = 0; at < bytes; at += (ssize_t)strlen(names + at) + 1)
		lgetxattr(path, names + at, value, sizeof(value));
	lgetxattr(path, "user.test", value, sizeof(value));
}

static void file_look(const char *path)
{
	static char buffer[READ_MAX];
	int fd = open(path, O_RDONLY | O_NONBLOCK);
	off_t end = lseek(fd, 0, SEEK_END);

	if (fd < 0)
		return;
	for (off_t at = 0; at < end && at < (off_t)sizeof(buffer); at += 5000)
		if (pread(fd, buffer, sizeof(buffer), at) < 0)
			break;
	if (pread(fd, buffer, sizeof(buffer), end - 1) < 0 || pread(fd, buffer, 1, INT64_MAX / 2) < 0)
		entries++;
	/* Mapped, and dropped without a look: a page behind the file's end ends the program. */
	if (end > 0 && end < (off_t)READ_MAX) {
		void *place = mmap(NULL, (size_t)end, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);

		if (place != MAP_FAILED)
			munmap(place, (size_t)end);
	}
	close(fd);
}

static void directory_look(const char *path, unsigned depth);

static void entry_look(const char *path, unsigned depth)
{
	char target[4096];
	struct stat status;

	attributes_look(path);
	if (readlink(path, target, sizeof(target)) > 0 && stat(path, &status) == 0)
		entries++;
	if (lstat(path, &status) < 0)
		return;
	if (S_ISDIR(status.st_mode) && depth < DEPTH_MAX)
		directory_look(path, depth + 1);
	else if (S_ISREG(status.st_mode))
		file_look(path);
}

static void directory_look(const char *path, unsigned depth)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	char below[8192];

	while (directory && entries < ENTRIES_MAX && (entry = readdir(directory))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		entries++;
		if ((size_t)snprintf(below, sizeof(below), "%s/%s", path, entry->d_name) < sizeof(below))
			entry_look(below, depth);
	}
	if (directory)
		closedir(directory);
}

/* Changes make copies of what lies in the image, and whiteouts. */
static void changes_make(void)
{
	int fd = open("/etc/file", O_WRONLY | O_APPEND);

	if (fd >= 0 && write(fd, "x", 1) == 1)
		fsync(fd);
	close(fd);
	rename("/etc/file", "/etc/renamed");
	unlink("/etc/link");
	chmod("/etc", 0700);
	link("/etc/renamed", "/etc/again");
}

int main(void)
{
	static const char *const places[] = {"/etc", "/many", "/walk", "/deep", "/odd"};

	directory_look("/etc", 0);
	changes_make();
	for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		entry_look(places[i], 0);
	printf("looked at %lu\n", entries);
	return 0;
}
