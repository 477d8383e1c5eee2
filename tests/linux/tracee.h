/* For checks of ptrace: children that are traced, and what they stop with. */
#ifndef TESTS_LINUX_TRACEE_H
#define TESTS_LINUX_TRACEE_H

#include "family.h"

#include <linux/ptrace.h>
#include <signal.h>
#include <sys/user.h>
#include <sys/wait.h>

/* A child that has itself traced, stopped by SIGSTOP before it calls `run`; then it exits with 0. */
pid_t tracee_fork(void (*run)(void));
/* A request with the result of the system call: of PEEK*, the word is written to `data`. */
#define TRACE(request, pid, address, data) QUIET(ptrace, request, pid, address, data)
/* Resumes it and waits for what comes: the status of wait4. */
int tracee_next(long request, pid_t pid, int signal);
/* Waits and writes down what came. */
void tracee_show(const char *what, pid_t pid);
void tracee_status(const char *what, int status);
/* Lets go on what is stopped and writes down how it ends; or kills it. */
void tracee_end(pid_t pid);
void tracee_kill(pid_t pid);
/* Registers of a stopped one; all zero if they cannot be had. */
struct user_regs_struct tracee_registers(pid_t pid);

#endif
