/*
 * What a program's arguments are by now: programs write over them, for others to see what they are doing
 * (setproctitle(3)). Application memory is its own process's alone, so that one is asked.
 */
#ifndef KERNEL_TASK_WORDS_NOW_H
#define KERNEL_TASK_WORDS_NOW_H

#include <stdint.h>

#include "kernel/lib/text.h"

struct process;

/* Appends memory of the calling process's application, as far as it can be read. */
void words_area_add(struct text *text, uint64_t start, uint64_t end);
/* Appends the calling process's arguments. */
void words_now_add(struct text *text);
/*
 * Has another process put its own in place of what words_of answers, and waits for that as long as it may take a
 * process that runs. Without locks.
 */
void words_now_ask(struct process *process);
/* What KICK_WORDS asks for: words_now_ask's other side. */
void words_now_tell(void);

#endif
