/* POSIX message queues: opening, limits, messages, timeouts. */
#include "queue.h"

#include <sys/resource.h>
#include <time.h>

CHECK(mq_open_flags, "mq_open,mq_unlink,fcntl,fstat")
{
	struct stat status;
	QUIET(mq_unlink, NAME);
	CALL(mq_open, NAME, O_RDWR, 0, NULL);
	CALL(mq_open, NAME, O_CREAT | O_RDONLY | O_NONBLOCK, 0666, NULL);
	CALL(fcntl, 3, F_GETFD);
	CALL(fcntl, 3, F_GETFL);
	CALL(fstat, 3, &status);
	SHOW_OCTAL(status.st_mode);
	SHOW(status.st_size);
	SHOW(status.st_nlink);
	SHOW(status.st_blocks);
	attributes_show(3);
	CALL(mq_open, NAME, O_CREAT | O_EXCL | O_RDWR, 0600, NULL);
	CALL(mq_open, NAME, O_RDWR, 0, NULL);
	CALL(fcntl, 4, F_GETFL);
	CALL(mq_open, NAME, O_RDWR | O_WRONLY, 0, NULL);
	CALL(mq_unlink, NAME);
	CALL(mq_unlink, NAME);
	attributes_show(3); /* still there */
	CALL(fstat, 3, &status);
	SHOW(status.st_nlink);
}

CHECK(mq_open_names, "mq_open,mq_unlink")
{
	char name[300];
	CALL(mq_open, "", O_CREAT | O_RDWR, 0600, NULL);
	CALL(mq_open, "/", O_CREAT | O_RDWR, 0600, NULL);
	CALL(mq_open, "/" NAME, O_CREAT | O_RDWR, 0600, NULL);
	CALL(mq_open, "a/b", O_CREAT | O_RDWR, 0600, NULL);
	CALL(mq_open, ".", O_CREAT | O_RDWR, 0600, NULL);
	CALL(mq_open, "..", O_RDWR, 0600, NULL);
	memset(name, 'n', sizeof(name));
	name[255] = '\0';
	CALL(mq_open, name, O_CREAT | O_RDWR, 0600, NULL);
	CALL(mq_unlink, name);
	name[255] = 'n';
	name[256] = '\0';
	CALL(mq_open, name, O_CREAT | O_RDWR, 0600, NULL);
	CALL(mq_unlink, name);
	CALL(mq_unlink, "");
	CALL(mq_unlink, "a/b");
	CALL(mq_unlink, "..");
	FOR_ADDRESSES(mq_open, BAD, O_RDWR, 0600, NULL);
	FOR_ADDRESSES(mq_unlink, BAD);
}

CHECK(mq_open_limits, "mq_open,mq_unlink,setrlimit")
{
	static const struct {
		long messages, bytes;
	} limits[] = {{0, 1}, {1, 0}, {-1, 1}, {1, -1}, {11, 1}, {1, 8193}, {10, 8192}, {1, 1}};
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct mq_attr attributes = {.mq_maxmsg = limits[i].messages,
					     .mq_msgsize = limits[i].bytes,
					     .mq_flags = 99,
					     .mq_curmsgs = 99};
		NOTE("%ld messages of %ld bytes", limits[i].messages, limits[i].bytes);
		QUIET(mq_unlink, NAME);
		long queue = CALL(mq_open, NAME, O_CREAT | O_RDWR, 0600, &attributes);
		if (queue >= 0) {
			attributes_show(queue);
			QUIET(close, queue);
		}
	}
	/* Looked at only where a queue is made. */
	struct mq_attr bad = {.mq_maxmsg = -1};
	CALL(mq_open, NAME, O_CREAT | O_RDWR, 0600, &bad);
	CALL(mq_open, NAME, O_RDWR, 0600, 8);
	CALL(close, 3);
	QUIET(mq_unlink, NAME);
	QUIET(mq_unlink, NAME "-2");
	struct rlimit limit = {1000, 819200};
	CALL(setrlimit, RLIMIT_MSGQUEUE, &limit);
	struct mq_attr fits = {.mq_maxmsg = 5, .mq_msgsize = 104}, does_not = {.mq_maxmsg = 5, .mq_msgsize = 105};
	struct mq_attr small = {.mq_maxmsg = 1, .mq_msgsize = 1};
	CALL(mq_open, NAME, O_CREAT | O_RDWR, 0600, &does_not);
	CALL(mq_open, NAME, O_CREAT | O_RDWR, 0600, &fits);
	CALL(mq_open, NAME "-2", O_CREAT | O_RDWR, 0600, &small);
	limit.rlim_cur = 819200;
	CALL(setrlimit, RLIMIT_MSGQUEUE, &limit);
	QUIET(mq_unlink, NAME);
	QUIET(mq_unlink, NAME "-2");
}

CHECK(mq_open_permission, "mq_open,setfsuid,mq_unlink")
{
	QUIET(close, queue_made(1, 1, 0));
	CALL(setfsuid, 1000);
	CALL(mq_open, NAME, O_RDONLY, 0, NULL);
	CALL(mq_open, NAME, O_WRONLY | O_CREAT, 0600, NULL);
	CALL(mq_unlink, NAME);
	CALL(mq_open, NAME "-own", O_RDWR | O_CREAT, 0, NULL);
	CALL(mq_open, NAME "-own", O_RDWR, 0, NULL);
	CALL(mq_unlink, NAME "-own");
	CALL(setfsuid, 0);
	CALL(mq_unlink, NAME);
}

