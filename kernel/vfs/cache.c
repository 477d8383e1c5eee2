/*
 * The dentry cache: a hash table by directory and name, and a list of its entries for forgetting. It holds one
 * reference on
 * each entry, so a reference can be given back without the tree lock, and who has just one is nobody's but the cache's.
 */
#include "kernel/vfs/cache.h"

#include "kernel/lib/heap.h"
#include "kernel/lib/string.h"

/* More names than this are not remembered, but for those in use. About 200 bytes each, without their inodes. */
#define CACHE_MAX 65536u
#define BUCKETS_FIRST 256u
/* How many to forget at a time. */
#define SHRINK_STEP 64u

static struct dentry *buckets_first[BUCKETS_FIRST];

static struct {
	struct lock lock;
	struct dentry **buckets;
	size_t bucket_count; /* a power of two */
	size_t count;
	struct list entries; /* dentry->cached */
} cache = {
	.buckets = buckets_first,
	.bucket_count = BUCKETS_FIRST,
	.entries = {&cache.entries, &cache.entries},
};

void tree_lock(void)
{
	lock_acquire(&cache.lock);
}

void tree_unlock(void)
{
	lock_release(&cache.lock);
}

size_t dentry_cache_count(void)
{
	return cache.count;
}

static struct dentry **bucket_of(const struct dentry *dir, uint32_t hash)
{
	uint64_t mixed = (hash ^ ((uint64_t)(uintptr_t)dir >> 5)) * 0x9e3779b97f4a7c15ull;

	return &cache.buckets[(mixed >> 32) & (cache.bucket_count - 1)];
}

struct dentry *dentry_find(struct dentry *dir, const struct name *name)
{
	struct dentry *dentry = *bucket_of(dir, name->hash);

	for (; dentry; dentry = dentry->next_in_bucket) {
		if (dentry->hash != name->hash || dentry->parent != dir || dentry->length != name->length ||
		    memcmp(dentry->name, name->text, name->length) != 0)
			continue;
		/* Not written to each time: the line stays shared between CPUs. */
		if (!dentry->used)
			dentry->used = true;
		return dentry;
	}
	return NULL;
}

/* Twice the buckets. Without memory for them chains get longer, that is all. */
static void buckets_grow(void)
{
	size_t old_count = cache.bucket_count;
	struct dentry **old = cache.buckets;
	struct dentry **grown = heap_alloc_zero(2 * old_count * sizeof(struct dentry *));

	if (!grown)
		return;
	cache.buckets = grown;
	cache.bucket_count = 2 * old_count;
	for (size_t i = 0; i < old_count; i++) {
		struct dentry *next;

		for (struct dentry *dentry = old[i]; dentry; dentry = next) {
			struct dentry **bucket = bucket_of(dentry->parent, dentry->hash);

			next = dentry->next_in_bucket;
			dentry->next_in_bucket = *bucket;
			*bucket = dentry;
		}
	}
	if (old != buckets_first)
		heap_free(old);
}

void dentry_rehash(struct dentry *dentry)
{
	struct dentry **bucket = bucket_of(dentry->parent, dentry->hash);

	dentry->next_in_bucket = *bucket;
	*bucket = dentry;
	list_append(&dentry->parent->children, &dentry->sibling);
}

void dentry_unhash(struct dentry *dentry)
{
	struct dentry **at = bucket_of(dentry->parent, dentry->hash);

	while (*at != dentry)
		at = &(*at)->next_in_bucket;
	*at = dentry->next_in_bucket;
	list_remove(&dentry->sibling);
}

void cache_add(struct dentry *dentry)
{
	dentry_get(dentry);
	dentry->hashed = true;
	dentry->used = true;
	dentry_rehash(dentry);
	list_append(&cache.entries, &dentry->cached);
	if (++cache.count > cache.bucket_count && cache.bucket_count < CACHE_MAX)
		buckets_grow();
	if (cache.count > CACHE_MAX)
		dentry_cache_shrink(SHRINK_STEP);
}

void cache_drop(struct dentry *dentry)
{
	if (!dentry->hashed)
		return;
	dentry_unhash(dentry);
	list_remove(&dentry->cached);
	dentry->hashed = false;
	cache.count--;
	dentry_put(dentry);
}

size_t dentry_cache_shrink(size_t count)
{
	size_t looked_at = 0, forgotten = 0, most = 2 * cache.count;

	while (forgotten < count && looked_at++ < most && !list_is_empty(&cache.entries)) {
		struct dentry *dentry = list_entry(cache.entries.next, struct dentry, cached);

		if (dentry->references > 1 || dentry->used) {
			dentry->used = false;
			list_remove(&dentry->cached);
			list_append(&cache.entries, &dentry->cached);
			continue;
		}
		cache_drop(dentry);
		forgotten++;
	}
	return forgotten;
}
