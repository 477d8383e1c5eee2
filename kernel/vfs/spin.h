/*
 * Whether it pays to wait for somebody without sleeping: a sleep and a wake cost far more than what is waited for often
 * takes, the answer of whoever is just now reading our request. So if the other side was last seen on another CPU, who
 * waits looks on for a while; on the same CPU, lets it run once or twice; but neither after that was in vain before.
 *
 * One for each condition that others make true, beside what they change; zeroes to begin with. No locks: what two write
 * at once is a hint all the same.
 */
#ifndef KERNEL_VFS_SPIN_H
#define KERNEL_VFS_SPIN_H

#include <stdbool.h>
#include <stdint.h>

struct spin {
	uint32_t seen_on; /* the CPU of who was last at work, plus 1; 0: nobody was */
	uint16_t penalty; /* how many waits the last failure cost */
	uint16_t skipped; /* of these, are over */
};

/* The caller has just done what others may be waiting for. */
void spin_note(struct spin *spin);
/*
 * Looks until the condition holds: true. False, soon, if it is time to sleep: also if the thread was kicked. The
 * condition is looked at all the time: it should take no lock.
 */
bool spin_until(struct spin *spin, bool (*condition)(void *data), void *data);

#endif
