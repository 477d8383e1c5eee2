/* /proc/PID/maps and smaps, and the sums of status and statm. */
#include "kernel/lib/heap.h"
#include "kernel/lib/pages.h"
#include "kernel/lib/text.h"
#include "kernel/mm/area.h"
#include "kernel/mm/space.h"
#include "kernel/task/process.h"
#include "kernel/vfs/file.h"
#include "kernel/vfs/namei.h"

/* Where Linux begins the name. */
#define NAME_COLUMN 73u

/*
 * A VMA's lines are written without the space's lock: names need the tree lock, which comes before it. A snapshot has
 * references on the files.
 */
struct snapshot {
	struct vma *vmas;
	size_t count;
};

static bool snapshot_take(struct address_space *space, struct snapshot *snapshot)
{
	size_t size;

	*snapshot = (struct snapshot){0};
	lock_acquire(&space->lock);
	size = space->vma_count + 1;
	snapshot->vmas = heap_alloc(size * sizeof(struct vma));
	for (struct vma *vma = vma_find(space, 0); vma && snapshot->vmas; vma = vma_next(vma)) {
		struct vma *copy = &snapshot->vmas[snapshot->count++];

		*copy = *vma;
		if (copy->file)
			file_get(copy->file);
	}
	lock_release(&space->lock);
	return snapshot->vmas != NULL;
}

static void snapshot_end(struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->count; i++)
		file_put(snapshot->vmas[i].file);
	heap_free(snapshot->vmas);
}

static void name_add(struct text *text, const char *name)
{
	for (; *name; name++) {
		if (*name == '\n')
			text_print(text, "\\012");
		else
			text_add(text, name, 1);
	}
}

static void file_name_add(struct text *text, const struct file *file)
{
	char *buffer = heap_alloc(PATH_BYTES_MAX);
	struct path path = file->path;
	char *name;

	if (!buffer) {
		text->failed = true;
		return;
	}
	if (path_text(&path, &process_current()->root, buffer, PATH_BYTES_MAX, &name) >= 0) {
		name_add(text, name);
	} else {
		text_print(text, "/");
		name_add(text, path.dentry->name);
		text_print(text, " (deleted)");
	}
	heap_free(buffer);
}

static void column_fill(struct text *text, size_t line)
{
	while (text->length - line < NAME_COLUMN && !text->failed)
		text_add(text, " ", 1);
}

static void line_add(struct text *text, const struct vma *vma)
{
	const struct inode *inode = vma->file ? vma->file->inode : NULL;
	uint64_t device = inode ? inode->super ? inode->super->device : 0 : 0;
	size_t line = text->length;

	text_print(text, "%08lx-%08lx %c%c%c%c %08lx %02x:%02x %lu ", (unsigned long)vma->start,
		   (unsigned long)vma->end, vma->protection & PROT_READ ? 'r' : '-',
		   vma->protection & PROT_WRITE ? 'w' : '-', vma->protection & PROT_EXEC ? 'x' : '-',
		   vma->flags & MAP_SHARED ? 's' : 'p', (unsigned long)(vma->file ? vma->offset : 0),
		   (unsigned)(device >> 8 & 0xfff), (unsigned)((device & 0xff) | (device >> 12 & 0xfff00)),
		   (unsigned long)(inode ? inode->ino : 0));
	if (vma->file) {
		column_fill(text, line);
		file_name_add(text, vma->file);
	} else if (vma->label) {
		column_fill(text, line);
		text_print(text, "%s", vma->label);
	} else if (vma->shared) {
		column_fill(text, line);
		text_print(text, "/dev/zero (deleted)");
	}
	text_print(text, "\n");
}

static void kilobytes_add(struct text *text, const char *what, uint64_t bytes)
{
	text_print(text, "%-16s%8lu kB\n", what, bytes >> 10);
}

static void flags_add(struct text *text, const struct vma *vma)
{
	const struct {
		bool set;
		const char *name;
	} flags[] = {
		{vma->protection & PROT_READ, "rd"},
		{vma->protection & PROT_WRITE, "wr"},
		{vma->protection & PROT_EXEC, "ex"},
		{vma->flags & MAP_SHARED, "sh"},
		{vma->maximum & PROT_READ, "mr"},
		{vma->maximum & PROT_WRITE, "mw"},
		{vma->maximum & PROT_EXEC, "me"},
		{vma->flags & MAP_SHARED, "ms"},
		{vma->flags & MAP_GROWSDOWN, "gd"},
		{vma->flags & MAP_LOCKED, "lo"},
		{vma->advice & ADVICE_SEQUENTIAL, "sr"},
		{vma->advice & ADVICE_RANDOM, "rr"},
		{vma->advice & ADVICE_DONTFORK, "dc"},
		{vma->flags & MAP_NORESERVE, "nr"},
		{vma->advice & ADVICE_WIPEONFORK, "wf"},
		{vma->advice & ADVICE_DONTDUMP, "dd"},
		{vma->advice & ADVICE_HUGEPAGE, "hg"},
		{vma->advice & ADVICE_NOHUGEPAGE || vma->flags & MAP_STACK, "nh"},
		{vma->advice & ADVICE_MERGEABLE, "mg"},
	};

	text_print(text, "VmFlags:");
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (flags[i].set)
			text_print(text, " %s", flags[i].name);
	}
	text_print(text, " \n");
}

/* The host is not asked which pages are resident: everything accessible counts as such. */
/* What of a mapping is in memory, as far as we can tell: see proc_resident_pages. */
struct resident {
	uint64_t all;
	uint64_t anonymous;
	uint64_t shared;
	uint64_t locked;
};

