/*
 * Files of the kernel behind numbers, for tests that run the same operations on them and on Linux's: plain types
 * only, as
 * kernel headers and libc's do not go together. Results are the kernel's: -errno.
 */
#ifndef TESTS_KERNEL_FILES_H
#define TESTS_KERNEL_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int files_pipe(unsigned flags, int fds[2]);
int files_eventfd(unsigned count, bool semaphore);
int files_timerfd(void);
int files_epoll(void);
long files_read(int fd, void *buffer, size_t bytes);
/* Into application memory. */
long files_read_user(int fd, void *buffer, size_t bytes);
long files_write(int fd, const void *buffer, size_t bytes);
long files_write_user(int fd, const void *buffer, size_t bytes);
unsigned files_poll(int fd);
long files_bytes(int fd);
long files_pipe_set(int fd, uint64_t bytes);
long files_pipe_get(int fd);
int files_timer_set(int fd, uint64_t value_ns, uint64_t interval_ns);
/* `data` is what the event carries. */
int files_epoll_control(int epoll, int operation, int fd, uint32_t events, uint64_t data);
/* `events` is an array of struct epoll_event. */
long files_epoll_wait(int epoll, void *events, int count, uint64_t deadline_ns);
int files_dup(int fd);
void files_close(int fd);
/* Kernel heap bytes in use: the same before and after a test. */
size_t files_memory(void);

#endif
