/*
 * An address space for tests of mm/: real memory of the test's process, set aside as the tender does it. It has a
 * process and a thread, and files of all kinds; the host calls are real (fake_host.c), so is what they do.
 */
#ifndef TESTS_KERNEL_FAKE_SPACE_H
#define TESTS_KERNEL_FAKE_SPACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAKE_LOW_START 0x10000000ul
#define FAKE_LOW_END 0x18000000ul
#define FAKE_USER_BYTES (64ul << 30)
#define FAKE_FILE_PAGES 16u
/* The image file: byte 0 of every page is its number + 1, all others are 0xee. */
#define FAKE_IMAGE_PAGES 64u

extern uint64_t fake_user_base;
extern int fake_image_fd;
extern unsigned char *fake_image; /* writable, to put an index in */
extern int fake_writable_count;   /* writable_add minus writable_remove */
extern int fake_writable_error;   /* what writable_add says */

/* A fresh address space for the process (fake_task.h), which has no capabilities. */
void fake_space_begin(void);
/* struct address_space of the kernel. */
void *fake_space_now(void);
/* Empties and frees it; fails unless all files are closed again. */
void fake_space_end(void);

struct fake_file;
/* Pages of the arena, byte 0 of each is its number + 1. `flags`: O_RDONLY and so on. */
struct fake_file *fake_file_new(int flags, size_t pages);
/* Consecutive pages of the image from first_page on; nid: 0 or of patched text. */
struct fake_file *fake_image_file_new(size_t first_page, size_t pages, uint64_t nid);
/* Its pages become a hole, which the first mapping that may be written fills. At most two pages. */
void fake_file_make_hole(struct fake_file *file);
void fake_file_free(struct fake_file *file);
/* As truncate(2): tells mm. At most FAKE_FILE_PAGES. */
void fake_file_resize(struct fake_file *file, size_t pages);
/* For mm_map; struct file of the kernel. */
void *fake_file_of(struct fake_file *file);
void *fake_file_page(struct fake_file *file, size_t page);
int fake_file_references(struct fake_file *file);

/* One line of maps in short, e.g. "10000000-10002000 rw-p 0 file"; the whole list, until the next call. */
const char *fake_space_maps(void);

#endif
