/* The notes of a core dump, as Linux writes them (struct elf_prstatus and others of its linux/elfcore.h). */
#include <linux/elf.h>
#include <linux/time.h>

#include "kernel/core/parts.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/pages.h"
#include "kernel/lib/string.h"
#include "kernel/signal/signal.h"
#include "kernel/task/words.h"
#include "kernel/vfs/file.h"
#include "kernel/vfs/namei.h"

#define NAME_BYTES 16
#define ARGUMENT_BYTES 80
#define LEGACY_VECTOR_BYTES 512
#define NOTE_SIGINFO 0x53494749 /* "SIGI" */
#define NOTE_FILE 0x46494c45    /* "FILE" */

struct status_note {
	int32_t signal, code, error;
	int16_t current_signal;
	uint64_t pending, blocked;
	int32_t pid, parent, group, session;
	struct {
		int64_t seconds, microseconds;
	} user, system, children_user, children_system;
	uint64_t registers[CORE_REGISTERS];
	int32_t has_vectors;
};

struct process_note {
	char state, state_letter, zombie, nice;
	uint64_t flags;
	uint32_t uid, gid;
	int32_t pid, parent, group, session;
	char name[NAME_BYTES];
	char arguments[ARGUMENT_BYTES];
};

_Static_assert(sizeof(struct status_note) == 336, "size of struct elf_prstatus");
_Static_assert(sizeof(struct process_note) == 136, "size of struct elf_prpsinfo");

static void padding_add(struct text *text)
{
	static const char zeroes[4];

	text_add(text, zeroes, -text->length & 3);
}

static void note_add(struct text *text, const char *owner, uint32_t type, const void *bytes, size_t count)
{
	Elf64_Nhdr header = {.n_namesz = (uint32_t)strlen(owner) + 1, .n_descsz = (uint32_t)count, .n_type = type};

	text_add(text, (const char *)&header, sizeof(header));
	text_add(text, owner, header.n_namesz);
	padding_add(text);
	text_add(text, bytes, count);
	padding_add(text);
}

static void status_add(struct text *text, const struct core *core, const struct core_thread *kept)
{
	const struct process *process = process_current();
	struct status_note note = {
		.signal = core->info.si_signo,
		.code = core->info.si_code,
		.error = core->info.si_errno,
		.current_signal = (int16_t)core->info.si_signo,
		.pending = kept->pending,
		.blocked = kept->blocked,
		.pid = kept->tid,
		.parent = process->parent ? process->parent->pid : 0,
		.group = process->group,
		.session = process->session,
		.has_vectors = kept->vectors != NULL,
	};

	memcpy(note.registers, kept->registers, sizeof(note.registers));
	note_add(text, "CORE", NT_PRSTATUS, &note, sizeof(note));
}

static void vectors_add(struct text *text, const struct core_thread *kept)
{
	if (!kept->vectors)
		return;
	note_add(text, "CORE", NT_PRFPREG, kept->vectors, LEGACY_VECTOR_BYTES);
	note_add(text, "LINUX", NT_X86_XSTATE, kept->vectors, arch_xstate_bytes());
}

/* What the program was started with, blanks in between. */
static void arguments_copy(char to[ARGUMENT_BYTES], const struct program_words *words)
{
	size_t count = words->argument_bytes < ARGUMENT_BYTES ? words->argument_bytes : ARGUMENT_BYTES;

	for (size_t i = 0; i + 1 < count; i++)
		to[i] = words->bytes[i] ? words->bytes[i] : ' ';
}

static void process_add(struct text *text, const struct program_words *words)
{
	const struct process *process = process_current();
	struct process_note note = {
		.state_letter = 'R',
		.uid = process->credentials.uid,
		.gid = process->credentials.gid,
		.pid = process->pid,
		.parent = process->parent ? process->parent->pid : 0,
		.group = process->group,
		.session = process->session,
	};

	memcpy(note.name, current->name, sizeof(note.name));
	if (words)
		arguments_copy(note.arguments, words);
	note_add(text, "CORE", NT_PRPSINFO, &note, sizeof(note));
}

/* The names of mapped files behind each other: NUL-terminated, as maps shows them. */
static void file_names_add(struct text *text, const struct core_areas *areas)
{
	char *buffer = heap_alloc(PATH_BYTES_MAX);

	if (!buffer)
		text->failed = true;
	for (size_t i = 0; i < areas->count && buffer; i++) {
		const struct file *file = areas->list[i].file;
		struct path path;
		char *name;

		if (!file)
			continue;
		path = file->path;
		if (path_text(&path, &process_current()->root, buffer, PATH_BYTES_MAX, &name) < 0)
			name = (char *)(uintptr_t)path.dentry->name;
		text_add(text, name, strlen(name) + 1);
	}
	heap_free(buffer);
}

static void files_add(struct text *text, const struct core_areas *areas)
{
	uint64_t head[2] = {0, PAGE_BYTES};
	struct text note = {0};

	for (size_t i = 0; i < areas->count; i++)
		head[0] += areas->list[i].file != NULL;
	text_add(&note, (const char *)head, sizeof(head));
	for (size_t i = 0; i < areas->count; i++) {
		const struct core_area *area = &areas->list[i];
		uint64_t place[3] = {area->start, area->end, area->offset / PAGE_BYTES};

		if (area->file)
			text_add(&note, (const char *)place, sizeof(place));
	}
	file_names_add(&note, areas);
	text->failed |= note.failed;
	if (!note.failed)
		note_add(text, "CORE", NOTE_FILE, note.data, note.length);
	text_clear(&note);
}

static void process_notes_add(struct text *text, const struct core *core, const struct core_areas *areas)
{
	struct program_words *words = words_of(process_current());

	process_add(text, words);
	note_add(text, "CORE", NOTE_SIGINFO, &core->info, sizeof(core->info));
	if (words)
		note_add(text, "CORE", NT_AUXV, words->bytes + words->argument_bytes + words->environment_bytes,
			 words->auxiliary_bytes);
	words_put(words);
	files_add(text, areas);
}

void core_notes_make(struct text *text, const struct core *core, const struct core_areas *areas)
{
	bool is_first = true;

	list_for_each(at, &core->threads)
	{
		const struct core_thread *kept = list_entry(at, struct core_thread, list);

		status_add(text, core, kept);
		if (is_first)
			process_notes_add(text, core, areas);
		vectors_add(text, kept);
		is_first = false;
	}
}
