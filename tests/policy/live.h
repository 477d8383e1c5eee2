/*
 * What tests on the running kernel share. These run in children that a filter may end at any call.
 */
#ifndef TESTS_POLICY_LIVE_H
#define TESTS_POLICY_LIVE_H

#include <linux/filter.h>
#include <stdbool.h>

/* Gives the signals that cmocka handles their defaults: its handlers would make calls of their own and die of those. */
void live_signals_reset(void);

/* False if the kernel refuses. Nothing of libc from here on. */
bool live_filter_install(const struct sock_fprog *program);

/* True for the calls that Linux itself lets pass every filter. */
bool live_passes_every_filter(int number);

#endif
