/* read, write, pread64, pwrite64 and their vector forms on files. */
#include "matrix.h"

#include <limits.h>
#include <sys/uio.h>

CHECK(read_file, "read,lseek")
{
	char bytes[16];
	file_make("a", "0123456789");
	long fd = CALL(open, "a", O_RDWR);
	SHOW_TEXT(bytes, CALL(read, fd, bytes, 4));
	CALL(read, fd, bytes, 0);
	CALL(read, fd, NULL, 0);
	SHOW_TEXT(bytes, CALL(read, fd, bytes, 16));
	CALL(read, fd, bytes, 16);
	CALL(lseek, fd, 100, SEEK_SET);
	CALL(read, fd, bytes, 16);
	CALL(read, fd, bytes, -1);
	CALL(lseek, fd, 0, SEEK_SET);
	CALL(read, fd, bytes, LONG_MIN);
}

CHECK(write_file, "write,lseek,pread64,fstat")
{
	char bytes[32];
	struct stat status;
	long fd = CALL(open, "a", O_RDWR | O_CREAT, 0644);
	CALL(write, fd, "abc", 3);
	CALL(write, fd, NULL, 0);
	CALL(lseek, fd, 8, SEEK_SET);
	CALL(write, fd, "xyz", 3); /* leaves a hole */
	SHOW_TEXT(bytes, CALL(pread64, fd, bytes, sizeof bytes, 0));
	CALL(lseek, fd, 20, SEEK_SET);
	CALL(write, fd, "", 0); /* does not grow the file */
	CALL(fstat, fd, &status);
	SHOW(status.st_size);
	CALL(write, fd, bytes, -1);
}

CHECK(pread_pwrite, "pread64,pwrite64")
{
	char bytes[32];
	file_make("a", "0123456789");
	long fd = CALL(open, "a", O_RDWR);
	SHOW_TEXT(bytes, CALL(pread64, fd, bytes, 4, 3));
	CALL(lseek, fd, 0, SEEK_CUR);
	CALL(pread64, fd, bytes, 4, -1);
	CALL(pread64, fd, bytes, 4, LONG_MIN);
	CALL(pread64, fd, bytes, 4, 10);
	CALL(pread64, fd, bytes, 4, LONG_MAX);
	CALL(pread64, fd, NULL, 0, -1);
	CALL(pwrite64, fd, "ab", 2, 9);
	CALL(pwrite64, fd, "ab", 2, -1);
	CALL(pwrite64, fd, "ab", 0, 100);
	CALL(pwrite64, fd, "ab", 2, LONG_MAX);
	CALL(pwrite64, fd, "ab", 2, LONG_MAX - 1);
	SHOW_TEXT(bytes, CALL(pread64, fd, bytes, 32, 0));
}

CHECK(read_partial_fault, "read,pread64,readv")
{
	char text[9000];
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	file_make("a", text);
	char *pages = guarded_pages(1);
	REQUIRE(pages);
	long fd = CALL(open, "a", O_RDONLY);
	CALL(read, fd, pages + PAGE - 10, 100);
	CALL(lseek, fd, 0, SEEK_CUR);
	SHOW_TEXT(pages + PAGE - 10, 10);
	CALL(read, fd, pages + PAGE, 1);
	CALL(lseek, fd, 0, SEEK_CUR);
	CALL(pread64, fd, pages, 8000, 0);
	struct iovec parts[] = {{pages, 10}, {pages + PAGE - 5, 10}, {pages, 10}};
	CALL(readv, fd, parts, 3);
	struct iovec bad_first[] = {{pages + PAGE, 10}, {pages, 10}};
	CALL(readv, fd, bad_first, 2);
	CALL(lseek, fd, 0, SEEK_CUR);
}

CHECK(write_partial_fault, "write,writev,pwrite64")
{
	struct stat status;
	char *pages = guarded_pages(2);
	REQUIRE(pages);
	memset(pages, 'y', 2 * PAGE);
	long fd = CALL(open, "a", O_RDWR | O_CREAT, 0644);
	CALL(write, fd, pages + 2 * PAGE - 10, 100);
	CALL(lseek, fd, 0, SEEK_CUR);
	CALL(write, fd, pages + 2 * PAGE, 1);
	CALL(write, fd, pages, 3 * PAGE);
	CALL(fstat, fd, &status);
	SHOW(status.st_size);
	struct iovec parts[] = {{pages, 10}, {pages + 2 * PAGE - 5, 10}};
	CALL(writev, fd, parts, 2);
	struct iovec bad_second[] = {{pages, 10}, {pages + 2 * PAGE, 10}, {pages, 10}};
	CALL(writev, fd, bad_second, 3);
	CALL(pwrite64, fd, pages + 2 * PAGE, 5, 0);
	CALL(fstat, fd, &status);
	SHOW(status.st_size);
}

