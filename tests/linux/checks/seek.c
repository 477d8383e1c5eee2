/* lseek, SEEK_DATA and SEEK_HOLE, truncate, ftruncate, fallocate. */
#include "matrix.h"

#include <limits.h>
#include <linux/falloc.h>

CHECK(lseek_basics, "lseek")
{
	file_make("a", "0123456789");
	long fd = CALL(open, "a", O_RDWR);
	CALL(lseek, fd, 4, SEEK_SET);
	CALL(lseek, fd, 3, SEEK_CUR);
	CALL(lseek, fd, -3, SEEK_CUR);
	CALL(lseek, fd, -5, SEEK_CUR);
	CALL(lseek, fd, 0, SEEK_CUR);
	CALL(lseek, fd, 0, SEEK_END);
	CALL(lseek, fd, 100, SEEK_END);
	CALL(lseek, fd, -10, SEEK_END);
	CALL(lseek, fd, -11, SEEK_END);
	CALL(lseek, fd, -1, SEEK_SET);
	CALL(lseek, fd, 0, 5);
	CALL(lseek, fd, 0, -1);
	CALL(lseek, fd, LONG_MAX, SEEK_SET);
	CALL(lseek, fd, 1, SEEK_CUR);
	CALL(lseek, fd, LONG_MIN, SEEK_SET);
}

CHECK(lseek_descriptors, "lseek")
{
	FOR_FDS(lseek, FD, 0, SEEK_CUR);
	FOR_FDS(lseek, FD, 5, SEEK_SET);
	FOR_FDS(lseek, FD, 0, SEEK_END);
	FOR_FDS(lseek, FD, -1, SEEK_SET);
	FOR_FDS(lseek, FD, 0, SEEK_DATA);
	FOR_FDS(lseek, FD, 0, 77);
}

CHECK(lseek_data_and_holes, "lseek,ftruncate")
{
	file_make("a", "0123456789");
	long fd = CALL(open, "a", O_RDWR);
	CALL(lseek, fd, 0, SEEK_DATA);
	CALL(lseek, fd, 5, SEEK_DATA);
	CALL(lseek, fd, 0, SEEK_HOLE);
	CALL(lseek, fd, 10, SEEK_DATA);
	CALL(lseek, fd, 10, SEEK_HOLE);
	CALL(lseek, fd, 11, SEEK_HOLE);
	CALL(lseek, fd, -1, SEEK_DATA);
	CALL(lseek, fd, -1, SEEK_HOLE);
	CALL(ftruncate, fd, 0);
	CALL(lseek, fd, 0, SEEK_DATA);
	CALL(lseek, fd, 0, SEEK_HOLE);
	CALL(ftruncate, fd, 40 * PAGE);
	CALL(lseek, fd, 0, SEEK_HOLE);
	CALL(lseek, fd, 0, SEEK_DATA);
	CALL(pwrite64, fd, "x", 1, 10 * PAGE + 5);
	CALL(lseek, fd, 0, SEEK_DATA);
	CALL(lseek, fd, 10 * PAGE + 1, SEEK_HOLE);
	CALL(lseek, fd, 11 * PAGE, SEEK_DATA);
}

CHECK(ftruncate_sizes, "ftruncate,truncate,fstat")
{
	char bytes[16];
	struct stat status;
	file_make("a", "0123456789");
	long fd = CALL(open, "a", O_RDWR);
	CALL(lseek, fd, 8, SEEK_SET);
	CALL(ftruncate, fd, 5);
	CALL(lseek, fd, 0, SEEK_CUR);
	CALL(ftruncate, fd, 8);
	SHOW_TEXT(bytes, CALL(pread64, fd, bytes, 16, 0));
	CALL(ftruncate, fd, -1);
	CALL(ftruncate, fd, LONG_MIN);
	CALL(truncate, "a", 3);
	CALL(fstat, fd, &status);
	SHOW(status.st_size);
	CALL(truncate, "a", -1);
	CALL(truncate, "a", 1l << 40); /* a sparse file */
	CALL(fstat, fd, &status);
	SHOW(status.st_size);
	CALL(pread64, fd, bytes, 1, (1l << 40) - 1);
	CALL(truncate, "a", 0);
	CALL(fstat, fd, &status);
	SHOW(status.st_size);
	SHOW(status.st_blocks);
}

CHECK(truncate_reveals_zeroes, "ftruncate")
{
	static char bytes[3 * PAGE];
	memset(bytes, 'z', sizeof bytes);
	long fd = CALL(open, "a", O_RDWR | O_CREAT, 0644);
	CALL(write, fd, bytes, sizeof bytes);
	CALL(ftruncate, fd, 100);
	CALL(ftruncate, fd, 2 * PAGE);
	SHOW_TEXT(bytes, CALL(pread64, fd, bytes, sizeof bytes, 90));
}

CHECK(truncate_errors, "truncate,ftruncate")
{
	FOR_PATHS(truncate, PATH, 4);
	FOR_FDS(ftruncate, FD, 4);
	FOR_FDS(ftruncate, FD, -4);
	FOR_ADDRESSES(truncate, BAD, 4);
}

CHECK(fallocate_modes, "fallocate,fstat")
{
	char bytes[32];
	struct stat status;
	file_make("a", "0123456789");
	long fd = CALL(open, "a", O_RDWR);
	CALL(fallocate, fd, 0, 0, 20);
	CALL(fstat, fd, &status);
	SHOW(status.st_size);
	CALL(fallocate, fd, FALLOC_FL_KEEP_SIZE, 0, 100000);
	CALL(fstat, fd, &status);
	SHOW(status.st_size);
	CALL(fallocate, fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 2, 3);
	SHOW_TEXT(bytes, CALL(pread64, fd, bytes, 32, 0));
	CALL(fallocate, fd, FALLOC_FL_PUNCH_HOLE, 2, 3);
	CALL(fallocate, fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 100, 1l << 30);
	CALL(fallocate, fd, 0, 0, 0);
	CALL(fallocate, fd, 0, -1, 10);
	CALL(fallocate, fd, 0, 0, -10);
	CALL(fallocate, fd, 0, LONG_MAX, 10);
	CALL(fallocate, fd, 0x1000, 0, 10);
	CALL(fallocate, fd, FALLOC_FL_COLLAPSE_RANGE | FALLOC_FL_KEEP_SIZE, 0, PAGE);
}

CHECK(fallocate_punch_pages, "fallocate,lseek")
{
	static char bytes[8 * PAGE];
	memset(bytes, 'p', sizeof bytes);
	long fd = CALL(open, "a", O_RDWR | O_CREAT, 0644);
	CALL(write, fd, bytes, sizeof bytes);
	CALL(fallocate, fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, PAGE + 100, 3 * PAGE);
	SHOW_TEXT(bytes, CALL(pread64, fd, bytes, sizeof bytes, 0));
	CALL(lseek, fd, 0, SEEK_HOLE);
	CALL(lseek, fd, 2 * PAGE, SEEK_DATA);
}

CHECK(fallocate_descriptors, "fallocate")
{
	FOR_FDS(fallocate, FD, 0, 0, 100);
	FOR_FDS(fallocate, FD, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 5);
}
