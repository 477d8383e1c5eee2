/* select and pselect6. */
#include <linux/errno.h>
#include <linux/poll.h>

#include "kernel/lib/heap.h"
#include "kernel/lib/string.h"
#include "kernel/syscall/table.h"
#include "kernel/syscall/timeout.h"
#include "kernel/syscall/wait_mask.h"
#include "kernel/vfs/file.h"
#include "kernel/vfs/poll.h"

#define WORD_BITS 64

enum { SET_READ, SET_WRITE, SET_EXCEPT, SET_COUNT };

/* Which poll events make a descriptor ready in each set. */
static const uint32_t set_events[SET_COUNT] = {
	[SET_READ] = POLLRDNORM | POLLRDBAND | POLLIN | POLLHUP | POLLERR,
	[SET_WRITE] = POLLWRBAND | POLLWRNORM | POLLOUT | POLLERR,
	[SET_EXCEPT] = POLLPRI,
};

/* One call: its sets as given and as answered, and the requests made of them. */
struct selection {
	unsigned fd_count;
	size_t words;
	user_t user[SET_COUNT];
	uint64_t *asked; /* SET_COUNT sets, one after another */
	uint64_t *ready;
	struct poll_request *requests;
	int *fds; /* of the requests */
	unsigned count;
};

static uint64_t *set_word(const struct selection *selection, uint64_t *sets, unsigned set, unsigned fd)
{
	return &sets[set * selection->words + fd / WORD_BITS];
}

static bool asked_for(const struct selection *selection, unsigned set, unsigned fd)
{
	return *set_word(selection, selection->asked, set, fd) >> fd % WORD_BITS & 1;
}

static uint32_t wanted_events(const struct selection *selection, unsigned fd)
{
	uint32_t wanted = 0;

	for (unsigned set = 0; set < SET_COUNT; set++)
		wanted |= asked_for(selection, set, fd) ? set_events[set] : 0;
	return wanted;
}

static int sets_read(struct selection *selection)
{
	size_t bytes = selection->words * sizeof(uint64_t);

	for (unsigned set = 0; set < SET_COUNT; set++) {
		if (selection->user[set] &&
		    copy_from_user(set_word(selection, selection->asked, set, 0), selection->user[set], bytes))
			return -EFAULT;
	}
	return 0;
}

static int sets_write(const struct selection *selection)
{
	size_t bytes = selection->words * sizeof(uint64_t);

	for (unsigned set = 0; set < SET_COUNT; set++) {
		if (selection->user[set] &&
		    copy_to_user(selection->user[set], set_word(selection, selection->ready, set, 0), bytes))
			return -EFAULT;
	}
	return 0;
}

static void requests_end(struct selection *selection)
{
	for (unsigned i = 0; i < selection->count; i++)
		fd_put(selection->requests[i].file);
	heap_free(selection->requests);
	heap_free(selection->fds);
}

/* One request for each descriptor in any set: -EBADF, -ENOMEM; requests_end in any case. */
static int requests_make(struct selection *selection)
{
	unsigned count = 0;

	for (size_t word = 0; word < selection->words; word++)
		count += (unsigned)__builtin_popcountll(selection->asked[word] |
							selection->asked[selection->words + word] |
							selection->asked[2 * selection->words + word]);
	selection->requests = heap_alloc((count + 1) * sizeof(*selection->requests));
	selection->fds = heap_alloc((count + 1) * sizeof(*selection->fds));
	if (!selection->requests || !selection->fds)
		return -ENOMEM;
	for (unsigned fd = 0; fd < selection->fd_count; fd++) {
		uint32_t wanted = wanted_events(selection, fd);
		struct file *file;

		if (!wanted)
			continue;
		file = fd_get((int)fd);
		if (!file)
			return -EBADF;
		selection->fds[selection->count] = (int)fd;
		selection->requests[selection->count++] = (struct poll_request){.file = file, .wanted = wanted};
	}
	return 0;
}

/* Sets the bits of what is ready and was asked for; their number. */
static long results_count(struct selection *selection)
{
	long count = 0;

	for (unsigned i = 0; i < selection->count; i++) {
		unsigned fd = (unsigned)selection->fds[i];

		for (unsigned set = 0; set < SET_COUNT; set++) {
			if (!asked_for(selection, set, fd) || !(selection->requests[i].events & set_events[set]))
				continue;
			*set_word(selection, selection->ready, set, fd) |= 1ull << fd % WORD_BITS;
			count++;
		}
	}
	return count;
}

static long selection_wait(struct selection *selection, uint64_t deadline_ns)
{
	long result = sets_read(selection);

	if (result)
		return result;
	result = requests_make(selection);
	if (!result)
		result = poll_files(selection->requests, selection->count, deadline_ns);
	if (result > 0)
		result = results_count(selection);
	requests_end(selection);
	if (result == -EINTR)
		return -ERESTARTNOHAND;
	if (result >= 0 && sets_write(selection))
		return -EFAULT;
	return result;
}

static long select_user(const struct arguments *args, uint64_t deadline_ns)
{
	struct selection selection = {.user = {ARG_USER(args, 1), ARG_USER(args, 2), ARG_USER(args, 3)}};
	int fd_count = ARG_INT(args, 0);
	long result;

	if (fd_count < 0)
		return -EINVAL;
	/* As Linux: what lies behind the table is not even looked at. */
	selection.fd_count = (unsigned)fd_count < fd_capacity() ? (unsigned)fd_count : fd_capacity();
	selection.words = (selection.fd_count + WORD_BITS - 1) / WORD_BITS;
	selection.asked = heap_alloc_zero(2 * SET_COUNT * selection.words * sizeof(uint64_t) + 1);
	if (!selection.asked)
		return -ENOMEM;
	selection.ready = selection.asked + SET_COUNT * selection.words;
	result = selection_wait(&selection, deadline_ns);
	heap_free(selection.asked);
	return result;
}

SYSCALL(select)
{
	user_t timeout = ARG_USER(args, 4);
	uint64_t deadline_ns;
	int error = timeout_get_timeval(timeout, &deadline_ns);

	if (error)
		return error;
	return timeout_put_timeval(timeout, deadline_ns, select_user(args, deadline_ns));
}

SYSCALL(pselect6)
{
	user_t timeout = ARG_USER(args, 4);
	uint64_t mask[2] = {0, 0}; /* where it is, and its size */
	uint64_t deadline_ns;
	long result;

	if (ARG_USER(args, 5) && copy_from_user(mask, ARG_USER(args, 5), sizeof(mask)))
		return -EFAULT;
	result = timeout_get(timeout, &deadline_ns);
	if (!result)
		result = wait_mask_begin(mask[0], mask[1]);
	if (result)
		return result;
	result = select_user(args, deadline_ns);
	wait_mask_end(mask[0], result == -ERESTARTNOHAND);
	return timeout_put(timeout, deadline_ns, result);
}