CHECK(vectors, "readv,writev,preadv,pwritev")
{
	char first[8] = {0}, second[8] = {0}, bytes[32];
	long fd = CALL(open, "a", O_RDWR | O_CREAT, 0644);
	char one[] = "one", two[] = "twotwo";
	struct iovec out[] = {{one, 3}, {NULL, 0}, {two, 6}};
	CALL(writev, fd, out, 3);
	CALL(writev, fd, out, 0);
	CALL(writev, fd, NULL, 0);
	CALL(writev, fd, out, -1);
	CALL(writev, fd, out, 1025);
	CALL(pwritev, fd, out, 3, 20, 0);
	CALL(pwritev, fd, out, 3, -1, 0);
	CALL(pwritev, fd, out, 1, 4, 0);
	CALL(lseek, fd, 0, SEEK_SET);
	struct iovec in[] = {{first, 2}, {second, 5}};
	CALL(readv, fd, in, 2);
	SHOW_TEXT(first, 2);
	SHOW_TEXT(second, 5);
	CALL(preadv, fd, in, 2, 25, 0);
	SHOW_TEXT(second, 5);
	CALL(preadv, fd, in, 2, -5, -1);
	SHOW_TEXT(bytes, CALL(pread64, fd, bytes, 32, 0));
}

CHECK(vector_limits, "readv,writev")
{
	static struct iovec many[1025];
	char bytes[4], data[] = "abcd";
	long fd = CALL(open, "a", O_RDWR | O_CREAT, 0644);
	for (int i = 0; i < 1025; i++)
		many[i] = (struct iovec){data, 1};
	CALL(writev, fd, many, 1024);
	CALL(writev, fd, many, 1025);
	struct iovec negative[] = {{bytes, 1}, {bytes, (size_t)-1}};
	CALL(writev, fd, negative, 2);
	struct iovec too_much[] = {{bytes, SSIZE_MAX}, {bytes, SSIZE_MAX}};
	CALL(readv, fd, too_much, 2);
	struct iovec kernel[] = {{(void *)0xffff888000000000, 4}};
	CALL(readv, fd, kernel, 1);
	FOR_ADDRESSES(readv, fd, BAD, 1);
	FOR_ADDRESSES(writev, fd, BAD, 1);
}

CHECK(vectors_version_2, "preadv2,pwritev2")
{
	char bytes[16], data[] = "0123456789";
	struct iovec in = {bytes, 4}, out = {data, 10};
	long fd = CALL(open, "a", O_RDWR | O_CREAT, 0644);
	CALL(pwritev2, fd, &out, 1, -1, 0, 0);
	CALL(lseek, fd, 0, SEEK_CUR);
	CALL(pwritev2, fd, &out, 1, 2, 0, RWF_SYNC);
	CALL(pwritev2, fd, &out, 1, 0, 0, RWF_APPEND);
	CALL(lseek, fd, 0, SEEK_CUR);
	CALL(lseek, fd, 0, SEEK_SET);
	CALL(preadv2, fd, &in, 1, -1, -1, 0);
	CALL(lseek, fd, 0, SEEK_CUR);
	CALL(preadv2, fd, &in, 1, 20, 0, 0);
	SHOW_TEXT(bytes, 2);
	CALL(preadv2, fd, &in, 1, 0, 0, 0x4000);
	CALL(preadv2, fd, &in, 1, -2, -1, 0);
	CALL(pwritev2, fd, &out, 1, -2, -1, 0);
}

CHECK(read_write_descriptors, "read,write,pread64,pwrite64,readv,writev,preadv,pwritev")
{
	static char bytes[16] = "\1\0\0\0\0\0\0\0";
	struct iovec vector = {bytes, 8};
	FOR_FDS(read, FD, bytes, 8);
	FOR_FDS(read, FD, bytes, 0);
	FOR_FDS(read, FD, bytes, 4);
	memcpy(bytes, "\1\0\0\0\0\0\0\0", 8);
	FOR_FDS(write, FD, bytes, 8);
	FOR_FDS(write, FD, bytes, 0);
	FOR_FDS(write, FD, bytes, 4);
	FOR_FDS(pread64, FD, bytes, 8, 0);
	FOR_FDS(pread64, FD, bytes, 8, -1);
	FOR_FDS(pwrite64, FD, bytes, 8, 0);
	FOR_FDS(pwrite64, FD, bytes, 8, -1);
	memcpy(bytes, "\1\0\0\0\0\0\0\0", 8);
	FOR_FDS(readv, FD, &vector, 1);
	FOR_FDS(readv, FD, &vector, 0);
	memcpy(bytes, "\1\0\0\0\0\0\0\0", 8);
	FOR_FDS(writev, FD, &vector, 1);
	FOR_FDS(preadv, FD, &vector, 1, 0, 0);
	FOR_FDS(pwritev, FD, &vector, 1, 0, 0);
}

