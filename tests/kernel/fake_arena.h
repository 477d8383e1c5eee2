/* The arena of unit tests: linking fake_arena.c makes heap and pages usable from main on. */
#ifndef TESTS_KERNEL_FAKE_ARENA_H
#define TESTS_KERNEL_FAKE_ARENA_H

#define FAKE_ARENA_BYTES (1ul << 30)
#define FAKE_ARENA_FIRST (1ul << 20) /* as if the kernel's data lay in front */

extern int fake_arena_fd;
extern char *fake_arena_base;

#endif
