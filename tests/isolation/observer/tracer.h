/* Runs a command under ptrace and judges every host call of its sandboxed processes. */
#ifndef TESTS_ISOLATION_OBSERVER_TRACER_H
#define TESTS_ISOLATION_OBSERVER_TRACER_H

#include "tests/isolation/observer/verdict.h"

struct tracer_result {
	int status;        /* as waitpid tells of the command itself */
	unsigned locked;   /* processes and threads that had a filter */
	bool is_timed_out; /* nobody made a call for that long: everything was killed */
};

/*
 * Runs argv until it and all that it started are gone. Once a guest has started, it is killed after `idle_ms` without
 * any call or signal of anybody, and the guest with it. Returns false if it could not be observed.
 */
bool tracer_run(char *const *argv, unsigned idle_ms, struct verdict *verdict, struct tracer_result *result);

#endif