CHECK(read_write_addresses, "read,write,pread64,pwrite64")
{
	char text[2 * PAGE];
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	file_make("a", text);
	long fd = CALL(open, "a", O_RDWR);
	FOR_ADDRESSES(pread64, fd, BAD, 1, 0);
	FOR_ADDRESSES(pread64, fd, BAD, 2, 0);
	FOR_ADDRESSES(pread64, fd, BAD, PAGE + 8, 0);
	FOR_ADDRESSES(pwrite64, fd, BAD, 2, 0);
	FOR_ADDRESSES(pwrite64, fd, BAD, 0, 0);
	FOR_ADDRESSES(read, fd, BAD, 0);
	FOR_ADDRESSES(read, fd, BAD, 1);
	FOR_ADDRESSES(write, fd, BAD, 1);
	CALL(lseek, fd, 0, SEEK_CUR);
}

CHECK(read_after_unlink, "read,unlink,fstat,write")
{
	char bytes[16];
	struct stat status;
	file_make("a", "content");
	long fd = CALL(open, "a", O_RDWR);
	CALL(unlink, "a");
	CALL(fstat, fd, &status);
	SHOW(status.st_nlink);
	SHOW_TEXT(bytes, CALL(read, fd, bytes, sizeof bytes));
	CALL(write, fd, "more", 4);
	CALL(fstat, fd, &status);
	SHOW(status.st_size);
	CALL(open, "a", O_RDONLY);
	CALL(linkat, fd, "", AT_FDCWD, "b", AT_EMPTY_PATH);
}

CHECK(write_two_descriptions, "open,write,dup,lseek")
{
	char bytes[16];
	long first = CALL(open, "a", O_RDWR | O_CREAT, 0644);
	long second = CALL(open, "a", O_RDWR);
	long shared = CALL(dup, first);
	CALL(write, first, "12345", 5);
	CALL(write, second, "ab", 2);
	CALL(write, shared, "67", 2);
	CALL(lseek, first, 0, SEEK_CUR);
	CALL(lseek, second, 0, SEEK_CUR);
	SHOW_TEXT(bytes, CALL(pread64, first, bytes, 16, 0));
}

CHECK(write_set_id_bits, "write,fstat,fchmod,truncate,chown")
{
	struct stat status;
	long fd = CALL(open, "a", O_RDWR | O_CREAT, 0644);
	CALL(fchmod, fd, 06755);
	CALL(write, fd, "x", 1); /* CAP_FSETID keeps the bits */
	CALL(fstat, fd, &status);
	SHOW_OCTAL(status.st_mode);
	CALL(truncate, "a", 0);
	CALL(fstat, fd, &status);
	SHOW_OCTAL(status.st_mode);
	CALL(chown, "a", 1, 1);
	CALL(fstat, fd, &status);
	SHOW_OCTAL(status.st_mode);
}

/* Under the limit nothing may be written down: standard output may be a file. */
CHECK(file_size_limit, "write,ftruncate,prlimit64,pwrite64,fallocate")
{
	static char bytes[8192];
	unsigned long old[2], limit[2] = {4096, ~0ul};
	CALL(prlimit64, 0, 1 /* RLIMIT_FSIZE */, NULL, old);
	limit[1] = old[1];
	long fd = CALL(open, "a", O_RDWR | O_CREAT, 0644);
	QUIET(prlimit64, 0, 1, limit, NULL);
	const long results[] = {
		QUIET(write, fd, bytes, 4000),        QUIET(write, fd, bytes, 4000), /* as much as fits */
		QUIET(write, fd, bytes, 1),                                          /* SIGXFSZ is ignored: EFBIG */
		QUIET(write, fd, bytes, 0),           QUIET(pwrite64, fd, bytes, 10, 100),
		QUIET(pwrite64, fd, bytes, 10, 5000), QUIET(ftruncate, fd, 4096),
		QUIET(ftruncate, fd, 4097),           QUIET(truncate, "a", 4097),
		QUIET(fallocate, fd, 0, 0, 5000),
	};
	CALL(prlimit64, 0, 1, old, NULL);
	for (size_t i = 0; i < sizeof results / sizeof results[0]; i++)
		NOTE("call %zu: %s", i, result_name(results[i]));
	CALL(write, fd, bytes, 1);
}
