/* Inside the bindings for hvt: how its files are set up by start.c. */
#ifndef SOLO5_HVT_TARGET_H
#define SOLO5_HVT_TARGET_H

#include "abi/solo5_hvt.h"
#include "bindings.h"

/* Of the architecture's folder: traps end the unikernel with a message instead of the virtual machine without one. */
void traps_init(void);

/* Of the architecture's folder: the cycle counter. */
uint64_t cycles_read(void);

/* time.c */
void time_init(uint64_t cycle_hz);

/* ring.c: the net ring at that address, with memory for frames behind it; 0: none. */
void ring_init(uint64_t address);

/* Sends a frame; false if it must go by a hypercall: no ring, or the frame is too long for it. */
bool ring_write(solo5_handle_t handle, const uint8_t *frame, size_t size);

/* Receives a frame; false if a hypercall is the better way: no ring, or nobody looks at it right now. */
bool ring_read(solo5_handle_t handle, uint8_t *frame, size_t size, size_t *read_size, solo5_result_t *result);

/* start.c: ends with that status; the cookie is HVT_COOKIE_BYTES for the tender's core dump, or NULL. */
_Noreturn void halt(int status, volatile void *cookie);

#endif
