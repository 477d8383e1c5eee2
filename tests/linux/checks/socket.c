/* Sockets of AF_UNIX: making them, pairs, streams. */
#include "matrix.h"

#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>

static char big[1 << 20];

CHECK(socket_make, "socket,close,fcntl,fstat,lseek")
{
	struct stat status;
	int fd = CALL(socket, AF_UNIX, SOCK_STREAM, 0);
	CALL(fcntl, fd, F_GETFL);
	CALL(fcntl, fd, F_GETFD);
	CALL(fstat, fd, &status);
	SHOW_OCTAL(status.st_mode);
	SHOW(status.st_nlink);
	SHOW(status.st_size);
	SHOW(status.st_uid);
	CALL(lseek, fd, 0, SEEK_CUR);
	CALL(close, fd);
	fd = CALL(socket, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	SHOW_OCTAL(CALL(fcntl, fd, F_GETFL));
	CALL(fcntl, fd, F_GETFD);
	CALL(socket, AF_UNIX, SOCK_SEQPACKET, AF_UNIX);
	CALL(socket, AF_UNIX, SOCK_RAW, 0);
	CALL(socket, AF_UNIX, SOCK_RDM, 0);
	CALL(socket, AF_UNIX, 0, 0);
	CALL(socket, AF_UNIX, 11, 0);
	CALL(socket, AF_UNIX, SOCK_STREAM | 0x100, 0);
	CALL(socket, AF_UNIX, SOCK_STREAM, 2);
	CALL(socket, AF_UNSPEC, SOCK_STREAM, 0);
	CALL(socket, -1, SOCK_STREAM, 0);
	CALL(socket, 46, SOCK_STREAM, 0);
}

CHECK(socket_as_file, "fchmod,fstat,ftruncate,fsync,readlink,open,mmap")
{
	struct stat status;
	char name[64], link[64];
	int pair[2];
	QUIET(socketpair, AF_UNIX, SOCK_STREAM, 0, pair);
	CALL(fchmod, pair[0], 0600);
	CALL(fstat, pair[0], &status);
	SHOW_OCTAL(status.st_mode);
	CALL(ftruncate, pair[0], 10);
	CALL(fsync, pair[0]);
	MAP(NULL, PAGE, 1, 1, pair[0], 0);
	snprintf(name, sizeof name, "/proc/self/fd/%d", pair[0]);
	long length = QUIET(readlink, name, link, sizeof link);
	snprintf(name, sizeof name, "socket:[%llu]", (unsigned long long)status.st_ino);
	EXPECT(length == (long)strlen(name) && !memcmp(name, link, length));
	snprintf(name, sizeof name, "/proc/self/fd/%d", pair[0]);
	CALL(open, name, O_RDWR);
}

CHECK(socketpair_errors, "socketpair")
{
	int pair[2] = {-1, -1};
	CALL(socketpair, AF_UNIX, SOCK_STREAM, 1, pair);
	SHOW(pair[0]);
	SHOW(pair[1]);
	CALL(socketpair, AF_UNIX, SOCK_STREAM, 2, pair);
	CALL(socketpair, AF_UNIX, SOCK_PACKET, 0, pair);
	CALL(socketpair, AF_UNIX, SOCK_STREAM | 0x200, 0, pair);
	FOR_ADDRESSES(socketpair, AF_UNIX, SOCK_STREAM, 0, BAD);
	CALL(dup, 0); /* a failed one leaves nothing open */
}

CHECK(socket_calls_on_others, "bind,connect,listen,accept,getsockname,getpeername,shutdown,setsockopt,getsockopt")
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	socklen_t length = sizeof address;
	FOR_FDS(bind, FD, &address, 3);
	FOR_FDS(connect, FD, &address, 3);
	FOR_FDS(listen, FD, 1);
	FOR_FDS(accept, FD, NULL, NULL);
	FOR_FDS(getsockname, FD, &address, &length);
	FOR_FDS(getpeername, FD, &address, &length);
	FOR_FDS(shutdown, FD, 7);
	FOR_FDS(setsockopt, FD, SOL_SOCKET, SO_REUSEADDR, &length, 4);
	FOR_FDS(getsockopt, FD, SOL_SOCKET, SO_TYPE, &length, &length);
}

