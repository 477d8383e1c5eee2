/* Names of sockets of AF_UNIX, and connections. */
#include "matrix.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>

static char bytes[256];

/* The length of a path's address, with its NUL. */
static socklen_t path_set(struct sockaddr_un *address, const char *path)
{
	memset(address, 0, sizeof *address);
	address->sun_family = AF_UNIX;
	strcpy(address->sun_path, path);
	return offsetof(struct sockaddr_un, sun_path) + strlen(path) + 1;
}

static socklen_t abstract_set(struct sockaddr_un *address, const char *name)
{
	memset(address, 0, sizeof *address);
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path + 1, name, strlen(name));
	return offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name);
}

static void name_show(const char *what, int fd, bool of_peer)
{
	struct sockaddr_un address;
	socklen_t length = sizeof address;
	memset(&address, 'x', sizeof address);
	long result = of_peer ? QUIET(getpeername, fd, &address, &length) : QUIET(getsockname, fd, &address, &length);
	NOTE("%s: %s, %u bytes, family %d", what, result_name(result), length, address.sun_family);
	if (!result && length > 2 && length <= sizeof address)
		SHOW_TEXT(address.sun_path, length - 2);
}

/* A listening socket of the type, bound to "server". */
static int server_make(int type, int backlog)
{
	struct sockaddr_un address;
	socklen_t length = path_set(&address, "server");
	int fd = QUIET(socket, AF_UNIX, type, 0);
	QUIET(bind, fd, &address, length);
	QUIET(listen, fd, backlog);
	return fd;
}

static int client_make(int type)
{
	struct sockaddr_un address;
	socklen_t length = path_set(&address, "server");
	int fd = QUIET(socket, AF_UNIX, type, 0);
	long result = QUIET(connect, fd, &address, length);
	return result < 0 ? (int)result : fd;
}

CHECK(bind_path, "bind,getsockname,getpeername,stat,unlink")
{
	struct sockaddr_un address;
	struct stat status;
	socklen_t length = path_set(&address, "name");
	int fd = QUIET(socket, AF_UNIX, SOCK_STREAM, 0), other = QUIET(socket, AF_UNIX, SOCK_STREAM, 0);
	name_show("unbound", fd, false);
	name_show("peer", fd, true);
	CALL(bind, fd, &address, length);
	name_show("bound", fd, false);
	CALL(stat, "name", &status);
	SHOW_OCTAL(status.st_mode);
	CALL(bind, fd, &address, length);
	CALL(bind, other, &address, length);
	length = path_set(&address, "second");
	CALL(bind, fd, &address, length);
	CALL(stat, "second", &status); /* it is not left behind */
	CALL(open, "name", O_RDWR);
	CALL(unlink, "name");
	name_show("unlinked", fd, false);
	length = path_set(&address, "name");
	CALL(bind, other, &address, length);
	CALL(umask, 077);
	fd = QUIET(socket, AF_UNIX, SOCK_DGRAM, 0);
	length = path_set(&address, "./third/../fourth");
	CALL(bind, fd, &address, length);
	CALL(mkdir, "third", 0777);
	CALL(bind, fd, &address, length);
	CALL(stat, "fourth", &status);
	SHOW_OCTAL(status.st_mode);
	CALL(umask, 022);
}

CHECK(bind_lengths, "bind,getsockname")
{
	struct sockaddr_un address;
	int fd = QUIET(socket, AF_UNIX, SOCK_STREAM, 0);
	path_set(&address, "abcdef");
	CALL(bind, fd, &address, 0);
	CALL(bind, fd, &address, 1);
	CALL(bind, fd, &address, -1);
	CALL(bind, fd, &address, 111);
	CALL(bind, fd, &address, 129);
	CALL(bind, fd, &address, 5); /* without a NUL */
	name_show("cut", fd, false);
	fd = QUIET(socket, AF_UNIX, SOCK_STREAM, 0);
	memset(address.sun_path, 'n', sizeof address.sun_path);
	CALL(bind, fd, &address, sizeof address);
	name_show("full", fd, false);
	fd = QUIET(socket, AF_UNIX, SOCK_STREAM, 0);
	path_set(&address, "family");
	address.sun_family = AF_INET;
	CALL(bind, fd, &address, sizeof address);
	address.sun_family = AF_UNSPEC;
	CALL(bind, fd, &address, 2);
	FOR_ADDRESSES(bind, fd, BAD, 10);
	address.sun_family = AF_UNIX;
	CALL(bind, fd, &address, sizeof address);
	name_show("with zeroes", fd, false);
}

