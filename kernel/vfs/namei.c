/* Path walks for everybody: see namei.h. */
#include "kernel/vfs/namei.h"

#include <linux/errno.h>

#include "kernel/vfs/walk.h"

int path_walk(int dirfd, const char *text, unsigned flags, struct path *out)
{
	struct walk walk;
	int error = walk_begin(&walk, dirfd, text, flags);

	if (error)
		return error;
	error = walk_to_end(&walk);
	if (!error) {
		dentry_get(walk.at);
		out->dentry = walk.at;
	}
	walk_end(&walk);
	return error;
}

int path_walk_user(int dirfd, user_t text, unsigned flags, struct path *out)
{
	char copy[PATH_BYTES_MAX];
	int error = path_from_user(copy, text);

	return error ? error : path_walk(dirfd, copy, flags, out);
}

int path_from_user(char copy[PATH_BYTES_MAX], user_t text)
{
	long length = strncpy_from_user(copy, text, PATH_BYTES_MAX);

	return length < 0 ? (int)length : 0;
}

int path_walk_parent(int dirfd, const char *text, struct last_component *out)
{
	struct walk walk;
	int error = walk_begin(&walk, dirfd, text, 0);

	if (error)
		return error;
	error = walk_to_parent(&walk);
	if (!error) {
		dentry_get(walk.at);
		*out = (struct last_component){
			.dir = {walk.at},
			.name = walk.name,
			.trailing_slash = walk.trailing_slash,
			.is_dot = walk.last == WALK_LAST_DOT,
			.is_dot_dot = walk.last == WALK_LAST_DOT_DOT,
			.is_root = walk.last == WALK_LAST_ROOT,
		};
	}
	walk_end(&walk);
	return error;
}
