/* Lines of /etc/passwd and /etc/group: see accounts.h. */
#include "image/accounts.h"

#include <string.h>

#define FIELDS_MAX 7
#define PASSWD_FIELDS 7
#define GROUP_FIELDS 4

struct field {
	const char *start;
	size_t length;
};

/* Takes the next line off the text and cuts it; returns how many fields it has, at most FIELDS_MAX. */
static unsigned line_take(struct accounts_text *text, struct field *fields)
{
	const char *newline = memchr(text->bytes, '\n', text->size);
	size_t left = newline ? (size_t)(newline - text->bytes) : text->size;
	const char *next = text->bytes;
	unsigned count = 0;

	text->bytes += left + (newline != NULL);
	text->size -= left + (newline != NULL);
	while (count < FIELDS_MAX) {
		const char *colon = memchr(next, ':', left);
		size_t length = colon ? (size_t)(colon - next) : left;

		fields[count++] = (struct field){next, length};
		if (!colon)
			break;
		next += length + 1;
		left -= length + 1;
	}
	return count;
}

bool accounts_number(const char *text, size_t length, uint32_t *number)
{
	uint64_t value = 0;

	if (!length)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(text[i] - '0');
		if (value >= UINT32_MAX)
			return false;
	}
	*number = (uint32_t)value;
	return true;
}

/* The fields of the first line whose name, or else number (the third field), is the one given. */
static bool line_find(struct accounts_text text, const char *name, size_t length, unsigned wanted, struct field *found)
{
	struct field fields[FIELDS_MAX];
	uint32_t number = 0, id;
	bool is_number = accounts_number(name, length, &number), is_found = false;

	while (text.size) {
		if (line_take(&text, fields) < wanted || !accounts_number(fields[2].start, fields[2].length, &id))
			continue;
		if (fields[0].length == length && memcmp(fields[0].start, name, length) == 0) {
			memcpy(found, fields, sizeof(fields));
			return true;
		}
		if (is_number && id == number && !is_found) {
			memcpy(found, fields, sizeof(fields));
			is_found = true;
		}
	}
	return is_found;
}

bool accounts_user(struct accounts_text passwd, const char *name, size_t length, struct account *account)
{
	struct field fields[FIELDS_MAX];

	if (!line_find(passwd, name, length, PASSWD_FIELDS, fields) ||
	    !accounts_number(fields[2].start, fields[2].length, &account->id) ||
	    !accounts_number(fields[3].start, fields[3].length, &account->group))
		return false;
	account->home = "/";
	account->home_length = 1;
	if (fields[5].length && fields[5].length <= ACCOUNT_HOME_MAX &&
	    !memchr(fields[5].start, '\0', fields[5].length)) {
		account->home = fields[5].start;
		account->home_length = fields[5].length;
	}
	return true;
}

bool accounts_group(struct accounts_text group, const char *name, size_t length, uint32_t *gid)
{
	struct field fields[FIELDS_MAX];

	return line_find(group, name, length, GROUP_FIELDS, fields) &&
	       accounts_number(fields[2].start, fields[2].length, gid);
}
