/* tend-linux: runs a Linux program with the library kernel as sandboxed processes. Prints and exits for the front. */
#include <string.h>

#include "tender/host/host.h"
#include "tender/linux/family.h"
#include "tender/linux/say.h"
#include "tender/linux/statistics.h"
#include "tender/option.h"

/* The front's state, in one place. It starts as zeroes; init and the members find it as the front left it. */
static struct {
	struct start start;
	struct linux_guest guest;
	struct error error;
} tender __attribute__((aligned(4096)));

static void say_usage(void)
{
	const char *line;

	say("usage: tend-linux OPTIONS -- PROGRAM [ ARGS ]");
	for (size_t i = 0; (line = linux_options_usage_line(i)); i++)
		say("%s", line);
}

_Noreturn static void fail(void)
{
	cgroup_remove(&tender.guest.cgroup);
	if (tender.error.text[0])
		say("%s", tender.error.text);
	if (tender.error.option)
		say("Invalid option: `%s'", tender.error.option);
	if (tender.error.usage)
		say_usage();
	host_exit(1);
}

/* Nobody is there to hear if that fails. */
static void status_tell(const struct linux_guest *guest, const char *text)
{
	if (guest->options.status_fd >= 0)
		host_write(guest->options.status_fd, text, strlen(text));
}

/* tend-linux --statistics-of PID ARENA FD: what `tend stat --guest` runs, which finds out the numbers. */
static int statistics_show(char *const *numbers)
{
	uint64_t pid, arena, fd;

	if (!option_number(numbers[0], INT32_MAX, &pid) || !option_number(numbers[1], INT64_MAX, &arena) ||
	    !option_number(numbers[2], INT32_MAX, &fd))
		return 1;
	if (statistics_of((int)fd, pid, arena, &tender.error) == 0)
		return 0;
	say("%s", tender.error.text);
	return 1;
}

/* Until the guest has ended; returns its exit status. */
static int run(struct linux_guest *guest, struct error *error)
{
	char ended[32];
	int init_pid;
	int status;

	if (guest_decode(guest, &tender.start, error) < 0 || guest_attach(guest, error) < 0 ||
	    guest_load(guest, error) < 0)
		fail();
	init_pid = family_start(guest, error);
	if (init_pid < 0)
		fail();
	status_tell(guest, "running\n");
	/* While the guest starts, which it does not delay. */
	cgroup_sweep(&guest->cgroup);
	status = family_supervise(guest, init_pid);
	cgroup_remove(&guest->cgroup);
	if (guest->options.stat_fd >= 0)
		statistics_write(guest->options.stat_fd, guest_pointer(guest->layout.arena + guest->layout.statistics),
				 guest->options.network.net.fd >= 0);
	text_make(ended, sizeof(ended), "exited %d\n", status);
	status_tell(guest, ended);
	return status;
}

_Noreturn void tender_start(uint64_t *stack);

_Noreturn void tender_start(uint64_t *stack)
{
	start_read(stack, &tender.start);
	if (tender.start.argc == 2 && strcmp(tender.start.argv[1], "--help") == 0) {
		say_usage();
		host_exit(0);
	}
	if (tender.start.argc == 2 && strcmp(tender.start.argv[1], "--version") == 0) {
		say("tend-linux, version %s", TEND_VERSION);
		host_exit(0);
	}
	if (tender.start.argc == 5 && strcmp(tender.start.argv[1], "--statistics-of") == 0)
		host_exit(statistics_show(tender.start.argv + 2));
	host_exit(run(&tender.guest, &tender.error));
}
