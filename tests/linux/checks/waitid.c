/* waitid: which children, what it reports and leaves there, and errors. */
#include "../family.h"

#include <signal.h>
#include <sys/wait.h>

static pid_t child_exiting(int code)
{
	pid_t child = family_fork();
	if (child == 0)
		_exit(code);
	return child;
}

static pid_t child_waiting(void)
{
	pid_t child = family_fork();
	if (child == 0)
		for (;;)
			pause();
	return child;
}

static void info_show(const char *what, long result, const siginfo_t *info, pid_t child)
{
	NOTE("%s: %s, signal %d, code %d, status %d, error %d, child %d", what, result_name(result), info->si_signo,
	     info->si_code, info->si_status, info->si_errno, info->si_pid == child);
}

CHECK(waitid_selection, "waitid,pidfd_open")
{
	siginfo_t info;
	for (int type = 0; type < 4; type++) {
		pid_t child = family_fork();
		if (child == 0) {
			setpgid(0, 0);
			_exit(10 + type);
		}
		EXPECT(family_state_is(child, "Z"));
		int id = type == P_ALL ? 12345 : child;
		if (type == P_PIDFD)
			id = (int)QUIET(pidfd_open, child, 0);
		memset(&info, 0, sizeof info);
		info_show("waitid", QUIET(waitid, type, id, &info, WEXITED, NULL), &info, child);
	}
	info_show("none left", QUIET(waitid, P_ALL, 0, &info, WEXITED, NULL), &info, 0);
	pid_t child = child_exiting(1);
	memset(&info, 0, sizeof info);
	info_show("own group", QUIET(waitid, P_PGID, 0, &info, WEXITED, NULL), &info, child);
}

CHECK(waitid_errors, "waitid")
{
	siginfo_t info = {0};
	CALL(waitid, P_ALL, 0, &info, 0, NULL);
	CALL(waitid, P_ALL, 0, &info, WNOHANG, NULL);
	CALL(waitid, P_ALL, 0, &info, WEXITED | 0x100, NULL);
	CALL(waitid, P_ALL, 0, &info, WEXITED, NULL);
	CALL(waitid, P_PID, 0, &info, WEXITED, NULL);
	CALL(waitid, P_PID, -1, &info, WEXITED, NULL);
	CALL(waitid, P_PGID, -1, &info, WEXITED, NULL);
	CALL(waitid, P_PIDFD, -1, &info, WEXITED, NULL);
	CALL(waitid, P_PIDFD, 0, &info, WEXITED, NULL);
	CALL(waitid, P_PIDFD, 99, &info, WEXITED, NULL);
	CALL(waitid, 9, 0, &info, WEXITED, NULL);
	pid_t child = child_exiting(1);
	EXPECT(family_state_is(child, "Z"));
	CALL(waitid, P_PID, child, (void *)8, WEXITED, NULL);
	CALL(waitid, P_PID, child, &info, WEXITED, NULL);
	child = child_exiting(1);
	SHOW(QUIET(waitid, P_PID, child, NULL, WEXITED, NULL)); /* nothing to fill in */
}

/* What is written, and that nothing else is. */
CHECK(waitid_fields, "waitid")
{
	union {
		siginfo_t info;
		unsigned char bytes[sizeof(siginfo_t)];
	} out;
	pid_t child = child_waiting();
	memset(&out, 0xff, sizeof out);
	SHOW(QUIET(waitid, P_PID, child, &out.info, WEXITED | WNOHANG, NULL));
	NOTE("%d %d %d %d", out.info.si_signo, out.info.si_code, out.info.si_pid, out.info.si_status);
	SHOW_TEXT(out.bytes + 28, 100);
	QUIET(kill, child, SIGKILL);
	memset(&out, 0xff, sizeof out);
	SHOW(QUIET(waitid, P_PID, child, &out.info, WEXITED, NULL));
	NOTE("%d %d %d %d %d", out.info.si_signo, out.info.si_code, out.info.si_pid == child, out.info.si_status,
	     out.info.si_uid);
	SHOW_TEXT(out.bytes + 28, 100);
	memset(&out, 0xff, sizeof out);
	SHOW(QUIET(waitid, P_PID, child, &out.info, WEXITED, NULL));
	SHOW_TEXT(out.bytes, 12);
	memset(&out, 0xff, sizeof out);
	CALL(waitid, P_ALL, 0, &out.info, 0, NULL);
	SHOW_TEXT(out.bytes, 12);
}

CHECK(waitid_keeps, "waitid,kill")
{
	siginfo_t info;
	pid_t child = child_waiting();
	setpgid(child, child);
	QUIET(kill, child, SIGSTOP);
	for (int i = 0; i < 2; i++)
		info_show("stopped", QUIET(waitid, P_PID, child, &info, WSTOPPED | WNOWAIT, NULL), &info, child);
	info_show("stopped", QUIET(waitid, P_PID, child, &info, WSTOPPED, NULL), &info, child);
	info = (siginfo_t){0};
	info_show("again", QUIET(waitid, P_PID, child, &info, WSTOPPED | WNOHANG, NULL), &info, 0);
	QUIET(kill, child, SIGCONT);
	for (int i = 0; i < 2; i++)
		info_show("continued", QUIET(waitid, P_PID, child, &info, WCONTINUED | WNOWAIT, NULL), &info, child);
	QUIET(kill, child, SIGSTOP);
	EXPECT(family_state_is(child, "T"));
	info = (siginfo_t){0};
	info_show("continued no more", QUIET(waitid, P_PID, child, &info, WCONTINUED | WNOHANG, NULL), &info, 0);
	QUIET(kill, child, SIGKILL);
	for (int i = 0; i < 2; i++)
		info_show("ended", QUIET(waitid, P_PID, child, &info, WEXITED | WNOWAIT, NULL), &info, child);
	info = (siginfo_t){0};
	info_show("stops of it", QUIET(waitid, P_PID, child, &info, WSTOPPED | WNOHANG, NULL), &info, 0);
	info_show("ended", QUIET(waitid, P_PID, child, &info, WEXITED, NULL), &info, child);
}

CHECK(waitid_pidfd_nonblocking, "waitid,pidfd_open")
{
	siginfo_t info = {0};
	pid_t child = child_waiting();
	int fd = (int)QUIET(pidfd_open, child, O_NONBLOCK);
	CALL(waitid, P_PIDFD, fd, &info, WEXITED, NULL);
	SHOW(info.si_pid);
	CALL(waitid, P_PIDFD, fd, &info, WEXITED | WNOHANG, NULL);
	QUIET(kill, child, SIGKILL);
	EXPECT(family_state_is(child, "Z"));
	CALL(waitid, P_PIDFD, fd, &info, WEXITED, NULL);
	EXPECT(info.si_pid == child);
}
