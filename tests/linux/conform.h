/*
 * Conformance checks: what a check is made of. A check makes system calls and writes down what came back, in lines that
 * are the same on every run: no addresses, process ids or times. There is nothing to assert; the comparison of a native
 * run with a run inside Tend is the test (tests/linux/run). EXPECT states what a manual page promises: where it fails
 * natively, the check itself is wrong.
 *
 * A check starts in an empty directory of its own, with descriptors 0, 1 and 2 open, umask 022, user 0, SIGPIPE and
 * SIGXFSZ ignored. It may leave files and descriptors behind, and nothing else: who forks waits for the children.
 */
#ifndef TESTS_LINUX_CONFORM_H
#define TESTS_LINUX_CONFORM_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct check {
	const char *name;
	const char *calls; /* the system calls it is about, separated by commas: each must be made by it */
	void (*run)(void);
};

/* CHECK(name, "call,call") { body } */
#define CHECK(id, calls)                                                                                               \
	static void check_##id(void);                                                                                  \
	static const struct check entry_##id                                                                           \
		__attribute__((section("checks"), used, aligned(8))) = {#id, calls, check_##id};                       \
	static void check_##id(void)

#define ARGS_0()
#define ARGS_1(a) (long)(a)
#define ARGS_2(a, ...) (long)(a), ARGS_1(__VA_ARGS__)
#define ARGS_3(a, ...) (long)(a), ARGS_2(__VA_ARGS__)
#define ARGS_4(a, ...) (long)(a), ARGS_3(__VA_ARGS__)
#define ARGS_5(a, ...) (long)(a), ARGS_4(__VA_ARGS__)
#define ARGS_6(a, ...) (long)(a), ARGS_5(__VA_ARGS__)
#define ARGS_PICK(z, a, b, c, d, e, f, name, ...) name
#define ARGS(...)                                                                                                      \
	((const long[6]){ARGS_PICK(0 __VA_OPT__(, ) __VA_ARGS__, ARGS_6, ARGS_5, ARGS_4, ARGS_3, ARGS_2, ARGS_1,       \
				   ARGS_0)(__VA_ARGS__)})

/* Makes the system call and writes it down with its result; returns the result, negative errno for errors. */
#define CALL(name, ...) record_call(#name, "" #__VA_ARGS__, SYS_##name, ARGS(__VA_ARGS__), RESULT_NUMBER)
/* For results that differ from run to run (addresses, process ids): writes "ok" or the error. */
#define CALL_OK(name, ...) record_call(#name, "" #__VA_ARGS__, SYS_##name, ARGS(__VA_ARGS__), RESULT_OK)
/* Counts as made, writes nothing: preparation, and loops that would fill pages. */
#define QUIET(name, ...) record_call(#name, "" #__VA_ARGS__, SYS_##name, ARGS(__VA_ARGS__), RESULT_SILENT)
/* mmap and mremap: the address, or NULL */
#define MAP(...) record_map("mmap", #__VA_ARGS__, SYS_mmap, ARGS(__VA_ARGS__))
#define REMAP(...) record_map("mremap", #__VA_ARGS__, SYS_mremap, ARGS(__VA_ARGS__))

#define SHOW(expression) record_line("%s: %lld", #expression, (long long)(expression))
#define SHOW_HEX(expression) record_line("%s: %#llx", #expression, (unsigned long long)(expression))
#define SHOW_OCTAL(expression) record_line("%s: %#llo", #expression, (unsigned long long)(expression))
#define SHOW_TEXT(bytes, count) record_text(#bytes, bytes, count)
#define NOTE(...) record_line(__VA_ARGS__)
#define EXPECT(condition) record_expectation(#condition, (condition))
/* Ends the check when it cannot go on without crashing. */
#define REQUIRE(condition)                                                                                             \
	do {                                                                                                           \
		if (!(condition)) {                                                                                    \
			record_expectation(#condition, false);                                                         \
			return;                                                                                        \
		}                                                                                                      \
	} while (0)

enum result_style { RESULT_NUMBER, RESULT_OK, RESULT_SILENT };

long raw_call(long number, const long arguments[6]);
long record_call(const char *name, const char *text, long number, const long arguments[6], enum result_style style);
void *record_map(const char *name, const char *text, long number, const long arguments[6]);
void record_line(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Bytes as text, unprintable ones as \xNN; a long run of one byte as byte*count. */
void record_text(const char *name, const void *bytes, long count);
void record_expectation(const char *text, bool holds);
/* "12", or the name of the error in a negative result; a static buffer per call pair. */
const char *result_name(long result);
/* A call that is not made by CALL and the like. */
void record_made(const char *name);
/* Forgets the calls made so far; afterwards says whether this one was made. */
void record_calls_reset(void);
bool record_call_was_made(const char *name, size_t length);

/* The check's directory, and the way back to it; ends the program when there is none. */
const char *work_directory(void);
void work_return(void);

#define PAGE 4096l
#define UNUSED_NUMBER 600 /* no system call has it */

#endif
