/* Core dumps: when there is one, and what is in the file. See core.h. */
#include <linux/elf.h>
#include <linux/mman.h>
#include <linux/resource.h>

#include "kernel/core/parts.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/pages.h"
#include "kernel/lib/string.h"
#include "kernel/mm/user.h"
#include "kernel/signal/signal.h"
#include "kernel/task/exit.h"

/* Linux dumps nothing under a limit that is smaller than this. */
#define LIMIT_LEAST PAGE_BYTES
#define BUFFER_PAGES 16ul

static struct core_thread *thread_keep(const struct thread *thread)
{
	struct core_thread *kept = heap_new(struct core_thread);

	if (!kept)
		return NULL;
	kept->tid = thread->tid;
	kept->pending = thread->signals.pending;
	kept->blocked = thread->signals.blocked;
	arch_core_registers(thread->frame, thread->call_number, kept->registers);
	kept->vectors = pages_alloc_zero(PAGE_ROUND_UP(arch_xstate_bytes()) / PAGE_BYTES);
	if (kept->vectors)
		arch_core_vectors(kept->vectors);
	return kept;
}

static void core_add(struct core *core, struct core_thread *kept, bool in_front)
{
	lock_acquire(&core->lock);
	if (kept && in_front)
		list_push(&core->threads, &kept->list);
	else if (kept)
		list_append(&core->threads, &kept->list);
	lock_release(&core->lock);
}

void core_thread_note(void)
{
	struct thread *thread = current;
	struct core *core = __atomic_load_n(&thread->process->core, __ATOMIC_ACQUIRE);

	if (core && thread->frame)
		core_add(core, thread_keep(thread), false);
}

void core_free(struct core *core)
{
	if (!core)
		return;
	list_for_each_safe(at, after, &core->threads)
	{
		struct core_thread *kept = list_entry(at, struct core_thread, list);

		if (kept->vectors)
			pages_free(kept->vectors, PAGE_ROUND_UP(arch_xstate_bytes()) / PAGE_BYTES);
		heap_free(kept);
	}
	heap_free(core);
}

/* The process dumps from now on. NULL: no memory, or another thread was first. */
static struct core *core_begin(struct process *process, const siginfo_t *info)
{
	struct core *core = heap_new(struct core);
	struct core *none = NULL;

	if (!core)
		return NULL;
	list_init(&core->threads);
	core->info = *info;
	if (__atomic_compare_exchange_n(&process->core, &none, core, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return core;
	heap_free(core);
	return NULL;
}

static Elf64_Phdr area_header(const struct core_area *area, uint64_t offset)
{
	return (Elf64_Phdr){
		.p_type = PT_LOAD,
		.p_flags = (area->protection & PROT_READ ? PF_R : 0u) | (area->protection & PROT_WRITE ? PF_W : 0u) |
			   (area->protection & PROT_EXEC ? PF_X : 0u),
		.p_offset = offset,
		.p_vaddr = area->start,
		.p_filesz = area->dumped,
		.p_memsz = area->end - area->start,
		.p_align = PAGE_BYTES,
	};
}

/* File header and program headers; `notes` lie behind them, and the areas on pages behind those. */
static void headers_write(struct core_sink *sink, const struct core_areas *areas, size_t note_bytes)
{
	Elf64_Ehdr header = {
		.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
		.e_type = ET_CORE,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_phoff = sizeof(header),
		.e_ehsize = sizeof(header),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = (uint16_t)(areas->count + 1),
	};
	uint64_t offset = sizeof(header) + (areas->count + 1) * sizeof(Elf64_Phdr);
	Elf64_Phdr notes = {.p_type = PT_NOTE, .p_offset = offset, .p_filesz = note_bytes};
	struct text text = {0};

	offset = PAGE_ROUND_UP(offset + note_bytes);
	text_add(&text, (const char *)&header, sizeof(header));
	text_add(&text, (const char *)&notes, sizeof(notes));
	for (size_t i = 0; i < areas->count; i++) {
		Elf64_Phdr area = area_header(&areas->list[i], offset);

		text_add(&text, (const char *)&area, sizeof(area));
		offset += areas->list[i].dumped;
	}
	if (text.failed)
		sink->error = -1;
	core_sink_write(sink, text.data, text.length);
	text_clear(&text);
}

static bool is_zero(const uint64_t *words, size_t bytes)
{
	for (size_t i = 0; i < bytes / sizeof(*words); i++) {
		if (words[i])
			return false;
	}
	return true;
}

/* Page by page: untouched ones take no room in the dump. What cannot be read is left out, too. */
static void area_write(struct core_sink *sink, const struct core_area *area, char *buffer)
{
	for (uint64_t at = 0; at < area->dumped && !sink->error;) {
		size_t piece = area->dumped - at < BUFFER_PAGES * PAGE_BYTES ? area->dumped - at
									     : BUFFER_PAGES * PAGE_BYTES;

		if (user_read(buffer, area->start + at, piece) == piece && !is_zero((const uint64_t *)buffer, piece))
			core_sink_write(sink, buffer, piece);
		else
			core_sink_skip(sink, piece);
		at += piece;
	}
}

static void dump_write(struct core_sink *sink, const struct core *core, const struct core_areas *areas, char *buffer)
{
	struct text notes = {0};

	core_notes_make(&notes, core, areas);
	headers_write(sink, areas, notes.length);
	core_sink_write(sink, notes.data, notes.length);
	core_sink_skip(sink, -sink->position & (PAGE_BYTES - 1));
	if (notes.failed)
		sink->error = -1;
	text_clear(&notes);
	for (size_t i = 0; i < areas->count && !sink->error; i++)
		area_write(sink, &areas->list[i], buffer);
}

/* Whether anything of a dump came to be. */
static bool dump(const struct core *core, uint64_t limit)
{
	struct core_sink sink = {.limit = limit};
	struct core_areas areas = {0};
	char *buffer = pages_alloc(BUFFER_PAGES);
	bool is_open = buffer && core_areas_take(&areas) == 0 && core_sink_open(&sink) == 0;

	if (is_open) {
		dump_write(&sink, core, &areas, buffer);
		core_sink_close(&sink);
	}
	core_areas_free(&areas);
	if (buffer)
		pages_free(buffer, BUFFER_PAGES);
	return is_open && sink.position > 0;
}

bool core_dump(const siginfo_t *info)
{
	struct thread *thread = current;
	struct process *process = thread->process;
	uint64_t limit = process_limit(RLIMIT_CORE);
	struct core *core;

	if (limit < LIMIT_LEAST || !process->dumpable)
		return false;
	core = core_begin(process, info);
	/* The child of a vfork is alone on its host thread. */
	if (!core || (!thread->lender && !threads_end_others()))
		return false;
	core_add(core, thread_keep(thread), true);
	return dump(core, limit);
}
