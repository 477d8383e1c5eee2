/*
 * A classic BPF interpreter for seccomp filters, so that what the assembler makes can be run without a kernel.
 * It accepts what the kernel accepts: forward jumps inside the program, aligned loads inside struct seccomp_data,
 * scratch memory read only where every way there wrote it, and a return at the end.
 */
#ifndef TESTS_POLICY_INTERPRETER_H
#define TESTS_POLICY_INTERPRETER_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>

/* NULL for a program the kernel would install, else what is wrong with it; *at is the instruction's place. */
const char *interpreter_check(const struct sock_filter *filter, size_t length, size_t *at);

/* Runs a checked program for one system call; returns its action. */
uint32_t interpreter_run(const struct sock_filter *filter, const struct seccomp_data *data);

#endif
