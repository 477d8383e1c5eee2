/* What the checks of inotify share: see watch.h. */
#include "watch.h"

static uint32_t cookie_first;

/* Cookies differ from run to run: they are shown as how far they are from the first one of the check. */
static long cookie_shown(uint32_t cookie)
{
	if (!cookie)
		return 0;
	if (!cookie_first)
		cookie_first = cookie;
	return (long)(cookie - cookie_first) + 1;
}

void events_show(long queue, const char *after)
{
	char buffer[16384] __attribute__((aligned(8)));
	long bytes;

	NOTE("after %s", after);
	while ((bytes = QUIET(read, queue, buffer, sizeof(buffer))) > 0) {
		for (long at = 0; at < bytes;) {
			const struct inotify_event *event = (const void *)(buffer + at);

			NOTE("wd %d mask %#x cookie %ld len %u %s", event->wd, event->mask, cookie_shown(event->cookie),
			     event->len, event->len ? event->name : "");
			at += (long)(sizeof(*event) + event->len);
		}
	}
	if (bytes != -EAGAIN)
		NOTE("read: %s", result_name(bytes));
}

long watched_directory(uint32_t mask)
{
	long queue = QUIET(inotify_init1, IN_NONBLOCK);

	cookie_first = 0;
	QUIET(mkdir, "d", 0755);
	CALL(inotify_add_watch, queue, "d", mask);
	return queue;
}

long file_made(const char *name, long bytes)
{
	static const char zeroes[4096];
	long fd = QUIET(open, name, O_RDWR | O_CREAT, 0644);

	if (bytes)
		QUIET(write, fd, zeroes, bytes);
	QUIET(lseek, fd, 0, SEEK_SET);
	return fd;
}
