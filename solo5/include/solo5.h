/*
 * The Solo5 application interface: everything a unikernel may ask of the world.
 *
 * Names, types and semantics are those of the Solo5 project's interface of the same name, so that programs written for
 * it build here unchanged. Where Tend does more, the comment says "Tend:"; such use works under every tender.
 * All functions are for one thread of execution.
 */
#ifndef SOLO5_H_INCLUDED
#define SOLO5_H_INCLUDED

/* Programs rely on this header for bool. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Result of a call that can fail. */
typedef enum {
	SOLO5_R_OK = 0,
	SOLO5_R_AGAIN,  /* not now; the same call may succeed later */
	SOLO5_R_EINVAL, /* an argument is invalid */
	SOLO5_R_EUNSPEC /* failed for a reason the interface does not name */
} solo5_result_t;

/*
 * What the application starts with; read-only.
 *
 * [heap_start, heap_start + heap_size) is zeroed, readable, writable, not executable, and the application's own. Under
 * upstream's tenders the initial stack grows down from its end; Tend: the stack lies above it, behind a guard page.
 */
struct solo5_start_info {
	const char *cmdline; /* NUL-terminated; options of the form --solo5:LEVEL are already taken off its front */
	uintptr_t heap_start;
	size_t heap_size; /* bytes */
};

/* The application; returning is solo5_exit() with the value returned. */
int solo5_app_main(const struct solo5_start_info *info);

#define SOLO5_EXIT_SUCCESS 0
#define SOLO5_EXIT_FAILURE 1
#define SOLO5_EXIT_ABORT 255 /* this and higher values are the bindings' own */

/* Ends the unikernel with a status for the host. */
void solo5_exit(int status) __attribute__((noreturn));

/* Ends the unikernel abnormally, with status SOLO5_EXIT_ABORT. */
void solo5_abort(void) __attribute__((noreturn));

/*
 * Thread-local storage, for the local-exec model. For each thread: allocate solo5_tls_size() zeroed bytes, aligned as
 * the program's thread-local variables are; solo5_tls_init() them; make them current with
 * solo5_set_tls_base(solo5_tls_tp_offset(block)). Compilers read the base once per function: a function that sets it
 * leaves the variables to others.
 */
size_t solo5_tls_size(void);
uintptr_t solo5_tls_tp_offset(uintptr_t tls);
solo5_result_t solo5_tls_init(uintptr_t tls);
solo5_result_t solo5_set_tls_base(uintptr_t base);

/* Nanoseconds. */
typedef uint64_t solo5_time_t;

/* Time since an arbitrary point in the past; never goes back. */
solo5_time_t solo5_clock_monotonic(void);

/* UTC since 1970-01-01. */
solo5_time_t solo5_clock_wall(void);

/* A device the application has acquired, and a set of up to 64 of them (bit h is handle h). */
typedef uint64_t solo5_handle_t;
typedef uint64_t solo5_handle_set_t;

/*
 * Sleeps until monotonic time reaches the deadline or a network device has input. *ready_set (may be NULL) receives
 * the devices with input.
 */
void solo5_yield(solo5_time_t deadline, solo5_handle_set_t *ready_set);

/* Writes to the console, as far as the host takes it. */
void solo5_console_write(const char *buf, size_t size);

#define SOLO5_NET_ALEN 6  /* bytes of an Ethernet address */
#define SOLO5_NET_HLEN 14 /* bytes of an Ethernet header */

struct solo5_net_info {
	uint8_t mac_address[SOLO5_NET_ALEN];
	size_t mtu; /* bytes, without the Ethernet header */
};

/*
 * Finds the network device the manifest declares as `name`. A device can be acquired once; a second time, or for a
 * name that is not there: SOLO5_R_EINVAL.
 */
solo5_result_t solo5_net_acquire(const char *name, solo5_handle_t *handle, struct solo5_net_info *info);

/* Sends one frame of at most mtu + SOLO5_NET_HLEN bytes. It is dropped silently where the host has no room for it. */
solo5_result_t solo5_net_write(solo5_handle_t handle, const uint8_t *buf, size_t size);

/*
 * Receives one frame into buf, whose size is at least mtu + SOLO5_NET_HLEN. SOLO5_R_AGAIN: there is none now.
 */
solo5_result_t solo5_net_read(solo5_handle_t handle, uint8_t *buf, size_t size, size_t *read_size);

/* Offset into a block device, in bytes. */
typedef uint64_t solo5_off_t;

struct solo5_block_info {
	solo5_off_t capacity;   /* bytes */
	solo5_off_t block_size; /* bytes: offsets and sizes are multiples of it */
};

/* Like solo5_net_acquire(), for block devices. */
solo5_result_t solo5_block_acquire(const char *name, solo5_handle_t *handle, struct solo5_block_info *info);

/*
 * Write or read `size` bytes at `offset`, both multiples of the block size, inside the device; never in part unless
 * the host's device fails (SOLO5_R_EUNSPEC). Tend: any number of blocks, in one host call where the tender allows it.
 */
solo5_result_t solo5_block_write(solo5_handle_t handle, solo5_off_t offset, const uint8_t *buf, size_t size);
solo5_result_t solo5_block_read(solo5_handle_t handle, solo5_off_t offset, uint8_t *buf, size_t size);

#endif
