/* For checks of job control: a pseudoterminal, and processes that have it as their terminal. */
#ifndef TESTS_LINUX_LINE_H
#define TESTS_LINUX_LINE_H

#include "family.h"

extern int line_master, line_slave;
extern char line_path[32]; /* of the slave */
/* Opens both ends; nobody's controlling terminal. */
void line_open(void);
void line_close(void);
void line_type(const char *text);
/* A child that leads a session with the line as its terminal. */
pid_t leader_fork(void);
/* A child in a process group of its own. */
pid_t job_fork(void);
/* The same, which does nothing. */
pid_t job_waiting(void);
/* Puts a group into the foreground. */
void line_foreground(pid_t group);

#endif
