/* Controlling terminals and job control. */
#include "../line.h"
#include "../signals.h"

#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>

CHECK(terminal_control, "ioctl,setsid,openat")
{
	line_open();
	pid_t child = family_fork();
	if (child == 0) {
		int group = -1, zero = 0;
		SHOW(QUIET(ioctl, line_slave, TIOCSCTTY, 0)); /* leads no session */
		SHOW(QUIET(ioctl, line_slave, TIOCGPGRP, &group));
		SHOW(QUIET(ioctl, line_slave, TIOCGSID, &group));
		SHOW(QUIET(ioctl, line_slave, TIOCNOTTY, 0));
		SHOW(QUIET(ioctl, line_master, TIOCGPGRP, &group));
		SHOW(group);
		QUIET(setsid);
		SHOW(open("/dev/tty", O_RDWR) < 0 ? -errno : 0);
		SHOW(QUIET(ioctl, line_slave, TIOCSPGRP, &zero));
		SHOW(QUIET(ioctl, line_slave, TIOCSCTTY, 0));
		SHOW(QUIET(ioctl, line_slave, TIOCSCTTY, 0));
		SHOW(QUIET(ioctl, line_slave, TIOCGPGRP, &group));
		EXPECT(group == getpid());
		SHOW(QUIET(ioctl, line_slave, TIOCGSID, &group));
		EXPECT(group == getpid());
		SHOW(QUIET(ioctl, line_master, TIOCGPGRP, &group));
		EXPECT(group == getpid());
		int own = open("/dev/tty", O_RDWR);
		EXPECT(own >= 0 && isatty(own));
		SHOW(QUIET(ioctl, own, TIOCGPGRP, &group));
		/* Another session cannot have it, too. */
		pid_t other = family_fork();
		if (other == 0) {
			QUIET(setsid);
			SHOW(QUIET(ioctl, line_slave, TIOCSCTTY, 0));
			SHOW(QUIET(ioctl, line_slave, TIOCSCTTY, 1)); /* stolen, by who may */
			_exit(0);
		}
		family_end("other", other);
		_exit(0);
	}
	family_end("child", child);
	record_made("openat");
	line_close();
}

CHECK(terminal_by_opening, "openat,setsid,ioctl")
{
	line_open();
	for (int how = 0; how < 3; how++) {
		pid_t child = family_fork();
		if (child == 0) {
			QUIET(setsid);
			close(line_slave);
			if (how == 2 && family_fork() != 0) { /* not a leader */
				(void)waitpid(-1, NULL, 0);
				_exit(0);
			}
			line_slave = (int)QUIET(openat, AT_FDCWD, line_path, O_RDWR | (how == 1 ? O_NOCTTY : 0));
			int group;
			NOTE("opened %d: %s", how, result_name(QUIET(ioctl, line_slave, TIOCGPGRP, &group)));
			_exit(0);
		}
		family_end("child", child);
		line_close();
		line_open();
	}
	line_close();
}

CHECK(foreground_groups, "ioctl,setpgid")
{
	line_open();
	pid_t leader = leader_fork();
	if (leader == 0) {
		int group, gone = 1 << 21, negative = -1;
		pid_t job = job_waiting();
		QUIET(setpgid, job, job);
		group = job;
		SHOW(QUIET(ioctl, line_slave, TIOCSPGRP, &gone));
		SHOW(QUIET(ioctl, line_slave, TIOCSPGRP, &negative));
		SHOW(QUIET(ioctl, line_slave, TIOCSPGRP, 8));
		SHOW(QUIET(ioctl, line_slave, TIOCSPGRP, &group));
		SHOW(QUIET(ioctl, line_slave, TIOCGPGRP, &group));
		EXPECT(group == job);
		family_kill(job);
		SHOW(QUIET(ioctl, line_slave, TIOCGPGRP, &group)); /* whoever that was */
		EXPECT(group == job);
		line_foreground(getpid());
		_exit(0);
	}
	family_end("leader", leader);
	line_close();
}

CHECK(terminal_signals, "kill,wait4")
{
	static const char *const keys[] = {"\003", "\034", "\032"};
	line_open();
	pid_t leader = leader_fork();
	if (leader == 0) {
		for (int i = 0; i < 3; i++) {
			int status;
			pid_t job = job_waiting(), background = job_waiting();
			line_foreground(job);
			EXPECT(family_state_is(job, "S") && family_state_is(background, "S"));
			line_type("dropped");
			line_type(keys[i]);
			EXPECT(QUIET(wait4, job, &status, WUNTRACED, NULL) == job);
			family_status("job", status & ~0x80);
			SHOW(QUIET(wait4, background, &status, WUNTRACED | WNOHANG, NULL));
			if (WIFSTOPPED(status))
				family_kill(job);
			family_kill(background);
			line_foreground(getpid());
			if (i == 2)
				kill(job, SIGKILL);
			while (waitpid(job, NULL, 0) > 0)
				;
		}
		int count = -1;
		ioctl(line_slave, FIONREAD, &count);
		SHOW(count); /* what was typed went with the signals */
		_exit(0);
	}
	QUIET(kill, leader, 0);
	family_end("leader", leader);
	line_close();
}

