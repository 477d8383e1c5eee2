/*
 * A process for tests of the calls on files: one thread, descriptors, credentials, and a tmpfs as its root. System
 * calls are made by number. No header of the kernel here that clashes with libc's.
 */
#ifndef TESTS_KERNEL_FAKE_PROCESS_H
#define TESTS_KERNEL_FAKE_PROCESS_H

#include <stdint.h>

/*
 * Makes the calling thread the process's; root is an empty tmpfs, the process user 0 with a container's capabilities.
 */
void fake_process_begin(void);
/* As setfsuid and setfsgid of user 0 do, capabilities included. */
void fake_process_set_fsuid(uint32_t uid, uint32_t gid);
/* As if there were another thread, so that descriptors are counted. */
void fake_process_set_threads(unsigned count);
/* Closes all descriptors and gives up root and directory. */
void fake_process_end(void);
/* A system call on files, or -ENOSYS. */
long fake_process_call(long number, const long arguments[6]);

#endif
