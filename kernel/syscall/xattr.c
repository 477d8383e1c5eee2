/* Extended attributes: xattr(7). There are no access control lists, so system.* is not supported. */
#include <linux/xattr.h>

#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/limits.h>

#include "kernel/lib/heap.h"
#include "kernel/lib/string.h"
#include "kernel/syscall/table.h"
#include "kernel/task/process.h"
#include "kernel/vfs/file.h"
#include "kernel/vfs/namei.h"
#include "kernel/vfs/notify.h"
#include "kernel/vfs/permission.h"

typedef char name_buffer[XATTR_NAME_MAX + 1];

static bool name_starts_with(const char *name, const char *prefix)
{
	return strncmp(name, prefix, strlen(prefix)) == 0;
}

static int name_copy(name_buffer name, user_t from)
{
	long length = strncpy_from_user(name, from, sizeof(name_buffer));

	if (length == 0 || length == -ENAMETOOLONG)
		return -ERANGE;
	return length < 0 ? (int)length : 0;
}

/* By name space; mask is MAY_READ or MAY_WRITE. */
static int attribute_permission(struct inode *inode, const char *name, unsigned mask)
{
	bool write = mask == MAY_WRITE;

	if (write && inode->super && inode->super->read_only)
		return -EROFS;
	if (name_starts_with(name, XATTR_SECURITY_PREFIX)) {
		int capability = strcmp(name, XATTR_NAME_CAPS) == 0 ? CAP_SETFCAP : CAP_SYS_ADMIN;

		return write && !process_capable(capability) ? -EPERM : 0;
	}
	if (name_starts_with(name, XATTR_TRUSTED_PREFIX)) {
		if (!process_capable(CAP_SYS_ADMIN))
			return write ? -EPERM : -ENODATA;
	} else if (name_starts_with(name, XATTR_USER_PREFIX)) {
		if (!INODE_IS(inode, S_IFREG) && !INODE_IS(inode, S_IFDIR))
			return write ? -EPERM : -ENODATA;
		if (INODE_IS(inode, S_IFDIR) && inode->mode & S_ISVTX && write && !process_owns(inode))
			return -EPERM;
	}
	return name_starts_with(name, XATTR_SYSTEM_PREFIX) ? 0 : inode_permission(inode, mask);
}

/* Whether there is such a name space, and a name in it. */
static int name_check(const char *name)
{
	static const char *const prefixes[] = {XATTR_USER_PREFIX, XATTR_TRUSTED_PREFIX, XATTR_SECURITY_PREFIX};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (name_starts_with(name, prefixes[i]))
			return name[strlen(prefixes[i])] ? 0 : -EINVAL;
	return -EOPNOTSUPP;
}

/* --- the operations on an inode, which the calls below find in three ways ----------------------------------------- */

/* What the application passes, copied before the path is walked: Linux's errors come in this order. */
struct request {
	name_buffer name;
	void *value; /* in the kernel, for setting; heap block */
	user_t to;
	uint64_t size;
	int flags;
};

/* File capabilities are checked for their shape, before anything else. */
static bool value_is_valid(const struct request *request)
{
	const struct vfs_cap_data *data = request->value;

	if (request->size == 0 || strcmp(request->name, XATTR_NAME_CAPS) != 0)
		return true;
	if (request->size == XATTR_CAPS_SZ_2)
		return (data->magic_etc & VFS_CAP_REVISION_MASK) == VFS_CAP_REVISION_2;
	return request->size == XATTR_CAPS_SZ_3 && (data->magic_etc & VFS_CAP_REVISION_MASK) == VFS_CAP_REVISION_3;
}

static long attribute_set(struct dentry *dentry, const struct request *request)
{
	struct inode *inode = dentry->inode;
	int error = value_is_valid(request) ? attribute_permission(inode, request->name, MAY_WRITE) : -EINVAL;

	if (!error)
		error = name_check(request->name);
	if (!error && !inode->ops->setxattr)
		error = -EOPNOTSUPP;
	if (!error)
		error = inode->ops->setxattr(inode, request->name, request->value, request->size, request->flags);
	if (!error)
		notify_dentry(dentry, IN_ATTRIB);
	return error;
}

/* File capabilities are shown as their reader is to see them: without the root user that they are for if that is 0. */
static long capabilities_get(struct inode *inode, void *value, uint64_t size)
{
	struct vfs_ns_cap_data data;
	long bytes = inode->ops->getxattr(inode, XATTR_NAME_CAPS, &data, sizeof(data));

	if (bytes == XATTR_CAPS_SZ_3 && data.rootid == 0) {
		data.magic_etc = VFS_CAP_REVISION_2 | (data.magic_etc & VFS_CAP_FLAGS_EFFECTIVE);
		bytes = XATTR_CAPS_SZ_2;
	}
	if (bytes >= 0 && bytes != XATTR_CAPS_SZ_2 && bytes != XATTR_CAPS_SZ_3)
		return -EINVAL;
	if (bytes > 0 && size && (uint64_t)bytes > size)
		return -ERANGE;
	if (bytes > 0 && size)
		memcpy(value, &data, (size_t)bytes);
	return bytes == -ERANGE ? -EINVAL : bytes;
}

