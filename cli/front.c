/* The processes in front of guests: see front.h. What a process shows of itself is what its starter chose. */
#define _GNU_SOURCE 1
#include "cli/front.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FRONT_NAME "tend-linux\n"
#define COMMAND_LINE_MAX 65536

/* Reads a small file of /proc/PID; how many bytes, or -1. */
static ssize_t file_read(pid_t pid, const char *file, char *text, size_t size)
{
	char path[64];
	ssize_t got = 0;
	size_t done = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	while (done < size && (got = read(fd, text + done, size - done)) > 0)
		done += (size_t)got;
	close(fd);
	return got < 0 ? -1 : (ssize_t)done;
}

static void command_copy(struct front *front, const char *words, const char *end)
{
	size_t length = 0;

	for (const char *word = words; word < end; word += strlen(word) + 1) {
		int added = snprintf(front->command + length, sizeof(front->command) - length, "%s%s",
				     length ? " " : "", word);

		length += (size_t)added;
		if (length >= sizeof(front->command))
			break;
	}
	/* Nothing that changes a terminal. */
	for (char *c = front->command; *c; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	}
}

static void words_read(struct front *front, const char *words, const char *end)
{
	for (const char *word = words; word < end; word += strlen(word) + 1) {
		if (strncmp(word, "--name=", 7) == 0)
			snprintf(front->name, sizeof(front->name), "%s", word + 7);
		else if (strncmp(word, "--image=", 8) == 0)
			snprintf(front->image, sizeof(front->image), "%s", word + 8);
		if (strcmp(word, "--") == 0) {
			command_copy(front, word + 3, end);
			return;
		}
	}
}

int front_read(pid_t pid, struct front *front)
{
	static char line[COMMAND_LINE_MAX + 1];
	char name[32];
	ssize_t got = file_read(pid, "comm", name, sizeof(name));

	*front = (struct front){.pid = pid};
	if (got != (ssize_t)strlen(FRONT_NAME) || memcmp(name, FRONT_NAME, strlen(FRONT_NAME)) != 0)
		return -1;
	got = file_read(pid, "cmdline", line, COMMAND_LINE_MAX);
	if (got <= 0)
		return -1;
	line[got] = '\0';
	words_read(front, line, line + got);
	return 0;
}

static int is_process(const struct dirent *entry)
{
	return entry->d_name[0] >= '1' && entry->d_name[0] <= '9';
}

void front_each(void (*each)(const struct front *front, void *data), void *data)
{
	struct dirent **entries;
	int count = scandir("/proc", &entries, is_process, versionsort);

	for (int i = 0; i < count; i++) {
		struct front front;

		if (front_read((pid_t)strtol(entries[i]->d_name, NULL, 10), &front) == 0)
			each(&front, data);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}
