/* The end of a line, or of the session it belongs to: who is told, and what reads and writes say. */
#include "../line.h"
#include "../signals.h"

#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>

/* The line goes: who is told, and what reads and writes say. */
CHECK(terminal_hangup, "read,write,ioctl,poll")
{
	int *shared = family_memory();
	line_open();
	pid_t leader = leader_fork();
	if (leader == 0) {
		uint64_t set = SIGNAL_SET(SIGHUP) | SIGNAL_SET(SIGCONT) | SIGNAL_SET(SIGUSR1);
		char byte;
		siginfo_t info;
		signals_mask(SIG_BLOCK, set);
		pid_t job = job_fork();
		if (job == 0) {
			setpgid(0, 0);
			close(line_master);
			shared[0] = 1;
			sigset_t all;
			sigfillset(&all);
			sigwaitinfo(&all, &info);
			shared[4] = info.si_signo;
			_exit(0);
		}
		EXPECT(family_word_is(&shared[0], 1));
		line_foreground(job);
		close(line_master);
		shared[1] = 1;
		EXPECT(family_word_is(&shared[2], 1)); /* the other end is closed */
		for (int i = 0; i < 1000 && !(signal_is_pending(SIGHUP) && signal_is_pending(SIGCONT)); i++)
			usleep(1000);
		NOTE("HUP %d, CONT %d", signal_is_pending(SIGHUP), signal_is_pending(SIGCONT));
		SHOW(QUIET(read, line_slave, &byte, 1));
		SHOW(QUIET(write, line_slave, &byte, 1));
		struct pollfd entry = {.fd = line_slave, .events = POLLIN | POLLOUT};
		SHOW(QUIET(poll, &entry, 1, 0));
		SHOW_HEX(entry.revents);
		struct termios attributes;
		SHOW(QUIET(ioctl, line_slave, TCGETS, &attributes));
		SHOW(open("/dev/tty", O_RDWR) < 0 ? -errno : 0);
		usleep(20000);
		NOTE("the job in the foreground got %s", shared[4] ? sigabbrev_np(shared[4]) : "nothing");
		shared[3] = job;
		_exit(0);
	}
	EXPECT(family_word_is(&shared[1], 1));
	close(line_master);
	shared[2] = 1;
	family_end("leader", leader);
	for (int i = 0; i < 1000 && !shared[4]; i++)
		usleep(1000);
	NOTE("when the leader ended it got %s", shared[4] ? sigabbrev_np(shared[4]) : "nothing");
	if (!shared[4])
		kill(shared[3], SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
	close(line_slave);
}

/* A leader's end hangs up for the foreground job. */
CHECK(leader_end_hangs_up, "exit_group,kill,read")
{
	int *shared = family_memory();
	line_open();
	pid_t leader = leader_fork();
	if (leader == 0) {
		signals_mask(SIG_BLOCK, SIGNAL_SET(SIGHUP) | SIGNAL_SET(SIGCONT));
		pid_t job = job_fork();
		if (job == 0) {
			uint64_t set = SIGNAL_SET(SIGHUP);
			siginfo_t info;
			char byte;
			setpgid(0, 0);
			shared[0] = 1;
			sigset_t wanted;
			memcpy(&wanted, &set, 8);
			shared[1] = sigwaitinfo(&wanted, &info);
			shared[2] = info.si_code;
			shared[3] = (int)QUIET(read, line_slave, &byte, 1); /* the line is still there */
			shared[4] = (int)QUIET(open, "/dev/tty", O_RDWR);
			shared[5] = 1;
			_exit(0);
		}
		EXPECT(family_word_is(&shared[0], 1));
		line_foreground(job);
		_exit(0);
	}
	family_end("leader", leader);
	record_made("exit_group");
	line_type("x\r");
	EXPECT(family_word_is(&shared[5], 1));
	NOTE("signal %d, code %d, read %s, /dev/tty %s", shared[1], shared[2], result_name(shared[3]),
	     result_name(shared[4]));
	while (QUIET(wait4, -1, NULL, 0, NULL) > 0)
		;
	QUIET(kill, leader, 0);
	line_close();
}
