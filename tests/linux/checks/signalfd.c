/* signalfd: signals as records to read. */
#include "../family.h"
#include "../signals.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>

static void record_show(const char *what, long result, const struct signalfd_siginfo *record, pid_t from)
{
	if (result != sizeof *record)
		NOTE("%s: %s", what, result_name(result));
	else
		NOTE("%s: signal %u, code %d, from %d, uid %u, status %d, value %d", what, record->ssi_signo,
		     record->ssi_code, record->ssi_pid == (uint32_t)from, record->ssi_uid, record->ssi_status,
		     record->ssi_int);
}

CHECK(signalfd_errors, "signalfd,signalfd4")
{
	uint64_t set = SIGNAL_SET(SIGUSR1);
	char bytes[64];
	int file = open("file", O_RDWR | O_CREAT, 0644);
	CALL(signalfd4, -1, &set, 4, 0);
	CALL(signalfd4, -1, &set, 16, 0);
	CALL(signalfd4, -1, 8, 8, 0);
	CALL(signalfd4, -1, &set, 8, 1);
	CALL(signalfd4, 99, &set, 8, 0);
	CALL(signalfd4, file, &set, 8, 0);
	int fd = (int)QUIET(signalfd4, -1, &set, 8, SFD_NONBLOCK | SFD_CLOEXEC);
	SHOW(fcntl(fd, F_GETFD));
	SHOW_OCTAL(fcntl(fd, F_GETFL) & ~O_LARGEFILE);
	SHOW(QUIET(read, fd, bytes, 64));
	SHOW(QUIET(read, fd, bytes, sizeof(struct signalfd_siginfo)));
	SHOW(QUIET(write, fd, bytes, 64));
	EXPECT(QUIET(signalfd4, fd, &set, 8, 0) == fd);
	int other = (int)QUIET(signalfd, -1, &set, 8);
	SHOW(fcntl(other, F_GETFD));
}

CHECK(signalfd_reads, "signalfd4,read,kill,rt_sigqueueinfo")
{
	uint64_t set = SIGNAL_SET(SIGUSR1) | SIGNAL_SET(SIGCHLD) | SIGNAL_SET(40) | SIGNAL_SET(SIGKILL);
	struct signalfd_siginfo records[4];
	pid_t self = getpid();
	signals_mask(SIG_BLOCK, set);
	int fd = (int)QUIET(signalfd4, -1, &set, 8, SFD_NONBLOCK);
	pid_t child = family_fork();
	if (child == 0) {
		siginfo_t info = {.si_code = SI_QUEUE, .si_pid = getpid()};
		QUIET(kill, self, SIGUSR1);
		info.si_value.sival_int = 5;
		QUIET(rt_sigqueueinfo, self, 40, &info);
		info.si_value.sival_int = 6;
		QUIET(rt_sigqueueinfo, self, 40, &info);
		_exit(3);
	}
	family_end("child", child);
	record_show("one", QUIET(read, fd, records, sizeof records[0] + 5), records, child);
	long got = QUIET(read, fd, records, sizeof records);
	NOTE("%ld more", got / (long)sizeof records[0]);
	for (int i = 0; i < got / (long)sizeof records[0]; i++)
		record_show("record", sizeof records[0], &records[i], child);
	record_show("none", QUIET(read, fd, records, sizeof records), records, child);
	raise(SIGUSR1);
	SHOW(QUIET(read, fd, 8, sizeof records)); /* the signal is lost, as in Linux */
	SHOW(signal_is_pending(SIGUSR1));
	signals_mask(SIG_UNBLOCK, set);
}

/* It gives the reader's signals, and wakes who waits for them. */
CHECK(signalfd_and_fork, "signalfd4,read,poll")
{
	uint64_t set = SIGNAL_SET(SIGUSR1);
	struct signalfd_siginfo record = {0};
	signals_mask(SIG_BLOCK, set);
	int fd = (int)QUIET(signalfd4, -1, &set, 8, 0);
	raise(SIGUSR1);
	for (int how = 0; how < 2; how++) {
		pid_t child = family_fork();
		if (child == 0) {
			struct pollfd entry = {.fd = fd, .events = POLLIN};
			if (how)
				_exit(QUIET(poll, &entry, 1, 10000) != 1);
			_exit(QUIET(read, fd, &record, sizeof record) != sizeof record);
		}
		EXPECT(family_state_is(child, "S")); /* ours is not its */
		QUIET(kill, child, SIGUSR1);
		family_end("child", child);
	}
	record_show("ours", QUIET(read, fd, &record, sizeof record), &record, getpid());
	struct pollfd entry = {.fd = fd, .events = POLLIN};
	SHOW(QUIET(poll, &entry, 1, 0));
	signals_mask(SIG_UNBLOCK, set);
}

/* An epoll set that a process made goes on in its child when it has ended. */
CHECK(signalfd_in_inherited_set, "signalfd4,epoll_wait,epoll_ctl")
{
	uint64_t set = SIGNAL_SET(SIGUSR1);
	int *shared = family_memory();
	signals_mask(SIG_BLOCK, set);
	pid_t child = family_fork();
	if (child == 0) {
		struct epoll_event event = {.events = EPOLLIN};
		int fd = (int)QUIET(signalfd4, -1, &set, 8, 0), epoll = epoll_create1(0);
		QUIET(epoll_ctl, epoll, EPOLL_CTL_ADD, fd, &event);
		QUIET(epoll_wait, epoll, &event, 1, 0);
		pid_t self = getpid();
		if (family_fork() == 0) {
			while (getppid() == self || family_state(self, 0))
				usleep(1000);
			for (int i = 0; i < 20; i++)
				family_kill(family_fork() ?: (pause(), 0)); /* the memory is used again */
			shared[1] = epoll_ctl(epoll, EPOLL_CTL_DEL, fd, &event) == 0;
			shared[2] = close(epoll) == 0 && close(fd) == 0;
			shared[0] = 1;
			_exit(0);
		}
		_exit(0);
	}
	family_end("child", child);
	EXPECT(family_word_is(&shared[0], 1));
	NOTE("%d %d", shared[1], shared[2]);
	while (QUIET(wait4, -1, NULL, 0, NULL) > 0) /* ours, if we are the first process */
		;
	signals_mask(SIG_UNBLOCK, set);
}

CHECK(signalfd_changes, "signalfd4,read")
{
	uint64_t first = SIGNAL_SET(SIGUSR1), second = SIGNAL_SET(SIGUSR2);
	struct signalfd_siginfo record = {0};
	signals_mask(SIG_BLOCK, first | second);
	int fd = (int)QUIET(signalfd4, -1, &first, 8, SFD_NONBLOCK);
	raise(SIGUSR2);
	record_show("not in the set", QUIET(read, fd, &record, sizeof record), &record, getpid());
	EXPECT(QUIET(signalfd4, fd, &second, 8, 0) == fd);
	record_show("in the set", QUIET(read, fd, &record, sizeof record), &record, getpid());
	signals_mask(SIG_UNBLOCK, first | second);
}
