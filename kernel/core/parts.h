/* What the files of this folder share: registers that were kept, areas of memory, and where a dump goes. */
#ifndef KERNEL_CORE_PARTS_H
#define KERNEL_CORE_PARTS_H

#include <linux/signal.h>

#include "arch.h"
#include "kernel/core/core.h"
#include "kernel/lib/list.h"
#include "kernel/lib/lock.h"
#include "kernel/lib/text.h"

struct core_thread {
	struct list list;
	int32_t tid;
	uint64_t pending, blocked;
	uint64_t registers[CORE_REGISTERS];
	uint8_t *vectors; /* arch_xstate_bytes, in pages of their own; NULL: there was no memory */
};

/* In process->core from the moment others are told to leave until the process ends. */
struct core {
	struct lock lock; /* the list: threads leave at once */
	struct list threads;
	siginfo_t info;
};

/* A VMA that is to be seen in a dump, of the calling process. */
struct core_area {
	uint64_t start;
	uint64_t end;
	uint64_t dumped; /* so many bytes from the start on are in the dump */
	uint64_t offset; /* in the file */
	unsigned protection;
	struct file *file; /* with a reference; NULL: none */
};

struct core_areas {
	struct core_area *list;
	size_t count;
};

/* -ENOMEM. */
int core_areas_take(struct core_areas *areas);
void core_areas_free(struct core_areas *areas);

/* The notes of a dump; text->failed: no memory. The thread in front took the signal. */
void core_notes_make(struct text *text, const struct core *core, const struct core_areas *areas);

/* Where a dump goes: bytes at ascending positions, what is left out is zero. */
struct core_sink {
	struct file *file; /* NULL: the supervisor */
	uint64_t position;
	uint64_t limit; /* RLIMIT_CORE; what lies behind it is cut off */
	int error;      /* the first one: nothing is written any more */
};

int core_sink_open(struct core_sink *sink);
/* Of kernel memory. */
void core_sink_write(struct core_sink *sink, const void *bytes, size_t count);
void core_sink_skip(struct core_sink *sink, uint64_t count);
void core_sink_close(struct core_sink *sink);

#endif
