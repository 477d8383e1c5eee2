/* Init: the guest's first process on the host, which waits for the others. See family.h. */
#include <asm/signal.h>
#include <errno.h>
#include <linux/poll.h>
#include <linux/prctl.h>

#include "tender/host/host.h"
#include "tender/host/privileges.h"
#include "tender/linux/empty_root.h"
#include "tender/linux/family.h"
#include "tender/linux/say.h"
#include "tender/linux/signal_name.h"

/* Its exit status when the guest could not be started or its processes ended in an order they must not. */
#define STATUS_FAILED 1

_Noreturn static void fail(const char *what, long result)
{
	say("%s: %s", what, error_name(-result));
	host_exit(STATUS_FAILED);
}

/* All privileges, in the namespace too: what the members inherit. */
static void privileges_drop(const struct linux_guest *guest)
{
	bool is_dumped = !core_dumps_disable();
	long result = guest->start->is_root ? identity_drop() : 0;

	/* In a new user namespace without id map no id can be changed, nor is there one of root's left. */
	if (result == -EINVAL || result == -EPERM)
		result = host_geteuid() == 0 ? result : 0;
	if (result < 0)
		fail("Could not give up uid 0; start as another user", result);
	result = capabilities_drop();
	if (result >= 0)
		result = host_prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	/* A change of ids took it away. Root's guests else stay closed to other processes of "nobody". */
	if (result >= 0 && is_dumped)
		result = host_prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	if (result < 0)
		fail("Could not drop privileges", result);
}

/* The guest does not outlive the front, not even one that was killed before this. */
static void front_follow(const struct linux_guest *guest)
{
	static const uint64_t now[2];
	struct pollfd control = {.fd = guest->control_fd};
	long result = host_prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);

	if (result < 0)
		fail("Could not bind the guest's life to this process's", result);
	host_close(guest->supervisor_fd);
	host_ppoll(&control, 1, now);
	if (control.revents & POLLHUP)
		host_exit(STATUS_FAILED);
}

static void member_start(struct linux_guest *guest, enum kernel_role role, int expected_pid)
{
	long pid = host_fork(SIGCHLD);

	if (pid == 0)
		member_become(guest, role);
	if (pid < 0)
		fail("Could not start the guest's processes", pid);
	if (pid != expected_pid)
		fail("The guest's first processes have other pids than 2 and 3", -EBUSY);
}

/*
 * The end of all others, before anything is said of it: the guest writes to standard error, too. Only init itself is
 * not among those that -1 means.
 */
static void members_kill(void)
{
	host_kill(-1, SIGKILL);
}

/* What to say of a process that a signal ended. Returns the exit status. */
static int death_report(const struct linux_guest *guest, int signal)
{
	char number[16];

	members_kill();
	if (signal == SIGKILL && cgroup_has_killed(&guest->cgroup))
		say("guest process killed: the guest used all of its memory (--mem=%lu)",
		    (unsigned long)(guest->options.mem_bytes >> 20));
	else
		say("guest process killed by %s", signal_name(signal, number, sizeof(number)));
	return 128 + signal;
}

/* Waits until the application process has ended, or any other in a way that leaves the rest without it. */
static int members_wait(const struct linux_guest *guest)
{
	for (;;) {
		int status;
		long pid = host_wait(-1, &status, 0);

		if (pid == -EINTR)
			continue;
		if (pid < 0)
			fail("Lost the guest's processes", pid);
		if (status & 0x7f)
			return death_report(guest, status & 0x7f);
		if (pid == GUEST_APPLICATION_PID)
			return status >> 8 & 0xff;
		/* Without an error: the application's kernel told it to, on its own way out. */
		if (pid == GUEST_SERVICE_PID && status) {
			members_kill();
			say("the guest's service process ended with status %d", status >> 8 & 0xff);
			return STATUS_FAILED;
		}
		/* Others end with status 0, whatever becomes of the guest's process: else its kernel found a bug. */
		if (status)
			return status >> 8 & 0xff;
	}
}

void init_run(void *argument)
{
	struct linux_guest *guest = argument;

	host_prctl(PR_SET_NAME, (unsigned long)"tend-init", 0, 0, 0);
	if (guest->options.has_all_namespaces) {
		long result = root_empty();

		if (result < 0)
			fail("--ns=all: could not make an empty root directory", result);
	}
	privileges_drop(guest);
	front_follow(guest);
	say_without_waiting();
	/* In this order: an application that runs may fork, and its child would get the service's pid. */
	member_start(guest, KERNEL_ROLE_SERVICE, GUEST_SERVICE_PID);
	member_start(guest, KERNEL_ROLE_APPLICATION, GUEST_APPLICATION_PID);
	host_exit(members_wait(guest));
}