CHECK(bind_paths, "bind")
{
	struct sockaddr_un address;
	static const char *const paths[] = {"file", "dir", "dir/", "missing/x", "file/x", "dangling", "link", "new/"};
	tree_make();
	for (unsigned i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		int fd = QUIET(socket, AF_UNIX, SOCK_STREAM, 0);
		socklen_t length = path_set(&address, paths[i]);
		NOTE("%s: %s", paths[i], result_name(QUIET(bind, fd, &address, length)));
		QUIET(close, fd);
	}
}

CHECK(bind_abstract, "bind,connect,getsockname")
{
	struct sockaddr_un address;
	socklen_t length = abstract_set(&address, "conform-abstract");
	int fd = QUIET(socket, AF_UNIX, SOCK_STREAM, 0), other = QUIET(socket, AF_UNIX, SOCK_STREAM, 0);
	int packets = QUIET(socket, AF_UNIX, SOCK_DGRAM, 0);
	CALL(connect, other, &address, length);
	CALL(bind, fd, &address, length);
	name_show("abstract", fd, false);
	CALL(bind, other, &address, length);
	CALL(bind, packets, &address, length);   /* each type has names of its own */
	CALL(bind, other, &address, length + 1); /* a zero more is another name */
	name_show("other", other, false);
	CALL(close, other);
	other = QUIET(socket, AF_UNIX, SOCK_STREAM, 0);
	CALL(connect, other, &address, length);
	CALL(listen, fd, 1);
	CALL(connect, other, &address, length + 1);
	CALL(connect, other, &address, length);
	name_show("peer", other, true);
	CALL(close, fd);
	fd = QUIET(socket, AF_UNIX, SOCK_STREAM, 0);
	CALL(bind, fd, &address, length);
}

CHECK(bind_automatic, "bind,getsockname")
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	socklen_t length = sizeof address;
	int fd = QUIET(socket, AF_UNIX, SOCK_DGRAM, 0);
	CALL(bind, fd, &address, 2);
	CALL(getsockname, fd, &address, &length);
	SHOW(length);
	SHOW(address.sun_path[0]);
	SHOW(strspn(address.sun_path + 1, "0123456789abcdef") >= 5);
	CALL(bind, fd, &address, 2);
	CALL(bind, fd, &address, length);
}

CHECK(name_truncated, "getsockname,getpeername,accept")
{
	struct sockaddr_un address;
	socklen_t length = 5;
	int server = server_make(SOCK_STREAM, 5), client = client_make(SOCK_STREAM);
	memset(&address, 'x', sizeof address);
	CALL(getsockname, server, &address, &length);
	SHOW(length);
	SHOW_TEXT(address.sun_path, 6);
	length = 0;
	CALL(getpeername, client, NULL, &length);
	SHOW(length);
	length = -1;
	CALL(getsockname, server, &address, &length);
	FOR_ADDRESSES(getsockname, server, &address, BAD);
	length = 2;
	FOR_ADDRESSES(getsockname, server, BAD, &length);
	length = -1;
	CALL(accept, server, &address, &length);
	client_make(SOCK_STREAM);
	CALL(accept, server, &address, NULL);
	CALL(fcntl, server, F_SETFL, O_NONBLOCK);
	CALL(accept, server, NULL, NULL); /* both connections were lost */
}

