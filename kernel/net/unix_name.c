/* Names of AF_UNIX sockets: in the file system, abstract, none. And the table of all sockets. */
#include <linux/errno.h>
#include <linux/fcntl.h>

#include "kernel/lib/hash.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/print.h"
#include "kernel/lib/random.h"
#include "kernel/lib/string.h"
#include "kernel/net/unix_socket.h"
#include "kernel/net/unix_table.h"
#include "kernel/vfs/file.h"
#include "kernel/vfs/names.h"

#define FAMILY_BYTES offsetof(struct sockaddr_un, sun_path)
#define AUTOMATIC_NAMES 0x100000u /* five hexadecimal digits */

int unix_address_check(const struct socket_address *address)
{
	return address->bytes <= FAMILY_BYTES || address->bytes > sizeof(struct sockaddr_un) ||
			       address->family != AF_UNIX
		       ? -EINVAL
		       : 0;
}

static bool is_abstract(const struct socket_address *address)
{
	return !address->un.sun_path[0];
}

static struct unix_address *address_new(const void *raw, uint32_t bytes)
{
	struct unix_address *address = heap_new(struct unix_address);

	if (!address)
		return NULL;
	address->references = 1;
	address->bytes = bytes;
	memcpy(address->raw, raw, bytes);
	return address;
}

void unix_address_copy(const struct unix_socket *sock, struct socket_address *out)
{
	const struct unix_address *address = unix_address(sock);

	out->bytes = address ? address->bytes : 0;
	if (address)
		memcpy(out->raw, address->raw, address->bytes);
}

int unix_name(struct socket *socket, bool of_peer, struct socket_address *out)
{
	struct unix_socket *sock = unix_of(socket), *peer = of_peer ? unix_peer_get(sock) : NULL;

	if (of_peer && !peer)
		return -ENOTCONN;
	unix_address_copy(of_peer ? peer : sock, out);
	unix_put(peer);
	if (!out->bytes) {
		out->bytes = FAMILY_BYTES;
		out->family = AF_UNIX;
	}
	return 0;
}

/* --- the file system ---------------------------------------------------------------------------------------------- */

/* The path in an address, which need not end in a NUL. */
static void path_of_address(char text[sizeof(struct sockaddr_un)], const struct socket_address *address)
{
	size_t length = address->bytes - FAMILY_BYTES;

	memcpy(text, address->un.sun_path, length);
	text[length] = '\0';
}

/* The name was made: the socket gets it, unless it has one. The bind lock is held. */
static int path_take(struct unix_socket *sock, const char *text, const struct path *place)
{
	struct inode *inode = place->dentry->inode;
	struct unix_address *address;
	struct socket_address name = {.family = AF_UNIX};
	size_t length = strlen(text);

	if (sock->address)
		return -EINVAL;
	memcpy(name.raw + FAMILY_BYTES, text, length);
	address = address_new(name.raw, (uint32_t)(FAMILY_BYTES + length + 1));
	if (!address)
		return -ENOMEM;
	sock->place = *place;
	dentry_get(place->dentry);
	lock_acquire(&inode->lock);
	inode->socket = sock;
	lock_release(&inode->lock);
	__atomic_store_n(&sock->address, address, __ATOMIC_RELEASE);
	return 0;
}

static int path_bind(struct unix_socket *sock, const struct socket_address *address)
{
	char text[sizeof(struct sockaddr_un)];
	uint32_t mode = S_IFSOCK | (sock->socket.file->inode->mode & 07777);
	struct last_component at;
	struct path place;
	int error;

	path_of_address(text, address);
	error = path_walk_parent(AT_FDCWD, text, &at);
	if (error)
		return error;
	error = name_make_node(&at, mode, 0, &place);
	if (!error) {
		lock_acquire(&sock->bind_lock);
		error = path_take(sock, text, &place);
		lock_release(&sock->bind_lock);
		if (error)
			name_remove(&at, false);
		path_put(&place);
	}
	path_put(&at.dir);
	return error == -EEXIST ? -EADDRINUSE : error;
}

static int path_find(const struct socket_address *address, struct unix_socket **out)
{
	char text[sizeof(struct sockaddr_un)];
	struct unix_socket *found = NULL;
	struct inode *inode;
	struct path path;
	int error;

	path_of_address(text, address);
	error = path_walk(AT_FDCWD, text, WALK_FOLLOW, &path);
	if (error)
		return error;
	inode = path.dentry->inode;
	error = inode_permission(inode, MAY_WRITE);
	if (!error && INODE_IS(inode, S_IFSOCK)) {
		lock_acquire(&inode->lock);
		found = inode->socket;
		if (found)
			unix_get(found);
		lock_release(&inode->lock);
	}
	path_put(&path);
	*out = found;
	return error || found ? error : -ECONNREFUSED;
}

/* --- abstract names ----------------------------------------------------------------------------------------------- */

static int abstract_bind(struct unix_socket *sock, const struct socket_address *name)
{
	struct unix_address *address;
	int error;

	if (sock->address)
		return -EINVAL;
	address = address_new(name->raw, name->bytes);
	if (!address)
		return -ENOMEM;
	error = unix_table_name(sock, address);
	if (error)
		heap_free(address);
	return error;
}

int unix_bind_any(struct unix_socket *sock)
{
	uint32_t number = (uint32_t)random_word();
	struct socket_address name;
	int error = 0;

	if (unix_address(sock))
		return 0;
	lock_acquire(&sock->bind_lock);
	for (uint32_t tried = 0; !sock->address; tried++, number++) {
		error = tried == AUTOMATIC_NAMES ? -ENOSPC : 0;
		if (error)
			break;
		name.bytes = FAMILY_BYTES + 6;
		name.un.sun_family = AF_UNIX;
		name.un.sun_path[0] = '\0';
		text_format(name.un.sun_path + 1, 6, "%05x", number % AUTOMATIC_NAMES);
		error = abstract_bind(sock, &name);
		if (error && error != -EADDRINUSE)
			break;
	}
	lock_release(&sock->bind_lock);
	return error;
}

/* --- both --------------------------------------------------------------------------------------------------------- */

int unix_bind(struct socket *socket, const struct socket_address *address)
{
	struct unix_socket *sock = unix_of(socket);
	int error;

	if (address->bytes == FAMILY_BYTES && address->family == AF_UNIX)
		return unix_bind_any(sock);
	error = unix_address_check(address);
	if (error)
		return error;
	if (!is_abstract(address))
		return path_bind(sock, address);
	lock_acquire(&sock->bind_lock);
	error = abstract_bind(sock, address);
	lock_release(&sock->bind_lock);
	return error;
}

int unix_find(const struct socket_address *address, int type, struct unix_socket **out)
{
	int error;

	if (is_abstract(address)) {
		*out = unix_table_find(address, type);
		return *out ? 0 : -ECONNREFUSED;
	}
	error = path_find(address, out);
	if (!error && (*out)->socket.type != type) {
		unix_put(*out);
		error = -EPROTOTYPE;
	}
	return error;
}

void unix_name_release(struct unix_socket *sock)
{
	struct path place = sock->place;

	if (!place.dentry)
		return;
	lock_acquire(&place.dentry->inode->lock);
	place.dentry->inode->socket = NULL;
	lock_release(&place.dentry->inode->lock);
	sock->place.dentry = NULL;
	path_put(&place);
}
