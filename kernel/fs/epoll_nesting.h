/* Epoll sets that watch epoll sets: how deep, and that there is no circle. */
#ifndef KERNEL_FS_EPOLL_NESTING_H
#define KERNEL_FS_EPOLL_NESTING_H

struct epoll_set;

/*
 * May `outer` watch `inner`? 0, and until epoll_nesting_end no other nesting is made; -ELOOP if that closed a circle or
 * made a chain of more than five sets, as Linux has it. Takes the mutexes of the sets below, one after another.
 */
int epoll_nesting_begin(struct epoll_set *outer, struct epoll_set *inner);
void epoll_nesting_end(void);

#endif