CHECK(stream_basics, "socketpair,read,write,sendto,recvfrom,close")
{
	char bytes[32];
	int pair[2];
	CALL(socketpair, AF_UNIX, SOCK_STREAM, 0, pair);
	CALL(write, pair[0], "abc", 3);
	CALL(sendto, pair[0], "defg", 4, 0, NULL, 0);
	SHOW_TEXT(bytes, CALL(read, pair[1], bytes, 5)); /* pieces are no records */
	SHOW_TEXT(bytes, CALL(recvfrom, pair[1], bytes, 32, 0, NULL, NULL));
	CALL(recvfrom, pair[1], bytes, 32, MSG_DONTWAIT, NULL, NULL);
	CALL(write, pair[0], "x", 0);
	CALL(read, pair[1], bytes, 0);
	CALL(write, pair[0], "rest", 4);
	CALL(recvfrom, pair[1], bytes, 0, 0, NULL, NULL);
	CALL(close, pair[0]);
	SHOW_TEXT(bytes, CALL(read, pair[1], bytes, 2));
	SHOW_TEXT(bytes, CALL(read, pair[1], bytes, 32));
	CALL(read, pair[1], bytes, 32);
	CALL(read, pair[1], bytes, 32);
	CALL(write, pair[1], "x", 1);
	CALL(write, pair[1], "x", 0);
	CALL(sendto, pair[1], "x", 1, MSG_NOSIGNAL, NULL, 0);
}

CHECK(stream_vectors, "readv,writev,pread64,pwrite64,preadv")
{
	char one[4], two[8], letters[] = "abcdefg";
	struct iovec out[3] = {{letters, 2}, {letters, 0}, {letters + 2, 5}}, in[2] = {{one, 4}, {two, 8}};
	int pair[2];
	QUIET(socketpair, AF_UNIX, SOCK_STREAM, 0, pair);
	CALL(writev, pair[0], out, 3);
	CALL(readv, pair[1], in, 2);
	SHOW_TEXT(one, 4);
	SHOW_TEXT(two, 3);
	CALL(writev, pair[0], out, 0);
	CALL(pread64, pair[1], one, 1, 0);
	CALL(pwrite64, pair[0], one, 1, 0);
	CALL(preadv, pair[1], in, 2, 0);
}

CHECK(stream_peek, "recvfrom,setsockopt,getsockopt")
{
	char bytes[32];
	int pair[2], offset = 2;
	socklen_t length = sizeof offset;
	QUIET(socketpair, AF_UNIX, SOCK_STREAM, 0, pair);
	QUIET(write, pair[0], "abcd", 4);
	QUIET(write, pair[0], "efgh", 4);
	SHOW_TEXT(bytes, CALL(recvfrom, pair[1], bytes, 3, MSG_PEEK, NULL, NULL));
	SHOW_TEXT(bytes, CALL(recvfrom, pair[1], bytes, 32, MSG_PEEK, NULL, NULL));
	CALL(setsockopt, pair[1], SOL_SOCKET, SO_PEEK_OFF, &offset, sizeof offset);
	SHOW_TEXT(bytes, CALL(recvfrom, pair[1], bytes, 3, MSG_PEEK, NULL, NULL));
	CALL(getsockopt, pair[1], SOL_SOCKET, SO_PEEK_OFF, &offset, &length);
	SHOW(offset);
	SHOW_TEXT(bytes, CALL(recvfrom, pair[1], bytes, 32, MSG_PEEK, NULL, NULL));
	CALL(recvfrom, pair[1], bytes, 32, MSG_PEEK | MSG_DONTWAIT, NULL, NULL);
	SHOW_TEXT(bytes, CALL(recvfrom, pair[1], bytes, 3, 0, NULL, NULL));
	CALL(getsockopt, pair[1], SOL_SOCKET, SO_PEEK_OFF, &offset, &length);
	SHOW(offset);
	QUIET(write, pair[0], "ij", 2);
	SHOW_TEXT(bytes, CALL(recvfrom, pair[1], bytes, 32, MSG_PEEK, NULL, NULL));
	offset = -1;
	CALL(setsockopt, pair[1], SOL_SOCKET, SO_PEEK_OFF, &offset, sizeof offset);
	SHOW_TEXT(bytes, CALL(recvfrom, pair[1], bytes, 32, MSG_PEEK | MSG_WAITALL, NULL, NULL));
	SHOW_TEXT(bytes, CALL(recvfrom, pair[1], bytes, 7, MSG_WAITALL, NULL, NULL));
	offset = -2;
	CALL(setsockopt, pair[1], SOL_SOCKET, SO_PEEK_OFF, &offset, sizeof offset);
}

