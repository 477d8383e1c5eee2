/*
 * Application memory, the only way to it. An address that is not the application's, or not mapped, or mapped without
 * the right, ends the copy: never a fault in the kernel.
 */
#ifndef KERNEL_MM_USER_H
#define KERNEL_MM_USER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An address in the application: never dereferenced. */
typedef uint64_t user_t;

/* Whether [address, address + bytes) lies where application memory may be. Says nothing about what is mapped. */
bool user_range_ok(user_t address, uint64_t bytes);

/* 0 or -EFAULT; a part may have been copied. */
int copy_from_user(void *to, user_t from, size_t bytes);
int copy_to_user(user_t to, const void *from, size_t bytes);
int clear_user(user_t to, size_t bytes);

/*
 * Linux's access_ok: whether an application could have the range at all. Calls that check a range before they touch
 * it do it with this; the copies check for themselves.
 */
#define USER_END 0x7ffffffff000ull
static inline bool user_range_is_possible(user_t address, uint64_t bytes)
{
	return bytes <= USER_END && address <= USER_END - bytes;
}

/* The number of bytes that could be copied: fewer than asked if a page in the middle faults. */
size_t user_read(void *to, user_t from, size_t bytes);
size_t user_write(user_t to, const void *from, size_t bytes);
size_t user_clear(user_t to, size_t bytes);

/* Copies a string with its NUL. Returns its length, -EFAULT, or -ENAMETOOLONG if it has no NUL within `size`. */
long strncpy_from_user(char *to, user_t from, size_t size);

/* Single words: 0 or -EFAULT. */
int get_user_u32(uint32_t *out, user_t from);
int get_user_u64(uint64_t *out, user_t from);
int put_user_u32(user_t to, uint32_t value);
int put_user_u64(user_t to, uint64_t value);
/* Atomic, for robust lists, PI futexes and wake operations: *old is what was there. 0 or -EFAULT. */
int user_compare_exchange_u32(user_t at, uint32_t expected, uint32_t desired, uint32_t *old);

#endif
