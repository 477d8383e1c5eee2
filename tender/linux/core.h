/*
 * Core dumps of guest processes (--core): the guest asks for a file and hands pieces of it over (abi/kernel.h). What is
 * in the file is the guest's; its name and how much it may write is not.
 */
#ifndef TENDER_LINUX_CORE_H
#define TENDER_LINUX_CORE_H

#include <stdint.h>

#include "abi/kernel.h"

struct core_store {
	int directory_fd; /* -1: no dumps are taken */
	int file_fd;      /* of the dump that is being written, or -1 */
	unsigned count;   /* dumps begun */
	uint64_t bytes_left;
	char name[32];
};

/* Opens the directory (NULL: none). Guests write blocks of at most so many bytes in all. Returns 0 or -errno. */
long core_store_open(struct core_store *store, const char *directory, uint64_t bytes_max);

/* One message of the guest's, whose arena the descriptor is: the answer, 0 or an errno (positive). */
uint32_t core_store_take(struct core_store *store, const struct kernel_control *message, int arena_fd,
			 uint64_t arena_bytes);

#endif
