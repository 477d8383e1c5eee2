/* Device files. */
#include "matrix.h"

#include <sys/mman.h>

CHECK(dev_null, "open,read,write,lseek")
{
	char bytes[16] = "xxx";
	long fd = CALL(open, "/dev/null", O_RDWR);
	CALL(read, fd, bytes, 16);
	CALL(write, fd, bytes, 16);
	CALL(write, fd, NULL, 16); /* not even looked at */
	CALL(read, fd, NULL, 16);
	CALL(lseek, fd, 100, SEEK_SET);
	CALL(lseek, fd, 0, SEEK_CUR);
	CALL(pread64, fd, bytes, 1, 50);
	CALL(ftruncate, fd, 0);
	CALL(open, "/dev/null", O_WRONLY | O_TRUNC | O_CREAT | O_APPEND, 0644);
	CALL(fsync, fd);
	CALL(ioctl, fd, 0x5401, bytes);
}

CHECK(dev_zero_and_full, "open,read,write")
{
	char bytes[16] = "xxxxxxxxxxxxxxx";
	long zero = CALL(open, "/dev/zero", O_RDWR);
	SHOW_TEXT(bytes, CALL(read, zero, bytes, 9));
	CALL(write, zero, bytes, 16);
	FOR_ADDRESSES(read, zero, BAD, 8);
	long full = CALL(open, "/dev/full", O_RDWR);
	memset(bytes, 'x', 16);
	SHOW_TEXT(bytes, CALL(read, full, bytes, 9));
	CALL(write, full, bytes, 1);
	CALL(write, full, bytes, 0);
	CALL(lseek, full, 10, SEEK_SET);
}

CHECK(dev_random, "open,read,write,getrandom")
{
	unsigned char first[64] = {0}, second[64] = {0};
	static const char *const names[] = {"/dev/random", "/dev/urandom"};
	for (int i = 0; i < 2; i++) {
		long fd = CALL(open, names[i], O_RDWR);
		CALL(read, fd, first, 64);
		CALL(read, fd, second, 64);
		EXPECT(memcmp(first, second, 64) != 0);
		CALL(write, fd, "seed", 4);
		CALL(read, fd, NULL, 64);
		CALL(lseek, fd, 0, SEEK_SET);
	}
	CALL(getrandom, first, 64, 0);
	EXPECT(memcmp(first, second, 64) != 0);
	CALL(getrandom, first, 0, 0);
	CALL(getrandom, first, 10, 1);
	CALL(getrandom, first, 10, 2);
	CALL(getrandom, first, 10, 4);
	CALL(getrandom, first, 10, 6);
	CALL(getrandom, first, 10, 8);
	FOR_ADDRESSES(getrandom, BAD, 16, 0);
	FOR_ADDRESSES(getrandom, BAD, 0, 0);
}

CHECK(dev_descriptors, "open,readlink,pipe2,write")
{
	char bytes[64];
	int ends[2];
	static const char *const links[] = {"/dev/fd", "/dev/stdin", "/dev/stdout", "/dev/stderr"};
	for (int i = 0; i < 4; i++)
		SHOW_TEXT(bytes, CALL(readlink, links[i], bytes, sizeof bytes));
	CALL(pipe2, ends, 0);
	long writer = CALL(open, "/dev/fd/4", O_WRONLY);
	CALL(write, writer, "through", 7);
	SHOW_TEXT(bytes, CALL(read, ends[0], bytes, 64));
	CALL(open, "/dev/fd/77", O_RDONLY);
	CALL(open, "/dev/stdin", O_RDONLY);
}

CHECK(dev_files, "stat,open")
{
	struct stat status;
	static const char *const names[] = {"/dev/null",   "/dev/zero",    "/dev/full",
					    "/dev/random", "/dev/urandom", "/dev/tty"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		CALL(stat, names[i], &status);
		NOTE("%s: %#o %#lx", names[i], status.st_mode, (unsigned long)status.st_rdev);
	}
	CALL(open, "/dev/tty", O_RDWR); /* no controlling terminal */
	CALL(open, "/dev/missing", O_RDWR);
	CALL(open, "/dev/null/", O_RDWR);
	CALL(open, "/dev/null", O_DIRECTORY);
	CALL(stat, "/dev/shm", &status);
	SHOW_OCTAL(status.st_mode);
	long fd = CALL(open, "/dev/shm/tend-conform", O_CREAT | O_RDWR, 0600);
	CALL(ftruncate, fd, PAGE);
	EXPECT(MAP(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
	CALL(unlink, "/dev/shm/tend-conform");
}

CHECK(dev_made_by_mknod, "mknod,open,read")
{
	char bytes[4] = "xxx";
	CALL(mknod, "zero", S_IFCHR | 0666, 0x105);
	long fd = CALL(open, "zero", O_RDWR);
	SHOW_TEXT(bytes, CALL(read, fd, bytes, 3));
	CALL(mknod, "unknown", S_IFCHR | 0666, 0xfa77);
	CALL(open, "unknown", O_RDWR);
	CALL(mknod, "block", S_IFBLK | 0666, 0xfa77);
	CALL(open, "block", O_RDONLY);
	CALL(mknod, "socket", S_IFSOCK | 0666, 0);
	CALL(open, "socket", O_RDWR);
}
