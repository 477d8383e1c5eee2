/*
 * Inside the Solo5 bindings: what their files know of each other.
 *
 * A function of solo5.h lives in spt/ (block.c, net.c, time.c ...) and leaves the guest through spt/host.h only.
 * One unikernel, one thread: state is in plain globals, set once by spt/start.c and read by all.
 */
#ifndef SOLO5_BINDINGS_H
#define SOLO5_BINDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/manifest.h"
#include "solo5.h"

#define NSEC_PER_SEC 1000000000ull

/* log.c: one console write; dropped if the level is above log_level. At most 511 characters. */
enum log_level { LOG_ERROR = -2, LOG_WARN, LOG_INFO, LOG_DEBUG };
extern enum log_level log_level;
__attribute__((format(printf, 2, 3))) void log_write(enum log_level level, const char *format, ...);

/* cmdline.c: takes the --solo5:LEVEL options off the front, sets the log level, returns the rest. */
const char *cmdline_parse(const char *cmdline);

/*
 * mem.c: how memory above the image is divided. stack_bottom is the end of the heap where the tender put a guard page
 * beneath the stack, else 0. mem_check aborts if there is too little memory; it comes first of all, because without it
 * even the bindings' variables may lie beyond the end.
 */
void mem_check(uint64_t mem_bytes, uint64_t stack_bottom);
void mem_init(uint64_t mem_bytes, uint64_t stack_bottom, struct solo5_start_info *info);

/* device.c: the manifest as the tender filled it in. */
void device_init(const struct mft *mft);
/* The attached device of that name and type, which becomes acquired: NULL if there is none or it is already. */
const struct mft_entry *device_acquire(const char *name, uint32_t type, solo5_handle_t *handle);
/* The attached device of that handle and type, or NULL. */
const struct mft_entry *device_get(solo5_handle_t handle, uint32_t type);

/* ssp.c: a stack canary of this start's own, from 8 random bytes; a fixed one from 0. */
void ssp_init(uint64_t random);

/* abort.c: one line in the Solo5 form, then status SOLO5_EXIT_ABORT. Touches no variable. */
_Noreturn void bindings_panic(const char *where, const char *message);

/* spt/time.c: vdso 0 means a host call for every reading. */
void time_init(uint64_t address);

/* spt/yield.c: with_ppoll where the tender's filter has it, else the epoll set and timer of the Solo5 ABI. */
void yield_init(bool with_ppoll, int epoll_fd, int timer_fd);

/* A read of the network device found nothing: if its other end is gone, it is not waited for any more. */
void yield_forget(solo5_handle_t handle);

/* spt/block.c: whether one host call may carry several blocks. */
void block_init(bool many_blocks);

#endif
