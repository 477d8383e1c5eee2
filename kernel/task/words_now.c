/* What a program's arguments are by now: see words_now.h. Rules: proc_pid_cmdline(5), get_mm_cmdline in Linux. */
#include "kernel/task/words_now.h"

#include "kernel/host/host.h"
#include "kernel/lib/pages.h"
#include "kernel/mm/user.h"
#include "kernel/task/kick.h"
#include "kernel/task/process.h"
#include "kernel/task/time.h"
#include "kernel/task/words.h"

#define PIECE_BYTES 512
#define AREA_BYTES_MAX (2ul << 20)
/* Who does not answer meanwhile is held by a debugger, or ends. */
#define WAIT_NS_MAX 50000000
#define EVERYBODY 0x7fffffff

/* As words_area_add; up to and with the first NUL, if it is to end there. */
static void area_add(struct text *text, uint64_t start, uint64_t end, bool is_string)
{
	char piece[PIECE_BYTES];

	if (end - start > AREA_BYTES_MAX)
		end = start + AREA_BYTES_MAX;
	while (start < end) {
		size_t bytes = end - start < sizeof(piece) ? end - start : sizeof(piece);
		size_t read = user_read(piece, start, bytes);
		size_t used = 0;

		while (is_string && used < read && piece[used])
			used++;
		if (is_string && used < read) {
			text_add(text, piece, used + 1);
			return;
		}
		text_add(text, piece, read);
		if (read < bytes)
			return;
		start += bytes;
	}
}

void words_area_add(struct text *text, uint64_t start, uint64_t end)
{
	area_add(text, start, end, false);
}

/* A last byte that is no NUL says that one text was written over arguments and variables. */
void words_now_add(struct text *text)
{
	const struct process *self = process_current();
	uint64_t start = self->arguments_start, end = self->arguments_end;
	char last = 0;

	if (end <= start)
		return;
	if (user_read(&last, end - 1, 1) != 1 || !last) {
		area_add(text, start, end, false);
		return;
	}
	if (self->environment_start == end && self->environment_end > end)
		end = self->environment_end;
	area_add(text, start, end - start > PAGE_BYTES ? start + PAGE_BYTES : end, true);
}

static void words_renew(struct process *self)
{
	struct program_words *words = words_of(self), *now;
	struct text text = {0};

	words_now_add(&text);
	now = words && !text.failed ? words_with_arguments(words, text.data, text.length) : NULL;
	if (now)
		words_set(self, now);
	words_put(words);
	text_clear(&text);
}

void words_now_tell(void)
{
	struct process *self = process_current();
	uint32_t asked = __atomic_load_n(&self->words_asked, __ATOMIC_ACQUIRE);

	__atomic_fetch_and(&current->kick, ~(uint32_t)KICK_WORDS, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&self->words_told, __ATOMIC_ACQUIRE) == asked)
		return;
	words_renew(self);
	/* Another thread may have told a later one meanwhile: then that one asks in vain, and takes what this one told. */
	__atomic_store_n(&self->words_told, asked, __ATOMIC_RELEASE);
	host_futex_wake(&self->words_told, EVERYBODY);
}

static bool is_told(const struct process *process, uint32_t asked)
{
	return (int32_t)(__atomic_load_n(&process->words_told, __ATOMIC_ACQUIRE) - asked) >= 0;
}

void words_now_ask(struct process *process)
{
	uint64_t now_ns = host_monotonic_ns(), deadline_ns = now_ns + WAIT_NS_MAX;
	uint32_t asked;

	if (process->state != PROCESS_ALIVE || process->stopped || !process->arguments_end)
		return;
	asked = __atomic_add_fetch(&process->words_asked, 1, __ATOMIC_ACQ_REL);
	process_kick(process, KICK_WORDS);
	while (!is_told(process, asked) && now_ns < deadline_ns) {
		struct __kernel_timespec left = timespec_from_ns(deadline_ns - now_ns);
		uint32_t told = __atomic_load_n(&process->words_told, __ATOMIC_ACQUIRE);

		/* The other one may be asking this one. */
		(void)thread_is_interrupted(current);
		if ((int32_t)(told - asked) < 0)
			(void)host_futex_wait(&process->words_told, told, &left);
		now_ns = host_monotonic_ns();
	}
}
