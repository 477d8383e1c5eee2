/* Guests as processes of the host: finding them, and what their host mappings are of. */
#ifndef CLI_DEBUG_PROCESS_H
#define CLI_DEBUG_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "tender/error.h"

/* A mapping of a file, as /proc/PID/maps has it. */
struct mapping {
	uint64_t start;
	uint64_t end;
	uint64_t offset;
	uint64_t inode;
	bool is_executable;
	char *path;
};

struct mappings {
	struct mapping *list; /* sorted by start */
	size_t count;
};

/*
 * The host process of the guest process that is meant: by the host pid of a process of a guest, or of the `tend run`
 * that started one; by the name that one gave it (--name), or by a guest's host name. The latter three mean the guest's
 * first process. Returns its pid, or -1 with *error.
 */
pid_t guest_process_find(const char *guest, struct error *error);

/*
 * The host processes that are meant, a comma between two: all of a guest of that name or host name, just the one of a
 * host pid, which need not be a guest's. Returns a string to be freed, or NULL with *error.
 */
char *guest_processes_find(const char *guest, struct error *error);

/* Mappings of files. Returns 0, or -1 with *error. */
int process_mappings_read(pid_t pid, struct mappings *mappings, struct error *error);
void process_mappings_free(struct mappings *mappings);

/*
 * Opens the file of a mapping for reading: by its name, or, if that is another file's by now, as the descriptor that
 * the process has of it. Returns a descriptor or -1.
 */
int process_mapping_open(pid_t pid, const struct mapping *mapping);

#endif
