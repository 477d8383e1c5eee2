/* Application memory of tests of mm/: the test's own, through calls that say EFAULT instead of faulting. */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "kernel/mm/user.h"

#define PIECE 4096u

size_t user_read(void *to, user_t from, size_t bytes)
{
	struct iovec here = {to, bytes};
	struct iovec there = {(void *)(uintptr_t)from, bytes};
	ssize_t got = process_vm_readv(getpid(), &here, 1, &there, 1, 0);

	return got < 0 ? 0 : (size_t)got;
}

size_t user_write(user_t to, const void *from, size_t bytes)
{
	struct iovec here = {(void *)(uintptr_t)from, bytes};
	struct iovec there = {(void *)(uintptr_t)to, bytes};
	ssize_t got = process_vm_writev(getpid(), &here, 1, &there, 1, 0);

	return got < 0 ? 0 : (size_t)got;
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
	static const char zeroes[PIECE];

	for (size_t done = 0; done < bytes; done += PIECE) {
		if (copy_to_user(to + done, zeroes, bytes - done < PIECE ? bytes - done : PIECE))
			return -EFAULT;
	}
	return 0;
}

int get_user_u32(uint32_t *out, user_t from)
{
	return copy_from_user(out, from, sizeof(*out));
}

int user_compare_exchange_u32(user_t at, uint32_t expected, uint32_t desired, uint32_t *old)
{
	int error = get_user_u32(old, at);

	if (error)
		return error;
	return copy_to_user(at, *old == expected ? &desired : old, sizeof(*old));
}
