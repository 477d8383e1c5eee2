/* Snapshots in the making, for kernel/net/view*.c. */
#ifndef KERNEL_NET_VIEW_LIST_H
#define KERNEL_NET_VIEW_LIST_H

#include <stddef.h>
#include <stdint.h>

#include "kernel/lib/string.h"
#include "lwip/ip4_addr.h"

/* An array that is being filled: what finds no room is left out. */
struct view_list {
	void *entries;
	size_t entry_bytes;
	size_t count;
	size_t max;
};

static inline void view_add(struct view_list *list, const void *entry)
{
	if (list->count == list->max)
		return;
	memcpy((char *)list->entries + list->count++ * list->entry_bytes, entry, list->entry_bytes);
}

static inline uint8_t view_prefix(const ip4_addr_t *mask)
{
	return (uint8_t)__builtin_popcount(mask->addr);
}

#endif
