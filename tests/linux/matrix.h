/* One call with one argument taken from a row of awkward values: descriptors, paths, addresses. */
#ifndef TESTS_LINUX_MATRIX_H
#define TESTS_LINUX_MATRIX_H

#include "conform.h"

/* Stand for the argument that varies. */
#define FD 0x5fd5fd5fdl
#define PATH 0x5ba7b5ba7l
#define BAD 0x5bad5bad5l

/* A fresh descriptor of every kind, each call on each: what is not there, what is of the wrong kind. */
#define FOR_FDS(name, ...) matrix_fds(#name, #__VA_ARGS__, SYS_##name, ARGS(__VA_ARGS__))
/* A fresh tree for every path: "", missing, file, file/, dangling, loop, too long ... */
#define FOR_PATHS(name, ...) matrix_paths(#name, #__VA_ARGS__, SYS_##name, ARGS(__VA_ARGS__))
/* Every kind of bad address: see matrix_addresses.c. */
#define FOR_ADDRESSES(name, ...) matrix_addresses(#name, #__VA_ARGS__, SYS_##name, ARGS(__VA_ARGS__))

void matrix_fds(const char *name, const char *text, long number, const long arguments[6]);
void matrix_paths(const char *name, const char *text, long number, const long arguments[6]);
void matrix_addresses(const char *name, const char *text, long number, const long arguments[6]);

/* Calls with `marker` replaced by `value`; remembers the call as made. */
long matrix_call(const char *name, long number, const long arguments[6], long marker, long value);

/* file (10 bytes "0123456789"), dir, dir/inner, link, dirlink, dangling, loop, fifo in the working directory */
void tree_make(void);
/* A file with this content; returns nothing, failures show in what follows. */
void file_make(const char *path, const char *content);
/* A region of `pages` readable and writable pages followed by one nobody may touch; NULL when that fails. */
char *guarded_pages(long pages);

#endif
