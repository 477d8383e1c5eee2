/*
 * A file of tmpfs, and two address spaces that show it, for tests of mm/: both are in the memory of the test's process,
 * which takes turns in being their process. No header of the kernel here that clashes with libc's.
 */
#ifndef TESTS_KERNEL_MAPPED_FILE_H
#define TESTS_KERNEL_MAPPED_FILE_H

#include <stdbool.h>
#include <stdint.h>

/* After fake_space_begin: the file, struct file of the kernel, and a second space. */
void *mapped_file_begin(void);
/* Fails unless all of the file's pages are free again. */
void mapped_file_end(void);

/* The calling process has the space (0 or 1) from now on, as if it had just been kicked. */
void mapped_file_switch(unsigned space);
/* Whether the space has something to bring up to date. */
bool mapped_file_is_stale(unsigned space);

/* Calls on the file: 0 or -errno. */
int mapped_file_write(uint64_t offset, const void *bytes, uint64_t count);
int mapped_file_resize(uint64_t size);
int mapped_file_punch(uint64_t offset, uint64_t bytes);

#endif
