/* How often the code under test went to the host. */
#ifndef TESTS_KERNEL_FAKE_HOST_H
#define TESTS_KERNEL_FAKE_HOST_H

struct fake_host_counts {
	unsigned long futex, mmap, mprotect, madvise, yield;
};

extern struct fake_host_counts fake_host_counts;

#endif