CHECK(stream_connection, "listen,accept,connect,getsockname,getpeername")
{
	struct sockaddr_un address;
	socklen_t length = sizeof address;
	int server = server_make(SOCK_STREAM, 5), client = client_make(SOCK_STREAM), made;
	name_show("client", client, false);
	name_show("client's peer", client, true);
	name_show("server's peer", server, true);
	CALL(write, client, "early", 5); /* before it is accepted */
	memset(&address, 'x', sizeof address);
	made = CALL(accept, server, &address, &length);
	SHOW(length);
	SHOW(address.sun_family);
	name_show("made", made, false);
	name_show("made's peer", made, true);
	SHOW_TEXT(bytes, CALL(read, made, bytes, 32));
	CALL(write, made, "answer", 6);
	SHOW_TEXT(bytes, CALL(read, client, bytes, 32));
	length = path_set(&address, "server");
	CALL(connect, client, &address, length);
	CALL(connect, server, &address, length);
	CALL(connect, made, &address, length);
	CALL(listen, client, 1);
	CALL(accept, client, NULL, NULL);
	CALL(read, server, bytes, 1);
	CALL(write, server, bytes, 1);
	CALL(sendto, client, "x", 1, 0, &address, length);
	CALL(close, server);
	CALL(write, client, "still", 5);
	SHOW_TEXT(bytes, CALL(read, made, bytes, 32));
}

CHECK(connect_errors, "connect,listen,socket")
{
	struct sockaddr_un address;
	socklen_t length;
	static const char *const paths[] = {"file", "dir", "missing", "file/x", "dangling", "link", "fifo", ""};
	int fd = QUIET(socket, AF_UNIX, SOCK_STREAM, 0), bound;
	tree_make();
	for (unsigned i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		length = path_set(&address, paths[i]);
		NOTE("%s: %s", paths[i], result_name(QUIET(connect, fd, &address, length)));
	}
	CALL(connect, fd, &address, 0);
	CALL(connect, fd, &address, 2);
	CALL(connect, fd, &address, 200);
	address.sun_family = AF_UNSPEC;
	CALL(connect, fd, &address, 16);
	CALL(listen, fd, 1);
	bound = QUIET(socket, AF_UNIX, SOCK_STREAM, 0);
	length = path_set(&address, "bound");
	CALL(bind, bound, &address, length);
	CALL(connect, fd, &address, length); /* does not listen */
	CALL(connect, bound, &address, length);
	CALL(listen, bound, 1);
	fd = QUIET(socket, AF_UNIX, SOCK_DGRAM, 0);
	CALL(connect, fd, &address, length);
	fd = QUIET(socket, AF_UNIX, SOCK_SEQPACKET, 0);
	CALL(connect, fd, &address, length);
	CALL(mknod, "made", S_IFSOCK | 0777, 0);
	length = path_set(&address, "made");
	CALL(connect, fd, &address, length);
	fd = QUIET(socket, AF_UNIX, SOCK_DGRAM, 0);
	CALL(listen, fd, 1);
	CALL(accept, fd, NULL, NULL);
}

CHECK(connect_moved_names, "connect,rename,link,unlink,symlink,chmod,setresuid")
{
	struct sockaddr_un address;
	socklen_t length;
	int server = server_make(SOCK_STREAM, 9), fd;
	SHOW(server >= 0);
	CALL(rename, "server", "moved");
	CALL(link, "moved", "linked");
	CALL(symlink, "linked", "followed");
	length = path_set(&address, "followed");
	fd = QUIET(socket, AF_UNIX, SOCK_STREAM, 0);
	CALL(connect, fd, &address, length);
	name_show("peer", fd, true);
	CALL(unlink, "moved");
	CALL(chmod, "linked", 0555);
	fd = QUIET(socket, AF_UNIX, SOCK_STREAM, 0);
	CALL(setresuid, -1, 1000, -1);
	CALL(connect, fd, &address, length);
	CALL(setresuid, -1, 0, -1);
	CALL(connect, fd, &address, length);
	CALL(unlink, "linked");
	fd = QUIET(socket, AF_UNIX, SOCK_STREAM, 0);
	CALL(connect, fd, &address, length);
}

