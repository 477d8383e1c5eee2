/* Users and groups of an image by name: what `-u NAME` and a configuration's User mean. */
#ifndef IMAGE_USER_H
#define IMAGE_USER_H

#include <stdint.h>

#include "tender/error.h"

struct image_user {
	uint32_t uid;
	uint32_t gid;
	char home[256]; /* of the user in /etc/passwd, "/" for one that is not there */
};

/*
 * Finds NAME|UID[:GROUP|GID] in the image's /etc/passwd and /etc/group; "" is 0:0. Numbers need not be listed there; a
 * user without a group has the one /etc/passwd says, or 0. `fd` is an image file. Returns 0, or -1: no such name, or
 * what the image holds cannot be read.
 */
int image_user_find(int fd, const char *user, struct image_user *found, struct error *error);

#endif
