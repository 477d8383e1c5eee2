/* sendfile, copy_file_range, splice, tee, and the calls that flush. */
#include "matrix.h"

#include <limits.h>

static void content_show(const char *path)
{
	char bytes[256];
	long fd = QUIET(open, path, O_RDONLY);
	long count = QUIET(read, fd, bytes, sizeof bytes);
	SHOW_TEXT(bytes, count);
	QUIET(close, fd);
}

CHECK(sendfile_basics, "sendfile,lseek")
{
	long offset = 3;
	char bytes[16];
	int ends[2];
	file_make("a", "0123456789");
	long in = CALL(open, "a", O_RDONLY);
	long out = CALL(open, "b", O_RDWR | O_CREAT, 0644);
	CALL(sendfile, out, in, NULL, 4);
	CALL(lseek, in, 0, SEEK_CUR);
	CALL(lseek, out, 0, SEEK_CUR);
	CALL(sendfile, out, in, &offset, 100);
	SHOW(offset);
	CALL(lseek, in, 0, SEEK_CUR);
	CALL(sendfile, out, in, NULL, 0);
	content_show("b");
	CALL(pipe2, ends, O_NONBLOCK);
	CALL(sendfile, ends[1], in, NULL, 100);
	SHOW_TEXT(bytes, CALL(read, ends[0], bytes, 16));
	CALL(sendfile, ends[1], in, NULL, 100);
	offset = -1;
	CALL(sendfile, out, in, &offset, 5);
	offset = 1000;
	CALL(sendfile, out, in, &offset, 5);
	CALL(sendfile, out, ends[0], NULL, 5);
}

CHECK(sendfile_errors, "sendfile")
{
	long offset = 0;
	FOR_FDS(sendfile, FD, FD, NULL, 1);
	FOR_FDS(sendfile, 1000, FD, NULL, 1);
	file_make("a", "0123456789");
	long in = CALL(open, "a", O_RDONLY);
	long out = CALL(open, "b", O_WRONLY | O_CREAT | O_APPEND, 0644);
	CALL(sendfile, out, in, &offset, 5);
	CALL(fcntl, out, F_SETFL, 0);
	FOR_ADDRESSES(sendfile, out, in, BAD, 1);
	CALL(sendfile, out, in, NULL, -1);
}

CHECK(copy_file_range_basics, "copy_file_range")
{
	long from = 2, to = 8;
	file_make("a", "0123456789");
	long in = CALL(open, "a", O_RDWR);
	long out = CALL(open, "b", O_RDWR | O_CREAT, 0644);
	CALL(copy_file_range, in, NULL, out, NULL, 5, 0);
	CALL(copy_file_range, in, &from, out, &to, 100, 0);
	SHOW(from);
	SHOW(to);
	content_show("b");
	CALL(lseek, in, 0, SEEK_CUR);
	CALL(copy_file_range, in, NULL, out, NULL, 0, 0);
	CALL(copy_file_range, in, NULL, out, NULL, 5, 1);
	from = 100;
	CALL(copy_file_range, in, &from, out, NULL, 5, 0);
	from = -1;
	CALL(copy_file_range, in, &from, out, NULL, 5, 0);
	from = 0;
	to = 5;
	CALL(copy_file_range, in, &from, in, &to, 5, 0); /* within one file, not overlapping */
	content_show("a");
	from = 0;
	to = 3;
	CALL(copy_file_range, in, &from, in, &to, 5, 0);
}

CHECK(copy_file_range_errors, "copy_file_range")
{
	FOR_FDS(copy_file_range, FD, NULL, FD, NULL, 1, 0);
	file_make("a", "0123456789");
	long in = CALL(open, "a", O_RDONLY);
	long out = CALL(open, "b", O_WRONLY | O_CREAT, 0644);
	long append = CALL(open, "b", O_WRONLY | O_APPEND);
	CALL(copy_file_range, out, NULL, in, NULL, 5, 0);
	CALL(copy_file_range, in, NULL, append, NULL, 5, 0);
	FOR_ADDRESSES(copy_file_range, in, BAD, out, NULL, 1, 0);
}

CHECK(splice_basics, "splice,tee")
{
	char bytes[16];
	int ends[2], second[2];
	long offset = 2;
	file_make("a", "0123456789");
	long file = CALL(open, "a", O_RDWR);
	CALL(pipe2, ends, O_NONBLOCK);
	CALL(pipe2, second, O_NONBLOCK);
	CALL(splice, file, NULL, ends[1], NULL, 4, 0);
	CALL(splice, file, &offset, ends[1], NULL, 4, 0);
	SHOW(offset);
	CALL(tee, ends[0], second[1], 100, 0);
	SHOW_TEXT(bytes, CALL(read, second[0], bytes, 16));
	CALL(splice, ends[0], NULL, second[1], NULL, 3, 0);
	SHOW_TEXT(bytes, CALL(read, second[0], bytes, 16));
	SHOW_TEXT(bytes, CALL(read, ends[0], bytes, 16));
	CALL(splice, ends[0], NULL, second[1], NULL, 3, 2 /* SPLICE_F_NONBLOCK */);
	CALL(splice, file, NULL, file, NULL, 3, 0);
	CALL(splice, ends[0], &offset, file, NULL, 3, 0);
	CALL(splice, file, NULL, ends[1], NULL, 3, 0x1000);
	CALL(tee, ends[0], ends[1], 3, 0);
	CALL(tee, file, ends[1], 3, 0);
}

CHECK(sync_calls, "fsync,fdatasync,sync,syncfs,sync_file_range,readahead,fadvise64")
{
	FOR_FDS(fsync, FD);
	FOR_FDS(fdatasync, FD);
	FOR_FDS(syncfs, FD);
	FOR_FDS(sync_file_range, FD, 0, 0, 7);
	FOR_FDS(readahead, FD, 0, 4096);
	FOR_FDS(fadvise64, FD, 0, 0, POSIX_FADV_WILLNEED);
	FOR_FDS(fadvise64, FD, 0, 0, 77);
	CALL(sync);
	file_make("a", "");
	long fd = CALL(open, "a", O_RDWR);
	CALL(sync_file_range, fd, -1, 0, 0);
	CALL(sync_file_range, fd, 0, -1, 0);
	CALL(sync_file_range, fd, 0, 0, 8);
	CALL(fadvise64, fd, 0, -1, POSIX_FADV_NORMAL);
	for (int advice = 0; advice < 7; advice++)
		CALL(fadvise64, fd, 0, 10, advice);
}
