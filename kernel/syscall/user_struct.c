/* Structures that grow: see user_struct.h. */
#include "kernel/syscall/user_struct.h"

#include <linux/errno.h>

#include "kernel/lib/pages.h"
#include "kernel/lib/string.h"

static int zero_check(user_t from, uint64_t bytes)
{
	uint8_t piece[64];

	while (bytes > 0) {
		size_t part = bytes < sizeof(piece) ? bytes : sizeof(piece);

		if (copy_from_user(piece, from, part))
			return -EFAULT;
		for (size_t i = 0; i < part; i++)
			if (piece[i])
				return -E2BIG;
		from += part;
		bytes -= part;
	}
	return 0;
}

int user_struct_copy(void *out, size_t known, size_t least, user_t from, uint64_t size)
{
	int error = 0;

	if (size < least)
		return -EINVAL;
	if (size > PAGE_BYTES)
		return -E2BIG;
	if (size > known)
		error = zero_check(from + known, size - known);
	memset(out, 0, known);
	if (!error && copy_from_user(out, from, size < known ? size : known))
		error = -EFAULT;
	return error;
}
