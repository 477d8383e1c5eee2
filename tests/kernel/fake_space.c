/* An address space of real memory: see fake_space.h. */
#define _GNU_SOURCE
#include "fake_space.h"

#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fake_arena.h"
#include "kernel/host/boot.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/list.h"
#include "kernel/lib/pages.h"
#include "kernel/mm/vma.h"
#include "kernel/task/process.h"
#include "kernel/vfs/file.h"

#include <linux/errno.h>

int memfd_create(const char *name, unsigned flags);

struct fake_file {
	struct file file;
	struct inode inode;
	size_t pages;
	size_t image_page;
	uint64_t nid;
	bool is_image;
	char *data;
};

uint64_t fake_user_base;
uint64_t fake_limits[16];
bool fake_is_root;
int fake_image_fd;
unsigned char *fake_image;
int fake_writable_count;
int fake_writable_error;
_Thread_local struct thread *arch_thread_current;

static struct process process;
static struct thread thread;
static struct kernel_boot boot;

const struct kernel_boot *kernel_boot(void)
{
	return &boot;
}

uint64_t process_limit(unsigned resource)
{
	return fake_limits[resource];
}

bool process_capable(int capability)
{
	(void)capability;
	return fake_is_root;
}

static void image_init(void)
{
	fake_image_fd = memfd_create("image", 0);
	bug_on(fake_image_fd < 0 || ftruncate(fake_image_fd, FAKE_IMAGE_PAGES * PAGE_BYTES) != 0);
	fake_image = (unsigned char *)syscall(SYS_mmap, NULL, FAKE_IMAGE_PAGES * PAGE_BYTES, PROT_READ | PROT_WRITE,
					      MAP_SHARED, fake_image_fd, 0);
	memset(fake_image, 0xee, FAKE_IMAGE_PAGES * PAGE_BYTES);
	for (unsigned page = 0; page < FAKE_IMAGE_PAGES; page++)
		fake_image[page * PAGE_BYTES] = (unsigned char)(page + 1);
	boot.image_base = (uint64_t)(uintptr_t)fake_image;
	boot.image_bytes = FAKE_IMAGE_PAGES * PAGE_BYTES;
	boot.image_fd = fake_image_fd;
}

static void areas_init(void)
{
	long base = syscall(SYS_mmap, NULL, FAKE_USER_BYTES + (4ul << 30), PROT_NONE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	bug_on(base == -1);
	fake_user_base = ((uint64_t)base + (4ul << 30) - 1) & ~((4ul << 30) - 1);
	boot.user_base = fake_user_base;
	boot.user_bytes = FAKE_USER_BYTES;
	boot.low_start = FAKE_LOW_START;
	boot.low_end = FAKE_LOW_END;
	boot.arena_fd = fake_arena_fd;
	image_init();
}

void fake_space_begin(void)
{
	if (!fake_user_base)
		areas_init();
	process = (struct process){.pid = 1};
	process.space = space_new();
	bug_on(!process.space);
	thread = (struct thread){.self = &thread, .process = &process};
	arch_thread_current = &thread;
	for (unsigned i = 0; i < 16; i++)
		fake_limits[i] = UINT64_MAX;
	fake_is_root = false;
	fake_writable_error = 0;
}

void *fake_space_now(void)
{
	return process.space;
}

void fake_space_end(void)
{
	space_clear(process.space);
	space_put(process.space);
	bug_on(fake_writable_count != 0);
}

static int fake_page(struct file *file, uint64_t offset, bool write, enum mapping_kind *kind, uint64_t *host_offset,
		     uint64_t *bytes)
{
	struct fake_file *fake = container_of(file, struct fake_file, file);
	uint64_t end = fake->pages * PAGE_BYTES;

	(void)write;
	if (offset >= end)
		return -ENXIO;
	if (*bytes > end - offset)
		*bytes = end - offset;
	/* Two pages at a time, as if they lay anywhere. */
	if (!fake->is_image && *bytes > 2 * PAGE_BYTES)
		*bytes = 2 * PAGE_BYTES;
	*kind = fake->is_image ? MAPPING_IMAGE : MAPPING_ARENA;
	*host_offset = offset + (fake->is_image ? fake->image_page * PAGE_BYTES : arena_offset(fake->data));
	return 0;
}

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

void fake_file_free(struct fake_file *file)
{
	bug_on(file->file.references != 1);
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

void file_put(struct file *file)
{
	if (file)
		file->references--;
}

long path_text(const struct path *path, const struct path *at, char *buffer, size_t size, char **out)
{
	(void)path, (void)at;
	*out = buffer;
	return snprintf(buffer, size, "/file");
}

char *fake_space_maps(void)
{
	const struct address_space *space = process.space;
	char *out = NULL;
	size_t length = 0;
	FILE *stream = open_memstream(&out, &length);

	for (struct vma *vma = vma_find(space, 0); vma; vma = vma_next(vma))
		fprintf(stream, "%lx-%lx %c%c%c%c %lx%s%s%s\n", vma->start, vma->end,
			vma->protection & PROT_READ ? 'r' : '-', vma->protection & PROT_WRITE ? 'w' : '-',
			vma->protection & PROT_EXEC ? 'x' : '-', vma->flags & MAP_SHARED ? 's' : 'p',
			vma->file || vma->shared ? vma->offset : 0, vma->file || vma->shared ? " file" : "",
			vma->label ? " " : "", vma->label ? vma->label : "");
	fclose(stream);
	return out;
}
