/* Files with several names: see scan_link.h. */
#include "image/scan_link.h"

#include <stdlib.h>

/* A row of a hash table; free without a path. */
struct scan_link {
	dev_t dev;
	ino_t ino;
	const char *path;
};

/* The slot of a file, or the free one where it belongs; the table is never full. */
static struct scan_link *link_slot(struct scan_link *links, uint32_t capacity, const struct stat *status)
{
	uint64_t hash = (status->st_ino ^ status->st_dev << 32) * 0x9e3779b97f4a7c15u;
	uint32_t slot = (uint32_t)(hash >> 32) & (capacity - 1);

	while (links[slot].path && (links[slot].ino != status->st_ino || links[slot].dev != status->st_dev))
		slot = (slot + 1) & (capacity - 1);
	return &links[slot];
}

const char *scan_link_find(const struct scan *scan, const struct stat *status)
{
	return scan->links ? link_slot(scan->links, scan->link_capacity, status)->path : NULL;
}

/* Doubles the table. */
static int links_grow(struct scan *scan, struct error *error)
{
	uint32_t capacity = scan->link_capacity ? scan->link_capacity * 2 : 64;
	struct scan_link *links = calloc(capacity, sizeof(*links));

	if (!links)
		return error_set(error, "out of memory");
	for (uint32_t i = 0; i < scan->link_capacity; i++) {
		const struct scan_link *old = &scan->links[i];
		struct stat status = {.st_dev = old->dev, .st_ino = old->ino};

		if (old->path)
			*link_slot(links, capacity, &status) = *old;
	}
	free(scan->links);
	scan->links = links;
	scan->link_capacity = capacity;
	return 0;
}

int scan_link_add(struct scan *scan, const struct stat *status, const char *path, struct error *error)
{
	if (scan->link_count >= scan->link_capacity / 2 && links_grow(scan, error) < 0)
		return -1;
	scan->link_count++;
	*link_slot(scan->links, scan->link_capacity,
		   status) = (struct scan_link){.dev = status->st_dev, .ino = status->st_ino, .path = path};
	return 0;
}
