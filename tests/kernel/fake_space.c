/* An address space of real memory: see fake_space.h. */
#include "fake_space.h"

#include <linux/errno.h>
#include <linux/memfd.h>

#include "fake_arena.h"
#include "fake_task.h"
#include "kernel/host/boot.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/list.h"
#include "kernel/lib/pages.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"
#include "kernel/mm/vma.h"
#include "kernel/task/process.h"
#include "kernel/vfs/file.h"

/* libc's, whose headers clash with the kernel's. */
int memfd_create(const char *name, unsigned flags);
int ftruncate(int fd, long bytes);
void *mmap(void *address, size_t bytes, int protection, int flags, int fd, long offset);

#define MAPS_BYTES 20000

struct fake_file {
	struct file file;
	struct inode inode;
	size_t pages;
	size_t image_page;
	uint64_t nid;
	bool is_image;
	bool is_hole;
	int pins;
	char *data;
};

uint64_t fake_user_base;
int fake_image_fd;
unsigned char *fake_image;
int fake_writable_count;
int fake_writable_error;

static struct process *process;
/* What /proc/PID/maps calls them all. */
static struct dentry file_name = {.references = 1, .parent = &file_name, .length = 5, .name = "/file"};

static void image_init(void)
{
	fake_image_fd = memfd_create("image", 0);
	bug_on(fake_image_fd < 0 || ftruncate(fake_image_fd, FAKE_IMAGE_PAGES * PAGE_BYTES) != 0);
	fake_image = mmap(NULL, FAKE_IMAGE_PAGES * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fake_image_fd, 0);
	memset(fake_image, 0xee, FAKE_IMAGE_PAGES * PAGE_BYTES);
	for (unsigned page = 0; page < FAKE_IMAGE_PAGES; page++)
		fake_image[page * PAGE_BYTES] = (unsigned char)(page + 1);
	fake_boot.image_base = (uint64_t)(uintptr_t)fake_image;
	fake_boot.image_bytes = FAKE_IMAGE_PAGES * PAGE_BYTES;
	fake_boot.image_fd = fake_image_fd;
}

