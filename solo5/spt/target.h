/* Inside the bindings for spt: how its files are set up by start.c. */
#ifndef SOLO5_SPT_TARGET_H
#define SOLO5_SPT_TARGET_H

#include "bindings.h"

/* time.c: vdso 0 means a host call for every reading. */
void time_init(uint64_t address);

/* yield.c: with_ppoll where the tender's filter has it, else the epoll set and timer of the Solo5 ABI. */
void yield_init(bool with_ppoll, int epoll_fd, int timer_fd);

/* A read of the network device found nothing: if its other end is gone, it is not waited for any more. */
void yield_forget(solo5_handle_t handle);

/* block.c: whether one host call may carry several blocks. */
void block_init(bool many_blocks);

#endif
