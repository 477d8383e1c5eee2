/*
 * Inside the Solo5 bindings: what their files know of each other.
 *
 * Each target has a folder, spt/ or hvt/, for what differs: console.c, time.c, yield.c, net.c, block.c. It leaves the
 * guest through the folder's host.h or hypercall.h only. One unikernel, one thread: state is in plain globals, set once
 * by the folder's start.c and read by all.
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

struct tend_handover;
/* handover.c: what Tend's tender left at that address; NULL under another, where there are zeroes. */
const struct tend_handover *handover_find(uintptr_t address);

/* ssp.c: a stack canary of this start's own, from the hand-over's random bytes; a fixed one without it. */
void ssp_init(const struct tend_handover *handover);

/* abort.c: one line in the Solo5 form, then status SOLO5_EXIT_ABORT. Touches no variable. */
_Noreturn void bindings_panic(const char *where, const char *message);

/* Of the target's folder: the end, and where thread-local storage is (false: it cannot be there). */
_Noreturn void bindings_exit(int status);
bool bindings_tls_base_set(uintptr_t base);

/* Of the target's folder: reads or writes whole blocks that are known to lie inside the device. */
solo5_result_t block_transfer(solo5_handle_t handle, const struct mft_entry *entry, solo5_off_t offset, uint8_t *buf,
			      size_t size, bool is_write);

#endif
