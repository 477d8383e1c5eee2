/* The arena of unit tests, and the tender's hand-over: heap and pages are usable from main on. */
#ifndef TESTS_KERNEL_FAKE_ARENA_H
#define TESTS_KERNEL_FAKE_ARENA_H

#define FAKE_ARENA_BYTES (1ul << 30)
#define FAKE_ARENA_FIRST (1ul << 20) /* as if the kernel's data lay in front */

extern int fake_arena_fd;
extern char *fake_arena_base;
/* What kernel_boot() points to. */
extern struct kernel_boot fake_boot;

#endif
