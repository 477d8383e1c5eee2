/*
 * Application memory of unit tests: the test program's own, through calls that say EFAULT where the kernel's copies
 * would fault. Addresses in the upper half are nobody's.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "kernel/mm/user.h"

#define PIECE_BYTES 4096u

bool user_range_ok(user_t address, uint64_t bytes)
{
	return address + bytes >= address && address + bytes <= USER_END;
}

static size_t transfer(void *kernel, user_t user, size_t bytes, bool write)
{
	struct iovec local = {kernel, bytes}, remote = {(void *)user, bytes};
	ssize_t done;

	if (!bytes || !user_range_ok(user, bytes))
		return 0;
	done = (write ? process_vm_writev : process_vm_readv)(getpid(), &local, 1, &remote, 1, 0);
	return done < 0 ? 0 : (size_t)done;
}

size_t user_read(void *to, user_t from, size_t bytes)
{
	return transfer(to, from, bytes, false);
}

size_t user_write(user_t to, const void *from, size_t bytes)
{
	return transfer((void *)(uintptr_t)from, to, bytes, true);
}

int copy_from_user(void *to, user_t from, size_t bytes)
{
	return user_read(to, from, bytes) == bytes ? 0 : -EFAULT;
}

int copy_to_user(user_t to, const void *from, size_t bytes)
{
	return user_write(to, from, bytes) == bytes ? 0 : -EFAULT;
}

size_t user_clear(user_t to, size_t bytes)
{
	static const char zeroes[PIECE_BYTES];

	for (size_t done = 0; done < bytes;) {
		size_t piece = bytes - done < PIECE_BYTES ? bytes - done : PIECE_BYTES;
		size_t cleared = user_write(to + done, zeroes, piece);

		done += cleared;
		if (cleared < piece)
			return done;
	}
	return bytes;
}

int clear_user(user_t to, size_t bytes)
{
	return user_clear(to, bytes) == bytes ? 0 : -EFAULT;
}

/* In pieces that end where pages do. */
long strncpy_from_user(char *to, user_t from, size_t size)
{
	for (size_t length = 0; length < size;) {
		size_t piece = PIECE_BYTES - (from + length) % PIECE_BYTES;
		size_t got = user_read(to + length, from + length, piece < size - length ? piece : size - length);
		const char *end = memchr(to + length, 0, got);

		if (end)
			return end - to;
		if (!got)
			return -EFAULT;
		length += got;
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
	int error = get_user_u32(old, at);

	if (error)
		return error;
	return copy_to_user(at, *old == expected ? &desired : old, sizeof(*old));
}