static void areas_init(void)
{
	uint64_t base = (uint64_t)(uintptr_t)mmap(NULL, FAKE_USER_BYTES + (4ul << 30), PROT_NONE,
						  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	bug_on(base == UINT64_MAX);
	fake_user_base = (base + (4ul << 30) - 1) & ~((4ul << 30) - 1);
	fake_boot.user_base = fake_user_base;
	fake_boot.user_bytes = FAKE_USER_BYTES;
	fake_boot.low_start = FAKE_LOW_START;
	fake_boot.low_end = FAKE_LOW_END;
	image_init();
}

void fake_space_begin(void)
{
	if (!fake_user_base)
		areas_init();
	process = fake_task_begin();
	fake_task_set_capabilities(0);
	process->space = space_new();
	bug_on(!process->space);
	fake_writable_error = 0;
}

void *fake_space_now(void)
{
	return process->space;
}

void fake_space_end(void)
{
	space_clear(process->space);
	space_put(process->space);
	bug_on(fake_writable_count != 0);
}

static int fake_page(struct file *file, uint64_t offset, bool write, enum mapping_kind *kind, uint64_t *host_offset,
		     uint64_t *bytes)
{
	struct fake_file *fake = container_of(file, struct fake_file, file);
	uint64_t end = fake->pages * PAGE_BYTES;
	bool fills = fake->is_hole && write;

	if (offset >= end)
		return -ENXIO;
	if (*bytes > end - offset)
		*bytes = end - offset;
	/* Two pages at a time, as if they lay anywhere. */
	if (!fake->is_image && *bytes > 2 * PAGE_BYTES)
		*bytes = 2 * PAGE_BYTES;
	if (fills)
		fake->is_hole = false;
	*kind = fake->is_hole ? MAPPING_ZERO : fake->is_image ? MAPPING_IMAGE : MAPPING_ARENA;
	*host_offset = offset + (fake->is_image ? fake->image_page * PAGE_BYTES : arena_offset(fake->data));
	return fills;
}

/* The hole was filled, once. */
static uint64_t fake_version(struct inode *inode)
{
	return !container_of(inode, struct fake_file, inode)->is_hole;
}

static uint64_t fake_moved(struct inode *inode, uint64_t since, uint64_t offset, uint64_t end, uint64_t *bytes)
{
	*bytes = end - offset;
	return fake_version(inode) != since ? offset : end;
}

static bool fake_showed(struct inode *inode, uint64_t version, uint64_t offset, const void *contents)
{
	static const char zeroes[PAGE_BYTES];

	(void)inode, (void)version, (void)offset;
	return memcmp(contents, zeroes, PAGE_BYTES) == 0;
}

static void fake_pin(struct inode *inode)
{
	container_of(inode, struct fake_file, inode)->pins++;
}

static void fake_unpin(struct inode *inode)
{
	container_of(inode, struct fake_file, inode)->pins--;
}

static const struct mapping_history fake_history = {
	.version = fake_version,
	.moved = fake_moved,
	.showed = fake_showed,
	.pin = fake_pin,
	.unpin = fake_unpin,
};

static int fake_writable_add(struct inode *inode)
{
	(void)inode;
	if (fake_writable_error)
		return fake_writable_error;
	fake_writable_count++;
	return 0;
}

static void fake_writable_remove(struct inode *inode)
{
	(void)inode;
	fake_writable_count--;
}

static int fake_map(struct file *file, struct mapping_source *source)
{
	struct fake_file *fake = container_of(file, struct fake_file, file);

	source->kind = fake->is_image ? MAPPING_IMAGE : MAPPING_ARENA;
	source->page = fake_page;
	source->history = &fake_history;
	source->nid = fake->nid;
	source->writable_add = fake_writable_add;
	source->writable_remove = fake_writable_remove;
	return 0;
}

static const struct file_ops fake_ops = {.map = fake_map};

struct fake_file *fake_file_new(int flags, size_t pages)
{
	struct fake_file *fake = heap_alloc_zero(sizeof(*fake));

	fake->file.ops = &fake_ops;
	fake->file.references = 1;
	fake->file.flags = (uint32_t)flags;
	fake->file.inode = &fake->inode;
	fake->file.path.dentry = &file_name;
	fake->pages = pages;
	fake->data = pages_alloc_zero(FAKE_FILE_PAGES);
	for (size_t page = 0; page < FAKE_FILE_PAGES; page++)
		fake->data[page * PAGE_BYTES] = (char)(page + 1);
	return fake;
}

struct fake_file *fake_image_file_new(size_t first_page, size_t pages, uint64_t nid)
{
	struct fake_file *fake = fake_file_new(O_RDONLY, pages);

	fake->is_image = true;
	fake->image_page = first_page;
	fake->nid = nid;
	return fake;
}

void fake_file_make_hole(struct fake_file *file)
{
	memset(file->data, 0, FAKE_FILE_PAGES * PAGE_BYTES);
	file->is_hole = true;
}

void fake_file_free(struct fake_file *file)
{
	bug_on(file->file.references != 1 || file->pins != 0 || file->inode.mappings != 0);
	pages_free(file->data, FAKE_FILE_PAGES);
	heap_free(file);
}

void fake_file_resize(struct fake_file *file, size_t pages)
{
	size_t from = pages < file->pages ? pages : file->pages;
	size_t to = pages > file->pages ? pages : file->pages;

	if (pages > file->pages)
		memset(file->data + file->pages * PAGE_BYTES, 0, (pages - file->pages) * PAGE_BYTES);
	file->pages = pages;
	mm_file_changed(&file->inode, from * PAGE_BYTES, (to - from) * PAGE_BYTES);
}

void *fake_file_of(struct fake_file *file)
{
	return &file->file;
}

void *fake_file_page(struct fake_file *file, size_t page)
{
	return file->data + page * PAGE_BYTES;
}

int fake_file_references(struct fake_file *file)
{
	return (int)file->file.references;
}

const char *fake_space_maps(void)
{
	static char out[MAPS_BYTES];
	const struct address_space *space = process->space;
	struct text text = {0};

	for (struct vma *vma = vma_find(space, 0); vma; vma = vma_next(vma))
		text_print(&text, "%lx-%lx %c%c%c%c %lx%s%s%s\n", vma->start, vma->end,
			   vma->protection & PROT_READ ? 'r' : '-', vma->protection & PROT_WRITE ? 'w' : '-',
			   vma->protection & PROT_EXEC ? 'x' : '-', vma->flags & MAP_SHARED ? 's' : 'p',
			   vma->file || vma->shared ? vma->offset : 0, vma->file || vma->shared ? " file" : "",
			   vma->label ? " " : "", vma->label ? vma->label : "");
	bug_on(text.failed || text.length >= MAPS_BYTES);
	memcpy(out, text.data ? text.data : "", text.length);
	out[text.length] = 0;
	text_clear(&text);
	return out;
}
