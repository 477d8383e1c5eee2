/* Users and groups by name: see user.h. */
#define _GNU_SOURCE 1

#include "image/user.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "image/accounts.h"
#include "image/file.h"

/* Symbolic links are not followed: nobody has these files as links. */
static int file_find(const struct erofs *fs, const char *name, struct erofs_inode *inode)
{
	uint64_t nid;

	if (erofs_inode(fs, fs->root_nid, inode) != 0 || erofs_lookup(fs, inode, "etc", 3, &nid, NULL) != 0 ||
	    erofs_inode(fs, nid, inode) != 0 || erofs_lookup(fs, inode, name, strlen(name), &nid, NULL) != 0 ||
	    erofs_inode(fs, nid, inode) != 0 || !S_ISREG(inode->mode))
		return -1;
	return 0;
}

/* The text of a file of /etc, empty if there is none; it lies in the image. */
static struct accounts_text text_find(const struct erofs *fs, const char *name)
{
	struct accounts_text text = {.bytes = "", .size = 0};
	struct erofs_inode inode;
	struct erofs_run run;

	if (file_find(fs, name, &inode) == 0 && erofs_data(fs, &inode, 0, &run) == 0 && run.data) {
		text.bytes = (const char *)run.data;
		text.size = run.bytes;
	}
	return text;
}

static int user_find(const struct erofs *fs, const char *user, struct image_user *found, struct error *error)
{
	struct accounts_text passwd = text_find(fs, "passwd"), group = text_find(fs, "group");
	size_t length = strcspn(user, ":");
	struct account account;

	memcpy(found->home, "/", strlen("/") + 1);
	if (accounts_user(passwd, user, length, &account)) {
		found->uid = account.id;
		found->gid = account.group;
		memcpy(found->home, account.home, account.home_length);
		found->home[account.home_length] = '\0';
	} else if (accounts_number(user, length, &found->uid)) {
		found->gid = 0;
	} else {
		return error_set(error, "user %.*s: the image's /etc/passwd has no such name", (int)length, user);
	}
	if (!user[length])
		return 0;
	user += length + 1;
	if (accounts_group(group, user, strlen(user), &found->gid) || accounts_number(user, strlen(user), &found->gid))
		return 0;
	return error_set(error, "group %s: the image's /etc/group has no such name", user);
}

int image_user_find(int fd, const char *user, struct image_user *found, struct error *error)
{
	struct image_files files;
	int result;

	if (image_files_open(&files, fd, error) < 0)
		return -1;
	result = user_find(&files.fs, user[0] ? user : "0", found, error);
	image_files_close(&files);
	return result;
}
