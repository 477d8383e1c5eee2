/* Waiting without sleeping: see spin.h. */
#include "kernel/vfs/spin.h"

#include "arch.h"
#include "arch_relax.h"
#include "kernel/host/host.h"
#include "kernel/task/thread.h"

/* Twice what a wake takes to another CPU of a virtual machine: two that begin asleep have to find each other awake. */
#define SPIN_NS 50000
/* A look at the clock costs as much as a pause. */
#define LOOKS_PER_CLOCK 16
#define YIELDS 2
/* How many waits in a row do without, after failures: a waiter whose peer is slow spins for less than 1 in 100. */
#define PENALTY_MAX 128

static uint32_t here(void)
{
	return arch_cpu() + 1;
}

void spin_note(struct spin *spin)
{
	uint32_t cpu = here();

	/* Not written to each time: the line stays shared. */
	if (__atomic_load_n(&spin->seen_on, __ATOMIC_RELAXED) != cpu)
		__atomic_store_n(&spin->seen_on, cpu, __ATOMIC_RELAXED);
}

static bool is_worth_it(struct spin *spin)
{
	if (spin->skipped < spin->penalty) {
		spin->skipped++;
		return false;
	}
	return true;
}

static void failure_note(struct spin *spin)
{
	spin->penalty = spin->penalty ? (uint16_t)(2 * spin->penalty) : 1;
	if (spin->penalty > PENALTY_MAX)
		spin->penalty = PENALTY_MAX;
	spin->skipped = 0;
}

static bool is_kicked(void)
{
	return __atomic_load_n(&current->kick, __ATOMIC_RELAXED) != 0;
}

/* What is seen while the others' CPUs do their work. */
static bool look_until(bool (*condition)(void *data), void *data)
{
	uint64_t end_ns = host_monotonic_ns() + SPIN_NS;

	do {
		for (unsigned look = 0; look < LOOKS_PER_CLOCK; look++) {
			if (condition(data))
				return true;
			if (is_kicked())
				return false;
			arch_relax();
		}
	} while (host_monotonic_ns() < end_ns);
	return false;
}

/* What is seen when others had this CPU. */
static bool yield_until(bool (*condition)(void *data), void *data)
{
	for (unsigned i = 0; i < YIELDS && !is_kicked(); i++) {
		host_yield();
		if (condition(data))
			return true;
	}
	return false;
}

bool spin_until(struct spin *spin, bool (*condition)(void *data), void *data)
{
	uint32_t seen_on = __atomic_load_n(&spin->seen_on, __ATOMIC_RELAXED);

	if (!seen_on || !is_worth_it(spin))
		return false;
	if (seen_on == here() ? yield_until(condition, data) : look_until(condition, data)) {
		spin->penalty = 0;
		return true;
	}
	if (!is_kicked())
		failure_note(spin);
	return false;
}
