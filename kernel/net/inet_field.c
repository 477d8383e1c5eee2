/* Options that are fields: see inet_field.h. */
#include "kernel/net/inet_field.h"

#include "kernel/lib/string.h"

static const struct inet_field *field_find(const struct inet_field *table, size_t count, int name)
{
	for (size_t i = 0; i < count; i++)
		if (table[i].name == name)
			return &table[i];
	return NULL;
}

int inet_field_set(struct inet_socket *sock, const struct inet_field *table, size_t count, int name, int value)
{
	const struct inet_field *field = field_find(table, count, name);
	void *at;

	if (!field)
		return -ENOPROTOOPT;
	at = (char *)sock + field->offset;
	if (field->is_switch)
		value = value != 0;
	else if (value < field->least || value > field->most)
		return -EINVAL;
	if (field->bytes != FIELD_BIT)
		memcpy(at, &value, field->bytes);
	else if (value)
		__atomic_fetch_or((uint32_t *)at, field->bit, __ATOMIC_RELAXED);
	else
		__atomic_fetch_and((uint32_t *)at, ~field->bit, __ATOMIC_RELAXED);
	return 0;
}

int inet_field_get(const struct inet_socket *sock, const struct inet_field *table, size_t count, int name, int *value)
{
	const struct inet_field *field = field_find(table, count, name);
	const void *at;

	if (!field)
		return -ENOPROTOOPT;
	at = (const char *)sock + field->offset;
	if (field->bytes == FIELD_BIT) {
		*value = (*(const uint32_t *)at & field->bit) != 0;
		return 0;
	}
	*value = 0;
	memcpy(value, at, field->bytes);
	if (field->bytes == sizeof(int16_t))
		*value = (int16_t)*value;
	if (!*value)
		*value = field->standard;
	return 0;
}
