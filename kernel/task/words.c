/* What programs were given: see words.h. */
#include "kernel/task/words.h"

#include "kernel/lib/heap.h"
#include "kernel/lib/string.h"
#include "kernel/task/process.h"

struct program_words *words_new(const struct strings *arguments, const struct strings *environment,
				const void *auxiliary, size_t auxiliary_bytes)
{
	struct program_words *words = heap_alloc(sizeof(*words) + arguments->length + environment->length +
						 auxiliary_bytes);

	if (!words)
		return NULL;
	*words = (struct program_words){
		.references = 1,
		.argument_bytes = (uint32_t)arguments->length,
		.environment_bytes = (uint32_t)environment->length,
		.auxiliary_bytes = (uint32_t)auxiliary_bytes,
	};
	memcpy(words->bytes, arguments->data, arguments->length);
	memcpy(words->bytes + arguments->length, environment->data, environment->length);
	memcpy(words->bytes + arguments->length + environment->length, auxiliary, auxiliary_bytes);
	return words;
}

struct program_words *words_with_arguments(const struct program_words *words, const char *arguments, size_t bytes)
{
	size_t rest = (size_t)words->environment_bytes + words->auxiliary_bytes;
	struct program_words *other = heap_alloc(sizeof(*other) + bytes + rest);

	if (!other)
		return NULL;
	*other = *words;
	other->references = 1;
	other->argument_bytes = (uint32_t)bytes;
	memcpy(other->bytes, arguments, bytes);
	memcpy(other->bytes + bytes, words->bytes + words->argument_bytes, rest);
	return other;
}

void words_get(struct program_words *words)
{
	__atomic_fetch_add(&words->references, 1, __ATOMIC_RELAXED);
}

void words_put(struct program_words *words)
{
	if (words && __atomic_sub_fetch(&words->references, 1, __ATOMIC_ACQ_REL) == 0)
		heap_free(words);
}

struct program_words *words_of(struct process *process)
{
	struct program_words *words;

	lock_acquire(&process->lock);
	words = process->words;
	if (words)
		words_get(words);
	lock_release(&process->lock);
	return words;
}

void words_set(struct process *process, struct program_words *words)
{
	struct program_words *old;

	lock_acquire(&process->lock);
	old = process->words;
	process->words = words;
	lock_release(&process->lock);
	words_put(old);
}
