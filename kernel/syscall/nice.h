/* Nice values. */
#ifndef KERNEL_SYSCALL_NICE_H
#define KERNEL_SYSCALL_NICE_H

/* Of the threads that are meant (syscall/threads_visit.h), brought into bounds: 0, -ESRCH, -EACCES. */
long nice_set(int which, int who, int nice);

#endif
