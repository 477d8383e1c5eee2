/*
 * lwIP's timers. Those of TCP are set to when a connection has something to time; the others, which tick, tick only
 * while something waits for the next tick, and are made up for when the stack is entered the next time. A guest whose
 * connections rest sleeps. Everything is called with the stack entered.
 */
#ifndef KERNEL_NET_STACK_TIMER_H
#define KERNEL_NET_STACK_TIMER_H

#include <stdint.h>

#define STACK_NEVER_MS UINT64_MAX

/* Before anything else is done in the stack: ticks that passed since the last time. */
void stack_ticks_pass(uint64_t now_ms);
/* A frame comes or goes: some table may wait for a tick from here on. */
void stack_ticks_expect(void);
/* When stack_timers_run has something to do: milliseconds of the monotonic clock, or STACK_NEVER_MS. */
uint64_t stack_timers_due_ms(uint64_t now_ms);
void stack_timers_run(uint64_t now_ms);
/* The time at which the stack was entered. */
uint64_t stack_now_ms(void);

#endif