CHECK(stream_shutdown, "shutdown,read,write")
{
	char bytes[8];
	int pair[2], lone;
	QUIET(socketpair, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair);
	CALL(shutdown, pair[0], 3);
	CALL(shutdown, pair[0], -1);
	CALL(write, pair[0], "abc", 3);
	CALL(shutdown, pair[0], SHUT_WR);
	CALL(write, pair[0], "x", 1);
	CALL(read, pair[1], bytes, 2);
	CALL(read, pair[1], bytes, 2);
	CALL(read, pair[1], bytes, 2);
	CALL(write, pair[1], "back", 4);
	CALL(shutdown, pair[0], SHUT_RD);
	CALL(read, pair[0], bytes, 8); /* what is there can be read */
	CALL(read, pair[0], bytes, 8);
	CALL(write, pair[1], "x", 1);
	CALL(shutdown, pair[0], SHUT_RDWR);
	lone = QUIET(socket, AF_UNIX, SOCK_STREAM, 0);
	CALL(shutdown, lone, SHUT_RDWR);
	CALL(read, lone, bytes, 1);
	CALL(write, lone, bytes, 1);
}

/* A socket that is closed with something unread resets the other end, once. */
CHECK(stream_reset, "close,read,write,getsockopt")
{
	char bytes[8];
	int pair[2], error = -1;
	socklen_t length = sizeof error;
	QUIET(socketpair, AF_UNIX, SOCK_STREAM, 0, pair);
	CALL(write, pair[0], "unread", 6);
	CALL(close, pair[1]);
	CALL(write, pair[0], "x", 1);
	CALL(read, pair[0], bytes, 8);
	CALL(read, pair[0], bytes, 8);
	QUIET(socketpair, AF_UNIX, SOCK_STREAM, 0, pair);
	CALL(write, pair[0], "unread", 6);
	CALL(write, pair[1], "reply", 5);
	CALL(close, pair[1]);
	CALL(read, pair[0], bytes, 8); /* what had come is not lost */
	CALL(getsockopt, pair[0], SOL_SOCKET, SO_ERROR, &error, &length);
	SHOW(error);
	CALL(getsockopt, pair[0], SOL_SOCKET, SO_ERROR, &error, &length);
	SHOW(error);
	CALL(read, pair[0], bytes, 8);
}

CHECK(stream_capacity, "write,read,ioctl")
{
	int pair[2], bytes;
	long count = 0;
	QUIET(socketpair, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair);
	CALL(write, pair[0], big, sizeof big);
	CALL(write, pair[0], big, 1);
	CALL(ioctl, pair[1], FIONREAD, &bytes);
	SHOW(bytes);
	CALL(ioctl, pair[0], TIOCOUTQ, &bytes);
	SHOW(bytes);
	CALL(read, pair[1], big, 36543);
	CALL(write, pair[0], big, 1);
	CALL(read, pair[1], big, 1);
	CALL(write, pair[0], big, sizeof big);
	CALL(read, pair[1], big, sizeof big);
	CALL(ioctl, pair[0], TIOCOUTQ, &bytes);
	SHOW(bytes);
	while (QUIET(write, pair[0], big, 1) == 1)
		count++;
	SHOW(count);
	CALL(read, pair[1], big, sizeof big);
	static const int sizes[] = {1, 192, 193, 704, 705, 1728, 1729, 3776, 3777, 7872, 7873, 36544, 36545, 100000};
	for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		QUIET(write, pair[0], big, sizes[i]);
		QUIET(ioctl, pair[0], TIOCOUTQ, &bytes);
		NOTE("%d bytes count as %d", sizes[i], bytes);
		QUIET(read, pair[1], big, sizeof big);
	}
}

