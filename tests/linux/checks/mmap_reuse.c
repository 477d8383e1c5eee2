/* mmap and munmap of files and memory by turns: whatever was at an address before, a new mapping shows only its own. */
#include "conform.h"

#include <sys/mman.h>
#include <sys/wait.h>

#define SLOTS 24
#define STEPS 3000
#define PAGES_MAX 40
#define MEMORY (MAP_PRIVATE | MAP_ANONYMOUS)

struct slot {
	unsigned char *at;
	unsigned pages;
	enum { NOTHING, FILE_READ, FILE_PRIVATE, FILE_SHARED, MEMORY_READ, MEMORY_WRITTEN, MEMORY_CLOSED, KINDS } kind;
	unsigned char tag;
};

static struct slot slots[SLOTS];
static uint32_t state;

static unsigned random_below(unsigned limit)
{
	state = state * 1664525u + 1013904223u;
	return (state >> 8) % limit;
}

/* Page k of the file begins and ends with k + 1. */
static int file_open(const char *name)
{
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
	unsigned char page[PAGE];

	for (unsigned i = 0; i < PAGES_MAX; i++) {
		memset(page, (int)i + 1, sizeof(page));
		if (write(fd, page, sizeof(page)) != PAGE)
			return -1;
	}
	return fd;
}

static unsigned char expected(const struct slot *slot, unsigned page)
{
	switch (slot->kind) {
	case FILE_READ:
	case FILE_SHARED:
		return (unsigned char)(page + 1);
	case FILE_PRIVATE:
	case MEMORY_WRITTEN:
		return slot->tag;
	default:
		return 0;
	}
}

static bool slot_is_right(const struct slot *slot)
{
	for (unsigned i = 0; i < slot->pages && slot->kind != NOTHING && slot->kind != MEMORY_CLOSED; i++) {
		const unsigned char *page = slot->at + i * PAGE;

		if (page[0] != expected(slot, i) || page[PAGE - 1] != expected(slot, i))
			return false;
	}
	return true;
}

static unsigned wrong_count(void)
{
	unsigned wrong = 0;

	for (unsigned i = 0; i < SLOTS; i++)
		wrong += !slot_is_right(&slots[i]);
	return wrong;
}

static bool slot_map(struct slot *slot, int fd)
{
	unsigned kind = 1 + random_below(KINDS - 1);
	bool is_file = kind <= FILE_SHARED;
	bool writes = kind == FILE_PRIVATE || kind == MEMORY_WRITTEN;
	int protection = kind == MEMORY_CLOSED ? PROT_NONE : PROT_READ | (writes ? PROT_WRITE : 0);
	int flags = kind == FILE_SHARED ? MAP_SHARED : is_file ? MAP_PRIVATE : MEMORY;
	/* A hint: where something was once, perhaps in the middle of it. */
	unsigned char *hint = random_below(3) && slot->at ? slot->at + random_below(4) * PAGE : NULL;
	long place;

	*slot = (struct slot){.kind = NOTHING, .pages = 1 + random_below(PAGES_MAX)};
	slot->tag = (unsigned char)(100 + random_below(100));
	place = QUIET(mmap, hint, slot->pages * PAGE, protection, flags, is_file ? fd : -1, 0);
	if (place < 0)
		return false;
	slot->at = (unsigned char *)place;
	slot->kind = is_file ? FILE_READ : MEMORY_READ;
	if (kind != MEMORY_CLOSED && !slot_is_right(slot))
		return false;
	slot->kind = kind;
	if (writes)
		memset(slot->at, slot->tag, slot->pages * PAGE);
	/* What was closed from the beginning is memory like any other afterwards. */
	if (kind == MEMORY_CLOSED && random_below(2)) {
		slot->kind = MEMORY_READ;
		return QUIET(mprotect, slot->at, slot->pages * PAGE, PROT_READ | PROT_WRITE) == 0 &&
		       slot_is_right(slot);
	}
	return true;
}

/* All of it, or what lies behind a page of it. */
static bool slot_unmap(struct slot *slot)
{
	unsigned left = random_below(4) ? 0 : random_below(slot->pages);
	bool is_right = slot_is_right(slot) && QUIET(munmap, slot->at + left * PAGE, (slot->pages - left) * PAGE) == 0;

	slot->pages = left;
	if (left == 0)
		slot->kind = NOTHING;
	return is_right;
}

static unsigned wrong_in_child(void)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		unsigned wrong = wrong_count();

		for (unsigned i = 0; i < SLOTS; i++) {
			if (slots[i].kind == NOTHING)
				wrong += !slot_map(&slots[i], -1) && slots[i].kind > FILE_SHARED;
		}
		_exit((int)(wrong + wrong_count()));
	}
	return waitpid(child, &status, 0) == child && WIFEXITED(status) ? (unsigned)WEXITSTATUS(status) : 1;
}

CHECK(mmap_reuse_of_places, "mmap,munmap,mprotect")
{
	int fd = file_open("file");

	REQUIRE(fd >= 0);
	for (unsigned seed = 1; seed <= 4; seed++) {
		unsigned wrong = 0;
		unsigned in_children = 0;

		state = seed;
		for (unsigned step = 0; step < STEPS; step++) {
			struct slot *slot = &slots[random_below(SLOTS)];

			wrong += slot->kind == NOTHING ? !slot_map(slot, fd) : !slot_unmap(slot);
			if (step % 500 == 0)
				in_children += wrong_in_child();
		}
		SHOW(wrong);
		SHOW(wrong_count());
		SHOW(in_children);
	}
}
