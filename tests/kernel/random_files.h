/*
 * The same random calls on files, made in the kernel under test and on this machine's Linux, must have the same
 * results.
 * Both sides work in their current directory.
 */
#ifndef TESTS_KERNEL_RANDOM_FILES_H
#define TESTS_KERNEL_RANDOM_FILES_H

#include <stdbool.h>

struct random_files_options {
	bool any_directory_size; /* of directories that come from an image */
};

/* One call in the kernel: arguments as longs. */
#define kernel_call(number, ...) fake_process_call((number), (const long[6]){__VA_ARGS__})
#define TEXT(text) ((long)(text))

/* Makes a directory under /dev/shm, which is Linux's tmpfs, and changes to it. */
void random_files_native_begin(void);
void random_files_native_end(void);
/* Files and directories to begin with, natively: what an image is made of. */
void random_files_populate(void);

void random_files_step(void);
/* A step in the kernel only, whatever its result. */
void random_files_step_alone(void);
/*
 * From now on each kernel call finds no memory at first, then for one allocation, and so on, until it succeeds or
 * fails for
 * another reason than memory.
 */
void random_files_set_short_of_memory(bool is_short);
/* Closes what the steps left open. */
void random_files_close(void);
/* Compares both trees: names, attributes, contents. */
void random_files_compare(const struct random_files_options *options);

#endif