CHECK(mq_priorities, "mq_timedsend,mq_timedreceive")
{
	static const unsigned priorities[] = {1, 5, 1, 32767, 0, 5, 32768, ~0u};
	char text[8] = "message";
	long queue = queue_made(10, 16, O_NONBLOCK);
	for (size_t i = 0; i < sizeof(priorities) / sizeof(priorities[0]); i++) {
		text[6] = (char)('0' + i);
		CALL(mq_timedsend, queue, text, 7, priorities[i], NULL);
	}
	attributes_show(queue);
	for (int i = 0; i < 7; i++)
		receive_show(queue);
	QUIET(mq_unlink, NAME);
}

CHECK(mq_sizes, "mq_timedsend,mq_timedreceive")
{
	char text[32] = "0123456789";
	long queue = queue_made(2, 10, O_NONBLOCK);
	CALL(mq_timedsend, queue, text, 11, 0, NULL);
	CALL(mq_timedsend, queue, text, 10, 0, NULL);
	CALL(mq_timedsend, queue, text, 0, 0, NULL);
	CALL(mq_timedsend, queue, text, 1, 0, NULL); /* full */
	CALL(mq_timedreceive, queue, text, 9, NULL, NULL);
	CALL(mq_timedreceive, queue, text, 10, NULL, NULL);
	CALL(mq_timedreceive, queue, text, 32, NULL, NULL);
	CALL(mq_timedreceive, queue, text, 32, NULL, NULL);
	QUIET(mq_unlink, NAME);
}

CHECK(mq_message_errors, "mq_timedsend,mq_timedreceive")
{
	char text[32] = "text";
	unsigned priority;
	long queue = queue_made(2, 10, O_NONBLOCK);
	FOR_FDS(mq_timedsend, FD, text, 4, 0, NULL);
	FOR_FDS(mq_timedreceive, FD, text, 32, NULL, NULL);
	FOR_ADDRESSES(mq_timedsend, queue, BAD, 4, 0, NULL);
	CALL(mq_timedsend, queue, text, 4, 3, NULL);
	CALL(mq_timedreceive, queue, text, 32, 8, NULL); /* lost */
	CALL(mq_timedreceive, queue, text, 32, &priority, NULL);
	CALL(mq_timedsend, queue, text, 4, 3, NULL);
	CALL(mq_timedreceive, queue, 8, 32, NULL, NULL);
	CALL(mq_timedreceive, queue, text, 32, &priority, NULL);
	long reader = CALL(mq_open, NAME, O_RDONLY, 0, NULL), writer = CALL(mq_open, NAME, O_WRONLY, 0, NULL);
	CALL(mq_timedsend, reader, text, 4, 0, NULL);
	CALL(mq_timedreceive, writer, text, 32, NULL, NULL);
	CALL(mq_timedsend, writer, text, 4, 0, NULL);
	CALL(mq_timedreceive, reader, text, 32, NULL, NULL);
	QUIET(mq_unlink, NAME);
}

CHECK(mq_timeouts, "mq_timedsend,mq_timedreceive,clock_gettime")
{
	char text[32] = "text";
	struct timespec times[] = {{0, 0}, {1, 0}, {-1, 0}, {0, -1}, {0, 1000000000}}, end;
	long queue = queue_made(1, 10, 0);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		CALL(mq_timedreceive, queue, text, 32, NULL, &times[i]);
	CALL(mq_timedsend, queue, text, 4, 0, &times[4]);
	CALL(mq_timedsend, queue, text, 4, 0, &times[0]); /* does not wait */
	CALL(mq_timedsend, queue, text, 4, 0, &times[0]);
	CALL(mq_timedreceive, queue, text, 32, NULL, &times[0]);
	FOR_ADDRESSES(mq_timedsend, queue, text, 4, 0, BAD);
	FOR_ADDRESSES(mq_timedreceive, queue, text, 32, NULL, BAD);
	QUIET(clock_gettime, CLOCK_REALTIME, &end);
	end.tv_nsec += 30000000;
	end.tv_sec += end.tv_nsec / 1000000000;
	end.tv_nsec %= 1000000000;
	CALL(fcntl, queue, F_SETFL, 0);
	attributes_show(queue);
	while (QUIET(mq_timedreceive, queue, text, 32, NULL, &times[0]) >= 0)
		continue;
	CALL(mq_timedreceive, queue, text, 32, NULL, &end);
	struct timespec now;
	CALL(clock_gettime, CLOCK_REALTIME, &now);
	EXPECT(now.tv_sec > end.tv_sec || (now.tv_sec == end.tv_sec && now.tv_nsec >= end.tv_nsec));
	QUIET(mq_unlink, NAME);
}

CHECK(mq_getsetattr, "mq_getsetattr,fcntl")
{
	struct mq_attr new = {.mq_maxmsg = 5, .mq_msgsize = 5, .mq_curmsgs = 5}, old;
	long queue = queue_made(3, 10, 0);
	attributes_show(queue);
	new.mq_flags = O_NONBLOCK;
	CALL(mq_getsetattr, queue, &new, &old);
	SHOW_HEX(old.mq_flags);
	attributes_show(queue);
	CALL(fcntl, queue, F_GETFL);
	new.mq_flags = O_APPEND;
	CALL(mq_getsetattr, queue, &new, &old);
	new.mq_flags = O_NONBLOCK | O_APPEND;
	CALL(mq_getsetattr, 99, &new, &old);
	new.mq_flags = 0;
	CALL(mq_getsetattr, queue, &new, NULL);
	attributes_show(queue);
	CALL(mq_getsetattr, queue, NULL, NULL);
	FOR_FDS(mq_getsetattr, FD, NULL, &old);
	FOR_ADDRESSES(mq_getsetattr, queue, BAD, NULL);
	FOR_ADDRESSES(mq_getsetattr, queue, NULL, BAD);
	QUIET(mq_unlink, NAME);
}
