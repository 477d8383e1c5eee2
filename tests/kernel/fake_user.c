/*
 * Application memory of unit tests: the test program's own, through process_vm_readv, which faults as the kernel's
 * copies
 * do. Addresses in the upper half are nobody's.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "kernel/mm/user.h"

#define USER_END (1ul << 47)

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

int clear_user(user_t to, size_t bytes)
{
	static const char zeroes[4096];

	for (size_t done = 0; done < bytes; done += sizeof(zeroes)) {
		if (copy_to_user(to + done, zeroes, bytes - done < sizeof(zeroes) ? bytes - done : sizeof(zeroes)))
			return -EFAULT;
	}
	return 0;
}

long strncpy_from_user(char *to, user_t from, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (copy_from_user(to + i, from + i, 1))
			return -EFAULT;
		if (!to[i])
			return (long)i;
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
