/* Application memory: see user.h. The copies themselves, which may fault, are in arch/. */
#include "kernel/mm/user.h"

#include <linux/errno.h>

#include "arch.h"
#include "kernel/host/boot.h"
#include "kernel/lib/string.h"

static void *user_pointer(user_t address)
{
	return (void *)(uintptr_t)address;
}

bool user_range_ok(user_t address, uint64_t bytes)
{
	const struct kernel_boot *boot = kernel_boot();
	uint64_t end = address + bytes;

	if (end < address)
		return false;
	if (address >= boot->user_base)
		return end <= boot->user_base + boot->user_bytes ||
		       (address >= boot->vdso && end <= boot->vdso + boot->vdso_bytes);
	return end <= boot->low_end || (address >= boot->vdso && end <= boot->vdso + boot->vdso_bytes);
}

size_t user_read(void *to, user_t from, size_t bytes)
{
	if (!user_range_ok(from, bytes))
		return 0;
	return bytes - arch_copy(to, user_pointer(from), bytes);
}

size_t user_write(user_t to, const void *from, size_t bytes)
{
	if (!user_range_ok(to, bytes))
		return 0;
	return bytes - arch_copy(user_pointer(to), from, bytes);
}

size_t user_clear(user_t to, size_t bytes)
{
	if (!user_range_ok(to, bytes))
		return 0;
	return bytes - arch_clear(user_pointer(to), bytes);
}

int copy_from_user(void *to, user_t from, size_t bytes)
{
	return user_read(to, from, bytes) == bytes ? 0 : -EFAULT;
}

int copy_to_user(user_t to, const void *from, size_t bytes)
{
	return user_write(to, from, bytes) == bytes ? 0 : -EFAULT;
}

int clear_user(user_t to, size_t bytes)
{
	return user_clear(to, bytes) == bytes ? 0 : -EFAULT;
}

/* Short pieces, so that a string near the end of its memory is not read beyond. */
#define STRING_PIECE_BYTES 64u

long strncpy_from_user(char *to, user_t from, size_t size)
{
	for (size_t length = 0; length < size;) {
		size_t piece = STRING_PIECE_BYTES - ((from + length) & (STRING_PIECE_BYTES - 1));
		size_t got;
		const char *end;

		if (piece > size - length)
			piece = size - length;
		got = user_read(to + length, from + length, piece);
		end = memchr(to + length, '\0', got);
		if (end)
			return end - to;
		if (got < piece)
			return -EFAULT;
		length += piece;
	}
	return -ENAMETOOLONG;
}

int get_user_u32(uint32_t *out, user_t from)
{
	return copy_from_user(out, from, sizeof(*out));
}

int get_user_u64(uint64_t *out, user_t from)
{
	return copy_from_user(out, from, sizeof(*out));
}

int put_user_u32(user_t to, uint32_t value)
{
	return copy_to_user(to, &value, sizeof(value));
}

int put_user_u64(user_t to, uint64_t value)
{
	return copy_to_user(to, &value, sizeof(value));
}

int user_compare_exchange_u32(user_t at, uint32_t expected, uint32_t desired, uint32_t *old)
{
	if (!user_range_ok(at, sizeof(uint32_t)) || at % sizeof(uint32_t))
		return -EFAULT;
	return (int)arch_compare_exchange(user_pointer(at), expected, desired, old);
}