/* Reading and writing in the background. */
CHECK(background_jobs, "wait4,ioctl")
{
	line_open();
	pid_t leader = leader_fork();
	if (leader == 0) {
		for (int how = 0; how < 8; how++) {
			struct termios attributes;
			int status;
			tcgetattr(line_slave, &attributes);
			attributes.c_lflag = how == 2 || how == 3 ? attributes.c_lflag | TOSTOP
								  : attributes.c_lflag & ~(tcflag_t)TOSTOP;
			tcsetattr(line_slave, TCSANOW, &attributes);
			pid_t job = job_fork();
			if (job == 0) {
				char byte;
				long result = 0;
				struct winsize size = {1, 2, 3, 4};
				setpgid(0, 0);
				if (how == 3 || how == 5)
					signal(SIGTTOU, SIG_IGN);
				if (how == 6)
					signals_mask(SIG_BLOCK, SIGNAL_SET(SIGTTIN));
				if (how == 0 || how == 6)
					result = QUIET(read, line_slave, &byte, 1);
				else if (how < 4)
					result = QUIET(write, line_slave, "x", 1);
				else if (how < 6)
					result = QUIET(ioctl, line_slave, TCSETS, &attributes);
				else
					result = QUIET(ioctl, line_slave, TIOCSWINSZ, &size);
				NOTE("%d: %s", how, result_name(result));
				_exit(0);
			}
			EXPECT(QUIET(wait4, job, &status, WUNTRACED, NULL) == job);
			family_status("job", status);
			if (WIFSTOPPED(status))
				family_kill(job);
		}
		_exit(0);
	}
	QUIET(ioctl, line_slave, TIOCGPGRP, NULL);
	family_end("leader", leader);
	line_close();
}

/* A job that was stopped while it read goes on reading in the foreground. */
CHECK(background_reader_continues, "wait4,kill")
{
	line_open();
	pid_t leader = leader_fork();
	if (leader == 0) {
		int status;
		pid_t job = job_fork();
		if (job == 0) {
			char bytes[16] = "";
			setpgid(0, 0);
			SHOW(QUIET(read, line_slave, bytes, sizeof bytes - 1));
			SHOW_TEXT(bytes, 5);
			_exit(0);
		}
		EXPECT(QUIET(wait4, job, &status, WUNTRACED, NULL) == job);
		family_status("job", status);
		line_foreground(job);
		QUIET(kill, -job, SIGCONT);
		EXPECT(family_state_is(job, "S"));
		line_type("line\r");
		family_end("job", job);
		line_foreground(getpid());
		_exit(0);
	}
	QUIET(kill, leader, 0);
	family_end("leader", leader);
	line_close();
}

CHECK(orphaned_background_reader, "setsid,read")
{
	int *shared = family_memory();
	line_open();
	pid_t leader = leader_fork();
	if (leader == 0) {
		pid_t parent = family_fork();
		if (parent == 0) {
			if (family_fork() == 0) {
				char byte;
				pid_t old = getppid();
				setpgid(0, 0);
				shared[2] = 1;
				while (getppid() == old)
					usleep(1000);
				shared[1] = (int)QUIET(read, line_slave, &byte, 1);
				shared[0] = 1;
				_exit(0);
			}
			EXPECT(family_word_is(&shared[2], 1));
			_exit(0);
		}
		family_end("parent", parent);
		EXPECT(family_word_is(&shared[0], 1));
		NOTE("read: %s", result_name(shared[1]));
		_exit(0);
	}
	QUIET(setsid);
	family_end("leader", leader);
	while (waitpid(-1, NULL, 0) > 0) /* the orphan, if we are the first process */
		;
	line_close();
}

CHECK(window_signal, "ioctl")
{
	int *shared = family_memory();
	line_open();
	pid_t leader = leader_fork();
	if (leader == 0) {
		struct winsize size;
		signal_handle(SIGWINCH, signal_count);
		shared[0] = 1;
		while (!signals_caught)
			usleep(1000);
		SHOW(QUIET(ioctl, line_slave, TIOCGWINSZ, &size));
		NOTE("%d rows", size.ws_row);
		signals_caught = 0;
		shared[0] = 2;
		EXPECT(family_word_is(&shared[1], 1));
		SHOW(signals_caught);
		_exit(0);
	}
	struct winsize size = {33, 44, 0, 0};
	EXPECT(family_word_is(&shared[0], 1));
	QUIET(ioctl, line_master, TIOCSWINSZ, &size);
	EXPECT(family_word_is(&shared[0], 2));
	QUIET(ioctl, line_master, TIOCSWINSZ, &size); /* no change */
	usleep(10000);
	shared[1] = 1;
	family_end("leader", leader);
	line_close();
}

CHECK(terminal_given_up, "ioctl")
{
	line_open();
	pid_t leader = leader_fork();
	if (leader == 0) {
		int group;
		signals_mask(SIG_BLOCK, SIGNAL_SET(SIGHUP) | SIGNAL_SET(SIGCONT));
		SHOW(QUIET(ioctl, line_slave, TIOCNOTTY, 0));
		NOTE("HUP %d, CONT %d", signal_is_pending(SIGHUP), signal_is_pending(SIGCONT));
		SHOW(QUIET(ioctl, line_slave, TIOCGPGRP, &group));
		SHOW(open("/dev/tty", O_RDWR) < 0 ? -errno : 0);
		SHOW(QUIET(ioctl, line_slave, TIOCSCTTY, 0));
		_exit(0);
	}
	family_end("leader", leader);
	line_close();
}
