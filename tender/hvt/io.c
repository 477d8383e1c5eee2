/*
 * The I/O thread: serves the net ring while the guest runs. It looks for requests for a while, then asks for a kick
 * and sleeps. Where there is only one CPU, looking would keep the guest from running.
 */
#include <linux/sched.h>

#include "tender/host/host.h"
#include "tender/host/spawn.h"
#include "tender/hvt/lockdown.h"
#include "tender/hvt/relax.h"
#include "tender/solo5/tender.h"

#define LOOKS 4096
#define STACK_BYTES (64u << 10)
#define CPUS_MAX 1024

#define THREAD_FLAGS (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM)

static uint8_t io_stack[STACK_BYTES] __attribute__((aligned(4096)));
static struct {
	struct machine *machine;
	const char *program;
	int looks;
} io;

/* Ends everything, the guest too, if it broke a rule. */
static int drain(void)
{
	static struct error error;
	int served = ring_drain(&io.machine->ring, &error);

	if (served < 0) {
		tender_say("%s: %s\n", io.program, error.text);
		host_exit(1);
	}
	return served;
}

static void look(void)
{
	for (int i = 0; i < io.looks; i++) {
		if (drain() > 0)
			i = 0;
		cpu_relax();
	}
}

static void io_run(void *argument)
{
	uint64_t kicks;

	(void)argument;
	for (;;) {
		look();
		ring_needs_kick(&io.machine->ring, true);
		if (drain() == 0)
			host_read(io.machine->unikernel.policy.kick_fd, &kicks, sizeof(kicks));
		ring_needs_kick(&io.machine->ring, false);
	}
}

static bool has_many_cpus(void)
{
	uint64_t cpus[CPUS_MAX / 64] = {0};
	unsigned count = 0;

	if (host_sched_getaffinity(cpus, sizeof(cpus)) < 0)
		return false;
	for (unsigned i = 0; i < CPUS_MAX / 64; i++)
		count += cpus[i] == 0 ? 0 : (cpus[i] & (cpus[i] - 1)) == 0 ? 1 : 2;
	return count > 1;
}

int io_start(struct machine *machine, const struct start *start, struct error *error)
{
	long result;

	if (!machine->context.ring)
		return 0;
	io.machine = machine;
	io.program = start->program;
	io.looks = has_many_cpus() ? LOOKS : 0;
	result = arch_spawn(THREAD_FLAGS, io_stack + sizeof(io_stack), io_run, NULL);
	return result < 0 ? error_set(error, "Could not start the I/O thread: %s", error_name(-result)) : 0;
}