CHECK(accept_flags, "accept4,accept,fcntl")
{
	struct sockaddr_un address;
	socklen_t length = path_set(&address, "client");
	int server = server_make(SOCK_STREAM | SOCK_NONBLOCK, 9), client, made;
	CALL(accept4, server, NULL, NULL, 0);
	CALL(accept4, server, NULL, NULL, 1);
	client = QUIET(socket, AF_UNIX, SOCK_STREAM, 0);
	CALL(bind, client, &address, length);
	length = path_set(&address, "server");
	CALL(connect, client, &address, length);
	length = sizeof address;
	made = CALL(accept4, server, &address, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
	SHOW(length);
	SHOW_TEXT(address.sun_path, 7);
	SHOW_OCTAL(CALL(fcntl, made, F_GETFL));
	CALL(fcntl, made, F_GETFD);
	client_make(SOCK_STREAM);
	made = CALL(accept, server, NULL, NULL);
	SHOW_OCTAL(CALL(fcntl, made, F_GETFL));
	CALL(shutdown, server, SHUT_RD);
	CALL(accept, server, NULL, NULL);
	NOTE("client: %s", result_name(client_make(SOCK_STREAM)));
}

CHECK(backlog, "listen,connect,accept")
{
	struct sockaddr_un address;
	socklen_t length = path_set(&address, "server");
	int server = server_make(SOCK_STREAM, 1), count = 0;
	for (; count < 20; count++) {
		int fd = QUIET(socket, AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
		long result = QUIET(connect, fd, &address, length);
		if (result < 0) {
			NOTE("%d connections, then %s", count, result_name(result));
			break;
		}
	}
	CALL(listen, server, 3);
	SHOW(client_make(SOCK_STREAM) >= 0);
	CALL(listen, server, 0);
	CALL(accept, server, NULL, NULL);
	CALL(accept, server, NULL, NULL);
	CALL(accept, server, NULL, NULL);
	SHOW(client_make(SOCK_STREAM) >= 0);
	CALL(listen, server, -1);
}

CHECK(connection_never_accepted, "close,read,write")
{
	int server = server_make(SOCK_STREAM, 5), client = client_make(SOCK_STREAM);
	CALL(write, client, "lost", 4);
	CALL(close, server);
	CALL(read, client, bytes, 4);
	CALL(read, client, bytes, 4);
	CALL(write, client, "x", 1);
	NOTE("client: %s", result_name(client_make(SOCK_STREAM)));
	QUIET(unlink, "server");
	server = server_make(SOCK_SEQPACKET, 5);
	client = client_make(SOCK_SEQPACKET);
	CALL(close, client);
	client = CALL(accept, server, NULL, NULL);
	CALL(read, client, bytes, 4);
	name_show("peer", client, true);
}

CHECK(net_unix_listing, "open,read")
{
	struct sockaddr_un address;
	socklen_t length = path_set(&address, "./listed");
	static char text[1 << 22];
	char *line;
	int fd = QUIET(socket, AF_UNIX, SOCK_STREAM, 0), list;
	QUIET(bind, fd, &address, length);
	QUIET(listen, fd, 1);
	list = CALL(open, "/proc/net/unix", O_RDONLY);
	long count, total = 0;
	while ((count = QUIET(read, list, text + total, sizeof text - 1 - total)) > 0)
		total += count;
	REQUIRE(total > 0);
	text[total] = '\0';
	SHOW_TEXT(text, 53);
	line = strstr(text, " ./listed\n");
	REQUIRE(line);
	while (line > text && line[-1] != '\n')
		line--;
	SHOW_TEXT(line + 16, 36); /* behind the address, up to the inode */
}
