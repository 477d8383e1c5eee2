/* /etc/passwd and /etc/group as text: passwd(5), group(5). The text is hostile and need not end in a newline. */
#ifndef IMAGE_ACCOUNTS_H
#define IMAGE_ACCOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ACCOUNT_HOME_MAX 255

struct accounts_text {
	const char *bytes;
	size_t size;
};

struct account {
	uint32_t id;
	uint32_t group;   /* users only */
	const char *home; /* users only, in the text; "/" for one that is empty or too long */
	size_t home_length;
};

/* Finds a user or a group by its name or, failing that, its number in decimal. False: the text has no such line. */
bool accounts_user(struct accounts_text passwd, const char *name, size_t length, struct account *account);
bool accounts_group(struct accounts_text group, const char *name, size_t length, uint32_t *gid);

/* A decimal number below 2^32 - 1, which no id may be. */
bool accounts_number(const char *text, size_t length, uint32_t *number);

#endif
