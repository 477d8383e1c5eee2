/* Files of core dumps: see core.h. The messages are hostile. */
#include "tender/linux/core.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "tender/host/host.h"
#include "tender/linux/say.h"

#define DUMPS_MAX 16
/* So many dumps of one pid are told apart. */
#define NAMES_MAX 100
/* Files may have holes, but no absurd ones. */
#define FILE_BYTES_MAX (1ull << 44)
#define BLOCK_BYTES 4096u

long core_store_open(struct core_store *store, const char *directory, uint64_t bytes_max)
{
	long fd = -1;

	if (directory)
		fd = host_openat(AT_FDCWD, directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*store = (struct core_store){.directory_fd = (int)fd, .file_fd = -1, .bytes_left = bytes_max};
	return directory && fd < 0 ? fd : 0;
}

static void dump_end(struct core_store *store)
{
	if (store->file_fd >= 0)
		host_close(store->file_fd);
	store->file_fd = -1;
}

/* The numbers are inside the guest: two processes may have had the same one. */
static long dump_begin(struct core_store *store, int pid)
{
	long result = -ENOSPC;

	dump_end(store);
	if (store->count == DUMPS_MAX)
		return -ENOSPC;
	store->count++;
	for (unsigned i = 0; i < NAMES_MAX; i++) {
		size_t length = text_make(store->name, sizeof(store->name), "core.%u", (unsigned)pid);

		if (i)
			text_make(store->name + length, sizeof(store->name) - length, ".%u", i);
		result = host_openat_mode(store->directory_fd, store->name,
					  O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (result != -EEXIST)
			break;
	}
	if (result < 0)
		return result;
	store->file_fd = (int)result;
	return 0;
}

/* What the piece takes on a disk: a file may have holes, and one byte then takes a block. */
static uint64_t piece_cost(uint64_t offset, uint64_t count)
{
	return ((offset + count + BLOCK_BYTES - 1) & ~(uint64_t)(BLOCK_BYTES - 1)) -
	       (offset & ~(uint64_t)(BLOCK_BYTES - 1));
}

static long piece_write(struct core_store *store, const struct kernel_core *piece, uint64_t count, int arena_fd,
			uint64_t arena_bytes)
{
	/* Read, not mapped: a page of the arena that nobody has would become the front's, which no limit is for. */
	static uint8_t bytes[KERNEL_CORE_PIECE_BYTES];
	uint64_t done = 0;
	long result;

	if (store->file_fd < 0 || count > sizeof(bytes) || piece->arena_offset > arena_bytes - count ||
	    piece->file_offset > FILE_BYTES_MAX)
		return -EINVAL;
	if (piece_cost(piece->file_offset, count) > store->bytes_left)
		return -EFBIG;
	store->bytes_left -= piece_cost(piece->file_offset, count);
	result = host_pread(arena_fd, bytes, count, piece->arena_offset);
	if (result != (long)count)
		return result < 0 ? result : -EIO;
	while (done < count) {
		result = host_pwrite(store->file_fd, bytes + done, count - done, piece->file_offset + done);
		if (result < 0 && result != -EINTR)
			return result;
		done += result > 0 ? (uint64_t)result : 0;
	}
	return 0;
}

static long dump_finish(struct core_store *store, const struct kernel_core *piece)
{
	long result = -EINVAL;

	if (store->file_fd >= 0 && piece->file_offset <= FILE_BYTES_MAX)
		result = host_ftruncate(store->file_fd, piece->file_offset);
	if (result >= 0)
		say("process %d of the guest dumped core: %s", piece->pid, store->name);
	dump_end(store);
	return result;
}

uint32_t core_store_take(struct core_store *store, const struct kernel_control *message, int arena_fd,
			 uint64_t arena_bytes)
{
	struct kernel_core piece;
	long result;

	memcpy(&piece, message->bytes, sizeof(piece));
	if (store->directory_fd < 0)
		result = -ENOTDIR;
	else if (piece.step == KERNEL_CORE_BEGIN)
		result = dump_begin(store, piece.pid);
	else if (piece.step == KERNEL_CORE_PIECE)
		result = piece_write(store, &piece, message->value, arena_fd, arena_bytes);
	else
		result = dump_finish(store, &piece);
	return result < 0 ? (uint32_t)-result : 0;
}
