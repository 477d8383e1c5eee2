/* Telling all mappings of a file that it changed: see refresh.h and mm_file_changed. */
#include "arch_relax.h"
#include "kernel/host/host.h"
#include "kernel/lib/list.h"
#include "kernel/lib/pages.h"
#include "kernel/mm/refresh.h"
#include "kernel/mm/space.h"
#include "kernel/task/kick.h"
#include "kernel/task/process.h"
#include "kernel/task/time.h"
#include "kernel/vfs/file.h"

/* A kick takes a few microseconds to arrive. Who does not act on it for that long is not running the application. */
#define WAIT_NS_MAX 1000000u
#define WAIT_SPINS 256u

/* A change, and who was told. */
struct change {
	struct inode *inode;
	uint64_t offset;
	uint64_t end;
	uint32_t seen;   /* VMAs of the file */
	bool is_awaited; /* another process shows what is not true any more */
};

static bool shows_file(const struct vma *vma, const struct inode *inode)
{
	return vma->file && vma->file->inode == inode && !vma_is_anonymous(vma) && !vma->shared;
}

/* Marks a VMA if what it shows changed, or may grow. */
static bool vma_mark(struct vma *vma, const struct change *change)
{
	uint64_t shown_end = vma->offset + (vma->backed - vma->start);
	uint64_t file_end = PAGE_ROUND_UP(__atomic_load_n(&change->inode->size, __ATOMIC_RELAXED));

	/* What lies farther behind the file's end is found when it is touched. */
	if (change->offset > shown_end || change->end <= vma->offset ||
	    change->offset >= vma->offset + (vma->end - vma->start))
		return false;
	if (!vma->is_stale) {
		vma->is_stale = true;
		vma->stale_from = change->offset;
		vma->stale_to = change->end;
		vma->stale_end = UINT64_MAX;
		if (vma->source.history)
			vma->source.history->pin(change->inode);
	}
	if (change->offset < vma->stale_from)
		vma->stale_from = change->offset;
	if (change->end > vma->stale_to)
		vma->stale_to = change->end;
	if (file_end < vma->stale_end)
		vma->stale_end = file_end;
	return true;
}

/* Its lock is held. True: its process has something to do. */
static bool space_mark(struct address_space *space, struct change *change)
{
	bool marked = false;

	for (struct vma *vma = vma_find(space, 0); vma; vma = vma_next(vma)) {
		if (!shows_file(vma, change->inode))
			continue;
		change->seen++;
		if (!vma_mark(vma, change))
			continue;
		marked = true;
		change->is_awaited |= change->offset < vma->offset + (vma->backed - vma->start);
	}
	if (marked && space->stale == STALE_NOT)
		__atomic_store_n(&space->stale, STALE_MARKED, __ATOMIC_RELEASE);
	return marked;
}

/* True: no other process has mappings of the file, but for some that were made after the change. */
static bool own_refresh(struct change *change)
{
	struct address_space *space = space_lock();
	bool alone;

	if (space_mark(space, change))
		space_refresh(space);
	alone = change->seen == __atomic_load_n(&change->inode->mappings, __ATOMIC_SEQ_CST);
	space_unlock(space);
	return alone;
}

/* What is forked meanwhile comes behind its parent. */
static void others_mark(const struct address_space *own, struct change *change)
{
	struct address_space *space = NULL;

	change->is_awaited = false;
	while ((space = spaces_next(space))) {
		bool marked;

		if (space == own)
			continue;
		lock_acquire(&space->lock);
		marked = space_mark(space, change);
		lock_release(&space->lock);
		if (marked)
			space_kick(space, KICK_MEMORY);
	}
}

/* The calling process may be waited for, too. */
static void space_await(struct address_space *space, uint64_t deadline_ns)
{
	uint32_t stale;

	for (unsigned spin = 0; spin < WAIT_SPINS; spin++) {
		if (!__atomic_load_n(&space->stale, __ATOMIC_ACQUIRE))
			return;
		arch_relax();
	}
	while ((stale = __atomic_load_n(&space->stale, __ATOMIC_ACQUIRE))) {
		uint64_t now_ns = host_monotonic_ns();
		struct __kernel_timespec left;

		if (now_ns >= deadline_ns)
			return;
		left = timespec_from_ns(deadline_ns - now_ns);
		if (current->kick & KICK_MEMORY)
			mm_refresh();
		if (stale == STALE_AWAITED || __atomic_compare_exchange_n(&space->stale, &stale, STALE_AWAITED, false,
									  __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
			(void)host_futex_wait(&space->stale, STALE_AWAITED, &left);
	}
}

static void others_await(const struct address_space *own)
{
	uint64_t deadline_ns = host_monotonic_ns() + WAIT_NS_MAX;

	for (struct address_space *space = spaces_next(NULL); space; space = spaces_next(space)) {
		if (space != own)
			space_await(space, deadline_ns);
	}
}

void mm_file_changed(struct inode *inode, uint64_t offset, uint64_t bytes)
{
	/* The service process has none. */
	const struct address_space *own = process_current()->space;
	struct change change = {inode, offset, bytes > UINT64_MAX - offset ? UINT64_MAX : offset + bytes, 0, false};

	if (!__atomic_load_n(&inode->mappings, __ATOMIC_SEQ_CST))
		return;
	if (own && own_refresh(&change))
		return;
	others_mark(own, &change);
	if (change.is_awaited)
		others_await(own);
}

void mm_refresh(void)
{
	__atomic_fetch_and(&current->kick, ~(uint32_t)KICK_MEMORY, __ATOMIC_SEQ_CST);
	mm_refresh_if_stale();
}

void mm_refresh_if_stale(void)
{
	const struct address_space *space = process_current()->space;

	/* Locking does it. */
	if (space && __atomic_load_n(&space->stale, __ATOMIC_ACQUIRE))
		space_unlock(space_lock());
}

/* One VMA that made pages, which it forgets: with a reference on its file, or NULL. */
static struct file *made_take(struct address_space *space, uint64_t *offset, uint64_t *end)
{
	for (struct vma *vma = vma_find(space, 0); vma; vma = vma_next(vma)) {
		if (vma->made_from == vma->made_to)
			continue;
		*offset = vma->made_from;
		*end = vma->made_to;
		vma->made_from = vma->made_to = 0;
		file_get(vma->file);
		return vma->file;
	}
	space->has_made = false;
	return NULL;
}

void made_tell(struct address_space *space)
{
	uint64_t offset;
	uint64_t end;

	for (;;) {
		struct file *file;

		lock_acquire(&space->lock);
		file = made_take(space, &offset, &end);
		lock_release(&space->lock);
		if (!file)
			return;
		mm_file_changed(file->inode, offset, end - offset);
		file_put(file);
	}
}
