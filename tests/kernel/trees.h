/*
 * File systems in memory for tests that call them by number (fake_process.h): what no call reaches. Plain types only,
 * as
 * kernel headers and libc's do not go together.
 */
#ifndef TESTS_KERNEL_TREES_H
#define TESTS_KERNEL_TREES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Mounts a new file system on a directory that exists: 0 or -errno. */
int trees_mount_tmpfs(const char *path, uint64_t max_bytes);
int trees_mount_overlay(const void *image, uint64_t bytes, const char *path);
/* Takes apart what was mounted last; nothing of it may be open. */
void trees_unmount(void);
/* Inodes that the file system mounted last has in memory. */
size_t trees_nodes(void);
/* Empties the cache of names. */
void trees_forget(void);

enum { TREES_IMAGE, TREES_ARENA, TREES_ZERO };
/* What a mapping of the descriptor's file shows at an offset: TREES_*, the bytes themselves, how many. Or -errno. */
int trees_map(int fd, uint64_t offset, bool write, const void **where, uint64_t *bytes);
/* The number under which patched text of the file would be found, 0: none. */
uint64_t trees_map_nid(int fd);
/* As mm does with shared mappings that can be written to: 0 or -EPERM. */
int trees_map_writable(int fd, bool add);
/* Calls of mm_file_changed, and the last one's range. */
extern unsigned trees_changes;
extern uint64_t trees_change_offset, trees_change_bytes;
/* Called by mm_file_changed, unless NULL. */
extern void (*trees_on_change)(void);

/* sendfile's access to bytes in place. */
void trees_pin(int fd);
void trees_unpin(int fd);
size_t trees_peek(int fd, uint64_t position, size_t bytes, const void **data);

/* What /proc/locks shows, NUL-terminated. */
void trees_locks(char *out, size_t size);

/* The calling process's descriptors are those of all processes that trees_become_process makes. */
void trees_share_descriptors(void);
/* The calling host thread becomes the only thread of another process; 0: of the one that it was of. */
void trees_become_process(int pid);
/* What happens when that process closes the descriptor. */
void trees_process_closes(int pid, int fd);

#endif