static long attribute_get(struct dentry *dentry, const struct request *request)
{
	struct inode *inode = dentry->inode;
	uint64_t size = request->size < XATTR_SIZE_MAX ? request->size : XATTR_SIZE_MAX;
	void *value;
	long result = attribute_permission(inode, request->name, MAY_READ);

	if (!result)
		result = name_check(request->name);
	if (!result && !inode->ops->getxattr)
		result = -EOPNOTSUPP;
	if (result)
		return result;
	value = heap_alloc(size + 1);
	if (!value)
		return -ENOMEM;
	if (strcmp(request->name, XATTR_NAME_CAPS) == 0)
		result = capabilities_get(inode, value, size);
	else
		result = inode->ops->getxattr(inode, request->name, value, size);
	if (result > 0 && size && copy_to_user(request->to, value, (size_t)result))
		result = -EFAULT;
	heap_free(value);
	return result;
}

/* Takes names out of the list that the process may not see: its new length. */
static size_t list_filter(char *list, size_t bytes)
{
	size_t kept = 0;

	for (size_t at = 0; at < bytes;) {
		size_t length = strnlen(list + at, bytes - at) + 1;

		if (!name_starts_with(list + at, XATTR_TRUSTED_PREFIX)) {
			memmove(list + kept, list + at, length);
			kept += length;
		}
		at += length;
	}
	return kept;
}

static long attribute_list(struct dentry *dentry, const struct request *request)
{
	struct inode *inode = dentry->inode;
	char *list;
	long result;

	if (!inode->ops->listxattr)
		return 0;
	list = heap_alloc(XATTR_LIST_MAX);
	if (!list)
		return -ENOMEM;
	result = inode->ops->listxattr(inode, list, XATTR_LIST_MAX);
	if (result == -ERANGE)
		result = -E2BIG;
	if (result > 0 && !process_capable(CAP_SYS_ADMIN))
		result = (long)list_filter(list, (size_t)result);
	if (result > 0 && request->size) {
		if ((uint64_t)result > request->size)
			result = -ERANGE;
		else if (copy_to_user(request->to, list, (size_t)result))
			result = -EFAULT;
	}
	heap_free(list);
	return result;
}

static long attribute_remove(struct dentry *dentry, const struct request *request)
{
	struct inode *inode = dentry->inode;
	int error = attribute_permission(inode, request->name, MAY_WRITE);

	if (!error)
		error = name_check(request->name);
	if (!error && !inode->ops->removexattr)
		error = -EOPNOTSUPP;
	if (!error)
		error = inode->ops->removexattr(inode, request->name);
	if (!error)
		notify_dentry(dentry, IN_ATTRIB);
	return error;
}

/* --- the arguments ------------------------------------------------------------------------------------------------ */

typedef int (*request_copy)(struct request *request, const struct arguments *args);

static int request_set(struct request *request, const struct arguments *args)
{
	int error;

	request->size = ARG_ULONG(args, 3);
	request->flags = ARG_INT(args, 4);
	if (request->flags & ~(XATTR_CREATE | XATTR_REPLACE))
		return -EINVAL;
	error = name_copy(request->name, ARG_USER(args, 1));
	if (error)
		return error;
	if (request->size > XATTR_SIZE_MAX)
		return -E2BIG;
	request->value = heap_alloc(request->size + 1);
	if (!request->value)
		return -ENOMEM;
	return copy_from_user(request->value, ARG_USER(args, 2), request->size);
}

static int request_get(struct request *request, const struct arguments *args)
{
	request->to = ARG_USER(args, 2);
	request->size = ARG_ULONG(args, 3);
	return name_copy(request->name, ARG_USER(args, 1));
}

static int request_list(struct request *request, const struct arguments *args)
{
	request->to = ARG_USER(args, 1);
	request->size = ARG_ULONG(args, 2);
	return 0;
}

static int request_remove(struct request *request, const struct arguments *args)
{
	return name_copy(request->name, ARG_USER(args, 1));
}

/* --- the calls ---------------------------------------------------------------------------------------------------- */

typedef long (*attribute_call)(struct dentry *dentry, const struct request *request);

static long call_at(const struct arguments *args, unsigned walk, request_copy copy, attribute_call call)
{
	struct request request = {.value = NULL};
	struct path path;
	long result = copy(&request, args);

	if (!result)
		result = path_walk_user(AT_FDCWD, ARG_USER(args, 0), walk, &path);
	if (!result) {
		result = call(path.dentry, &request);
		path_put(&path);
	}
	heap_free(request.value);
	return result;
}

static long call_descriptor(const struct arguments *args, request_copy copy, attribute_call call)
{
	struct request request = {.value = NULL};
	struct file *file = fd_get(ARG_INT(args, 0));
	long result;

	if (!file)
		return -EBADF;
	result = copy(&request, args);
	if (!result)
		result = call(file->path.dentry, &request);
	fd_put(file);
	heap_free(request.value);
	return result;
}

#define ATTRIBUTE_CALLS(verb)                                                                                          \
	SYSCALL(verb##xattr)                                                                                           \
	{                                                                                                              \
		return call_at(args, WALK_FOLLOW, request_##verb, attribute_##verb);                                   \
	}                                                                                                              \
	SYSCALL(l##verb##xattr)                                                                                        \
	{                                                                                                              \
		return call_at(args, 0, request_##verb, attribute_##verb);                                             \
	}                                                                                                              \
	SYSCALL(f##verb##xattr)                                                                                        \
	{                                                                                                              \
		return call_descriptor(args, request_##verb, attribute_##verb);                                        \
	}

ATTRIBUTE_CALLS(set)
ATTRIBUTE_CALLS(get)
ATTRIBUTE_CALLS(list)
ATTRIBUTE_CALLS(remove)
