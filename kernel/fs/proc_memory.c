/*
 * /proc/PID's files about memory. Application memory can be read by the process itself only: others are shown what a
 * program was given, and of its arguments what it made of them.
 */
#include <linux/errno.h>

#include "kernel/fs/proc.h"
#include "kernel/lib/pages.h"
#include "kernel/mm/mm.h"
#include "kernel/task/pid.h"
#include "kernel/task/words.h"
#include "kernel/task/words_now.h"

/* What the program was given at its execve; NULL: it has ended. -ESRCH: so has its process. */
static int words_find(const struct pseudo_node *node, struct program_words **out)
{
	struct process *process = proc_process(node);

	*out = process ? words_of(process) : NULL;
	process_put(process);
	return process ? 0 : -ESRCH;
}

int proc_show_cmdline(const struct pseudo_node *node, struct text *text)
{
	struct program_words *words;
	struct process *process;
	int error;

	if (node->pid == process_current()->pid) {
		words_now_add(text);
		return 0;
	}
	process = proc_process(node);
	if (process)
		words_now_ask(process);
	process_put(process);
	error = words_find(node, &words);
	if (words)
		text_add(text, words->bytes, words->argument_bytes);
	words_put(words);
	return error;
}

int proc_show_environ(const struct pseudo_node *node, struct text *text)
{
	const struct process *self = process_current();
	struct program_words *words;

	if (node->pid == self->pid) {
		words_area_add(text, self->environment_start, self->environment_end);
		return 0;
	}
	(void)words_find(node, &words);
	if (!words)
		return -ESRCH;
	text_add(text, words->bytes + words->argument_bytes, words->environment_bytes);
	words_put(words);
	return 0;
}

int proc_show_auxv(const struct pseudo_node *node, struct text *text)
{
	struct program_words *words;

	(void)words_find(node, &words);
	if (!words)
		return -ESRCH;
	text_add(text, words->bytes + words->argument_bytes + words->environment_bytes, words->auxiliary_bytes);
	words_put(words);
	return 0;
}

/* Calls `show` with the process's memory, if it still has any. */
static int space_show(const struct pseudo_node *node, struct text *text,
		      void (*show)(struct address_space *, struct text *))
{
	struct process *process = proc_process(node);
	struct address_space *space = process ? proc_space(process) : NULL;

	if (space) {
		show(space, text);
		space_put(space);
	}
	process_put(process);
	return process ? 0 : -ESRCH;
}

int proc_show_maps(const struct pseudo_node *node, struct text *text)
{
	return space_show(node, text, mm_show_maps);
}

int proc_show_smaps(const struct pseudo_node *node, struct text *text)
{
	return space_show(node, text, mm_show_smaps);
}

int proc_show_smaps_rollup(const struct pseudo_node *node, struct text *text)
{
	return space_show(node, text, mm_show_smaps_rollup);
}

/* Only the host knows what is resident. What is private and writable, and text, is taken for it. */
uint64_t proc_resident_pages(const struct mm_totals *totals)
{
	return totals->data + totals->code < totals->total ? totals->data + totals->code : totals->total;
}

static void statm_show(struct address_space *space, struct text *text)
{
	struct mm_totals totals;

	mm_totals(space, &totals);
	text_print(text, "%lu %lu %lu %lu 0 %lu 0\n", totals.total, proc_resident_pages(&totals), totals.code,
		   totals.code, totals.data);
}

int proc_show_statm(const struct pseudo_node *node, struct text *text)
{
	return space_show(node, text, statm_show);
}
