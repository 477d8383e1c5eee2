/* POSIX message queues: who waits for them, and how they are told. */
#include "queue.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>

CHECK(mq_poll, "poll,epoll_ctl,epoll_wait,mq_timedsend,mq_timedreceive")
{
	char text[32] = "text";
	struct epoll_event wanted = {.events = EPOLLIN | EPOLLOUT | EPOLLET}, events[2];
	long queue = queue_made(2, 10, O_NONBLOCK);
	struct pollfd polled = {(int)queue, POLLIN | POLLOUT, 0};
	long epoll = QUIET(epoll_create1, 0);
	CALL(epoll_ctl, epoll, EPOLL_CTL_ADD, queue, &wanted);
	for (int i = 0; i < 3; i++) {
		CALL(poll, &polled, 1, 0);
		SHOW_HEX(polled.revents);
		CALL(epoll_wait, epoll, events, 2, 0);
		SHOW_HEX(events[0].events);
		CALL(mq_timedsend, queue, text, 4, 0, NULL);
	}
	CALL(mq_timedreceive, queue, text, 32, NULL, NULL);
	CALL(epoll_wait, epoll, events, 2, 0);
	SHOW_HEX(events[0].events);
	QUIET(mq_unlink, NAME);
}

CHECK(mq_other_calls, "read,write,lseek,mmap,fchmod,dup")
{
	char text[100] = "";
	long queue = queue_made(2, 10, O_NONBLOCK);
	CALL(write, queue, "text", 4);
	CALL(mq_timedsend, queue, "text", 4, 0, NULL);
	long bytes = CALL(read, queue, text, sizeof(text));
	SHOW_TEXT(text, bytes);
	CALL(read, queue, text, sizeof(text));
	CALL(lseek, queue, 10, SEEK_SET);
	CALL(read, queue, text, 5);
	CALL(lseek, queue, 0, SEEK_END);
	CALL(pread64, queue, text, 5, 2);
	MAP(NULL, PAGE, 1, 2, queue, 0);
	CALL(fchmod, queue, 0640);
	struct stat status;
	CALL(fstat, queue, &status);
	SHOW_OCTAL(status.st_mode);
	long copy = CALL(dup, queue);
	CALL(mq_timedreceive, copy, text, 32, NULL, NULL);
	CALL(fallocate, queue, 0, 0, 10);
	QUIET(mq_unlink, NAME);
}

static volatile sig_atomic_t told_count, told_value, told_code, told_is_self;

static void told(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	told_count++;
	told_value = info->si_value.sival_int;
	told_code = info->si_code;
	told_is_self = info->si_pid == getpid();
}

static void status_show(long queue)
{
	char text[100] = "";
	int pid = 0;
	CALL_OK(pread64, queue, text, sizeof(text) - 1, 0);
	char *at = strstr(text, "NOTIFY_PID:");
	REQUIRE(at);
	pid = atoi(at + 11);
	*at = '\0';
	SHOW_TEXT(text, (long)strlen(text));
	SHOW(pid == getpid());
}

CHECK(mq_notify_signal, "mq_notify,mq_timedsend,mq_timedreceive,rt_sigaction")
{
	struct sigaction action = {.sa_sigaction = told, .sa_flags = SA_SIGINFO}, old;
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_int = 42};
	char text[32] = "text";
	long queue = queue_made(3, 10, O_NONBLOCK);
	sigaction(SIGUSR1, &action, &old);
	record_made("rt_sigaction");
	told_count = 0;
	CALL(mq_notify, queue, &event);
	CALL(mq_notify, queue, &event);
	status_show(queue);
	CALL(mq_timedsend, queue, text, 4, 0, NULL);
	SHOW(told_count);
	SHOW(told_value);
	SHOW(told_code);
	SHOW(told_is_self);
	status_show(queue);
	CALL(mq_notify, queue, &event); /* not empty: waits until it was */
	CALL(mq_timedsend, queue, text, 4, 0, NULL);
	SHOW(told_count);
	CALL(mq_timedreceive, queue, text, 32, NULL, NULL);
	CALL(mq_timedreceive, queue, text, 32, NULL, NULL);
	CALL(mq_timedsend, queue, text, 4, 0, NULL);
	SHOW(told_count);
	CALL(mq_timedreceive, queue, text, 32, NULL, NULL);
	CALL(mq_timedsend, queue, text, 4, 0, NULL);
	SHOW(told_count);
	sigaction(SIGUSR1, &old, NULL);
	QUIET(mq_unlink, NAME);
}