static struct resident resident_of(const struct vma *vma)
{
	uint64_t bytes = vma->protection == PROT_NONE ? 0 : vma->end - vma->start;

	return (struct resident){
		.all = bytes,
		.anonymous = vma_is_anonymous(vma) ? bytes : 0,
		.shared = vma->flags & MAP_SHARED ? bytes : 0,
		.locked = vma->flags & MAP_LOCKED ? bytes : 0,
	};
}

/* The lines that smaps and smaps_rollup have in common; those in between are `sums`, of the second alone. */
static void resident_add(struct text *text, const struct resident *resident, bool sums)
{
	static const char *const zeroes[] = {"KSM:",           "LazyFree:",       "AnonHugePages:",   "ShmemPmdMapped:",
					     "FilePmdMapped:", "Shared_Hugetlb:", "Private_Hugetlb:", "Swap:",
					     "SwapPss:"};
	uint64_t file = resident->all - resident->shared - resident->anonymous;

	kilobytes_add(text, "Rss:", resident->all);
	kilobytes_add(text, "Pss:", resident->all);
	kilobytes_add(text, "Pss_Dirty:", resident->anonymous + resident->shared);
	if (sums) {
		kilobytes_add(text, "Pss_Anon:", resident->anonymous);
		kilobytes_add(text, "Pss_File:", file);
		kilobytes_add(text, "Pss_Shmem:", resident->shared);
	}
	kilobytes_add(text, "Shared_Clean:", 0);
	kilobytes_add(text, "Shared_Dirty:", resident->shared);
	kilobytes_add(text, "Private_Clean:", file);
	kilobytes_add(text, "Private_Dirty:", resident->anonymous);
	kilobytes_add(text, "Referenced:", resident->all);
	kilobytes_add(text, "Anonymous:", resident->anonymous);
	for (size_t i = 0; i < sizeof(zeroes) / sizeof(zeroes[0]); i++)
		kilobytes_add(text, zeroes[i], 0);
	kilobytes_add(text, "Locked:", resident->locked);
}

static void details_add(struct text *text, const struct vma *vma)
{
	const struct resident resident = resident_of(vma);

	kilobytes_add(text, "Size:", vma->end - vma->start);
	kilobytes_add(text, "KernelPageSize:", PAGE_BYTES);
	kilobytes_add(text, "MMUPageSize:", PAGE_BYTES);
	resident_add(text, &resident, false);
	text_print(text, "THPeligible:           0\n");
	flags_add(text, vma);
}

static void vma_show(struct text *text, const struct vma *vma, bool details)
{
	line_add(text, vma);
	if (details)
		details_add(text, vma);
}

static void space_show(struct address_space *space, struct text *text, bool details)
{
	const struct kernel_boot *boot = kernel_boot();
	/* The host's, which the application shares with us. */
	const struct vma vdso = {.start = boot->vdso,
				 .end = boot->vdso + PAGE_ROUND_UP(boot->vdso_bytes),
				 .protection = PROT_READ | PROT_EXEC,
				 .maximum = PROT_READ | PROT_WRITE | PROT_EXEC,
				 .flags = MAP_PRIVATE,
				 .label = "[vdso]"};
	bool vdso_shown = boot->vdso == 0;
	struct snapshot snapshot;

	if (!snapshot_take(space, &snapshot)) {
		text->failed = true;
		return;
	}
	for (size_t i = 0; i < snapshot.count; i++) {
		if (!vdso_shown && snapshot.vmas[i].start > vdso.start) {
			vma_show(text, &vdso, details);
			vdso_shown = true;
		}
		vma_show(text, &snapshot.vmas[i], details);
	}
	if (!vdso_shown)
		vma_show(text, &vdso, details);
	snapshot_end(&snapshot);
}

void mm_show_maps(struct address_space *space, struct text *text)
{
	space_show(space, text, false);
}

void mm_show_smaps(struct address_space *space, struct text *text)
{
	space_show(space, text, true);
}

void mm_show_smaps_rollup(struct address_space *space, struct text *text)
{
	struct resident sum = {0};
	struct snapshot snapshot;

	if (!snapshot_take(space, &snapshot)) {
		text->failed = true;
		return;
	}
	for (size_t i = 0; i < snapshot.count; i++) {
		const struct resident resident = resident_of(&snapshot.vmas[i]);

		sum.all += resident.all;
		sum.anonymous += resident.anonymous;
		sum.shared += resident.shared;
		sum.locked += resident.locked;
	}
	text_print(text, "%08lx-%08lx ---p 00000000 00:00 0                          [rollup]\n",
		   snapshot.count ? snapshot.vmas[0].start : 0,
		   snapshot.count ? snapshot.vmas[snapshot.count - 1].end : 0);
	resident_add(text, &sum, true);
	snapshot_end(&snapshot);
}

void mm_totals(struct address_space *space, struct mm_totals *out)
{
	*out = (struct mm_totals){0};
	lock_acquire(&space->lock);
	for (struct vma *vma = vma_find(space, 0); vma; vma = vma_next(vma)) {
		uint64_t count = (vma->end - vma->start) / PAGE_BYTES;

		if (!vma_is_anonymous(vma))
			out->shared += count;
		if (mapping_is_data(vma->protection, vma->flags))
			out->data += count;
		if (vma->end == space->stack_end)
			out->stack += count;
		if (vma->protection & PROT_EXEC && vma->file)
			out->code += count;
	}
	out->total = space->total_bytes / PAGE_BYTES;
	out->locked = space->locked_bytes / PAGE_BYTES;
	lock_release(&space->lock);
}