CHECK(stream_small_buffer, "setsockopt,getsockopt,write")
{
	int pair[2], size = 1, bytes;
	socklen_t length = sizeof size;
	QUIET(socketpair, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair);
	CALL(setsockopt, pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	CALL(getsockopt, pair[0], SOL_SOCKET, SO_SNDBUF, &size, &length);
	SHOW(size);
	CALL(write, pair[0], big, sizeof big);
	CALL(ioctl, pair[0], TIOCOUTQ, &bytes);
	SHOW(bytes);
	size = 20000;
	CALL(setsockopt, pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	CALL(getsockopt, pair[0], SOL_SOCKET, SO_SNDBUF, &size, &length);
	SHOW(size);
	CALL(write, pair[0], big, sizeof big);
	size = 50;
	CALL(setsockopt, pair[0], SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	CALL(getsockopt, pair[0], SOL_SOCKET, SO_RCVBUF, &size, &length);
	SHOW(size);
}

CHECK(stream_faults, "read,write,sendto")
{
	int pair[2];
	char *pages = guarded_pages(1);
	REQUIRE(pages);
	QUIET(socketpair, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair);
	FOR_ADDRESSES(sendto, pair[0], BAD, 8, 0, 0, 0);
	CALL(write, pair[0], pages + PAGE - 4, 8);
	CALL(read, pair[1], big, 8);
	QUIET(write, pair[0], "abcdefgh", 8);
	CALL(read, pair[1], pages + PAGE - 4, 8);
	CALL(read, pair[1], pages + PAGE - 4, 4);
	SHOW_TEXT(pages + PAGE - 4, 4);
	SHOW_TEXT(big, CALL(read, pair[1], big, 8));
	QUIET(write, pair[0], "abcd", 4);
	QUIET(write, pair[0], "efgh", 4);
	CALL(read, pair[1], pages + PAGE - 6, 8);
	SHOW_TEXT(big, CALL(read, pair[1], big, 8));
}

CHECK(stream_sendfile, "sendfile,splice,tee")
{
	char bytes[32];
	int pair[2], ends[2], file;
	loff_t offset = 2;
	file_make("file", "0123456789");
	file = QUIET(open, "file", O_RDONLY);
	QUIET(socketpair, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair);
	CALL(pipe2, ends, O_NONBLOCK);
	CALL(sendfile, pair[0], file, &offset, 5);
	SHOW(offset);
	CALL(sendfile, pair[0], file, NULL, 100);
	SHOW_TEXT(bytes, CALL(read, pair[1], bytes, 32));
	CALL(sendfile, file, pair[0], NULL, 5);
	QUIET(write, pair[0], "through", 7);
	CALL(sendfile, pair[0], pair[1], NULL, 5);
	CALL(splice, pair[1], NULL, ends[1], NULL, 100, 0);
	SHOW_TEXT(bytes, CALL(read, ends[0], bytes, 32));
	CALL(splice, pair[1], NULL, ends[1], NULL, 100, 0);
	QUIET(write, ends[1], "back", 4);
	CALL(splice, ends[0], NULL, pair[1], NULL, 100, 0);
	SHOW_TEXT(bytes, CALL(read, pair[0], bytes, 32));
	CALL(splice, pair[0], &offset, ends[1], NULL, 1, 0);
	CALL(tee, pair[0], ends[1], 1, 0);
}