CHECK(mq_notify_end, "mq_notify,close,mq_timedsend")
{
	struct sigevent none = {.sigev_notify = SIGEV_NONE}, quiet = {.sigev_notify = SIGEV_SIGNAL};
	char text[32] = "text";
	long queue = queue_made(3, 10, O_NONBLOCK);
	CALL(mq_notify, queue, NULL);
	CALL(mq_notify, queue, &none);
	CALL(mq_notify, queue, &none);
	status_show(queue);
	CALL(mq_notify, queue, NULL);
	CALL(mq_notify, queue, &quiet);
	status_show(queue);
	CALL(mq_timedsend, queue, text, 4, 0, NULL);
	status_show(queue);
	CALL(mq_notify, queue, &quiet);
	long copy = CALL(dup, queue);
	CALL(close, copy); /* any descriptor of it */
	status_show(queue);
	CALL(mq_notify, queue, &quiet);
	pid_t child = fork();
	if (!child) {
		syscall(SYS_mq_notify, queue, NULL); /* not the child's */
		close((int)queue);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	status_show(queue);
	QUIET(mq_unlink, NAME);
}

CHECK(mq_notify_errors, "mq_notify")
{
	char cookie[32] = "";
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = 65};
	long queue = queue_made(3, 10, O_NONBLOCK);
	CALL(mq_notify, queue, &event);
	event.sigev_signo = -1;
	CALL(mq_notify, queue, &event);
	event.sigev_signo = 64;
	CALL(mq_notify, 99, &event);
	event.sigev_notify = 4; /* SIGEV_THREAD_ID */
	CALL(mq_notify, queue, &event);
	event.sigev_notify = SIGEV_THREAD;
	CALL(mq_notify, queue, &event);
	event.sigev_value.sival_ptr = cookie;
	event.sigev_signo = 99;
	CALL(mq_notify, queue, &event);
	event.sigev_signo = (int)queue;
	CALL(mq_notify, queue, &event);
	event.sigev_signo = (int)QUIET(socket, AF_UNIX, SOCK_STREAM, 0);
	CALL(mq_notify, queue, &event);
	FOR_FDS(mq_notify, FD, NULL);
	FOR_ADDRESSES(mq_notify, queue, BAD);
	QUIET(mq_unlink, NAME);
}

CHECK(mq_blocking, "mq_timedsend,mq_timedreceive")
{
	char text[32] = "text";
	long queue = queue_made(1, 10, 0);
	pid_t child = fork();
	if (!child) {
		for (int i = 0; i < 5; i++) {
			usleep(10000);
			char message = (char)('a' + i);
			syscall(SYS_mq_timedsend, queue, &message, 1, i, NULL);
		}
		_exit(0);
	}
	for (int i = 0; i < 5; i++) {
		CALL(mq_timedreceive, queue, text, 32, NULL, NULL);
		SHOW_TEXT(text, 1);
	}
	waitpid(child, NULL, 0);
	child = fork();
	if (!child) {
		usleep(30000);
		for (int i = 0; i < 4; i++)
			syscall(SYS_mq_timedreceive, queue, text, 32, NULL, NULL);
		_exit(0);
	}
	for (int i = 0; i < 4; i++)
		CALL(mq_timedsend, queue, text, 1, 0, NULL);
	waitpid(child, NULL, 0);
	attributes_show(queue);
	QUIET(mq_unlink, NAME);
}

CHECK(mq_notify_waiting, "mq_notify,mq_timedsend")
{
	struct sigevent event = {.sigev_notify = SIGEV_NONE};
	char text[32] = "text";
	long queue = queue_made(2, 10, 0);
	CALL(mq_notify, queue, &event);
	pid_t child = fork();
	if (!child) {
		syscall(SYS_mq_timedreceive, queue, text, 32, NULL, NULL);
		_exit(0);
	}
	usleep(50000);
	CALL(mq_timedsend, queue, text, 1, 0, NULL); /* somebody was waiting: nobody is told */
	waitpid(child, NULL, 0);
	status_show(queue);
	CALL(mq_timedsend, queue, text, 1, 0, NULL);
	status_show(queue);
	QUIET(mq_unlink, NAME);
}

static void nothing(int signal)
{
	(void)signal;
}

CHECK(mq_interrupted, "mq_timedreceive,mq_timedsend")
{
	struct sigaction action = {.sa_handler = nothing}, old;
	char text[32] = "text";
	long queue = queue_made(1, 10, 0);
	sigaction(SIGALRM, &action, &old);
	struct itimerval timer = {.it_value = {0, 20000}};
	setitimer(ITIMER_REAL, &timer, NULL);
	CALL(mq_timedreceive, queue, text, 32, NULL, NULL);
	CALL(mq_timedsend, queue, text, 1, 0, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
	CALL(mq_timedsend, queue, text, 1, 0, NULL);
	attributes_show(queue);
	sigaction(SIGALRM, &old, NULL);
	QUIET(mq_unlink, NAME);
}
