/* What the checks of POSIX message queues share: see queue.h. */
#include "queue.h"

long queue_made(long messages, long bytes, int flags)
{
	struct mq_attr limits = {.mq_maxmsg = messages, .mq_msgsize = bytes};

	QUIET(mq_unlink, NAME);
	return CALL(mq_open, NAME, O_CREAT | O_RDWR | flags, 0600, &limits);
}

void attributes_show(long queue)
{
	struct mq_attr attributes;
	CALL(mq_getsetattr, queue, NULL, &attributes);
	NOTE("flags %#lx maxmsg %ld msgsize %ld curmsgs %ld", attributes.mq_flags, attributes.mq_maxmsg,
	     attributes.mq_msgsize, attributes.mq_curmsgs);
}

void receive_show(long queue)
{
	char text[64] = "";
	unsigned priority = 77;
	long bytes = CALL(mq_timedreceive, queue, text, sizeof(text), &priority, NULL);
	if (bytes >= 0) {
		SHOW_TEXT(text, bytes);
		SHOW(priority);
	}
}
