/* A pseudoterminal with jobs: see line.h. */
#include "line.h"

#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <termios.h>

int line_master, line_slave;
char line_path[32];

void line_open(void)
{
	int unlocked = 0, number = -1;
	line_master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	ioctl(line_master, TIOCSPTLCK, &unlocked);
	ioctl(line_master, TIOCGPTN, &number);
	snprintf(line_path, sizeof line_path, "/dev/pts/%d", number);
	line_slave = open(line_path, O_RDWR | O_NOCTTY);
}

void line_close(void)
{
	close(line_slave);
	close(line_master);
}

void line_type(const char *text)
{
	if (write(line_master, text, strlen(text)) < 0)
		record_expectation("typing", false);
}

pid_t leader_fork(void)
{
	pid_t child = family_fork();
	if (child == 0) {
		setsid();
		if (ioctl(line_slave, TIOCSCTTY, 0) != 0)
			record_expectation("a controlling terminal", false);
	}
	return child;
}

pid_t job_fork(void)
{
	pid_t child = family_fork();
	setpgid(child, child);
	return child;
}

pid_t job_waiting(void)
{
	pid_t job = job_fork();
	if (job == 0)
		for (;;)
			pause();
	return job;
}

void line_foreground(pid_t group)
{
	signal(SIGTTOU, SIG_IGN);
	if (tcsetpgrp(line_slave, group) != 0)
		NOTE("tcsetpgrp: %s", strerrorname_np(errno));
	signal(SIGTTOU, SIG_DFL);
}
