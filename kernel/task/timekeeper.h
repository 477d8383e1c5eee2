/*
 * Who runs the timers while every application thread computes: the service process, which sleeps until the first is
 * due.
 */
#ifndef KERNEL_TASK_TIMEKEEPER_H
#define KERNEL_TASK_TIMEKEEPER_H

#include <stdbool.h>
#include <stdint.h>

struct thread;

/* The thread that will call timekeeper_run, once at boot. */
void timekeeper_set(struct thread *thread);
/*
 * Runs what is due. The timekeeper then sleeps interruptibly, for as many nanoseconds as this returns (UINT64_MAX: for
 * ever), and calls again.
 */
uint64_t timekeeper_run(void);

/* Ends the timekeeper's sleep. */
void timekeeper_kick(void);

/*
 * The guest is at its end: the timekeeper, which looks behind timekeeper_run, is to end its own process. The host then
 * takes down both address spaces at once.
 */
void timekeeper_dismiss(void);
bool timekeeper_is_dismissed(void);

#endif
