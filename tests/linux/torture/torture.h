/*
 * The ABI torture: a system call must leave every register but RAX, RCX and R11 as it was, and the 128 bytes below the
 * stack pointer too. torture_enter() loads the processor from *_in, jumps to a system call site on a stack of its own,
 * and stores the processor into *_out when the site has jumped back.
 */
#ifndef TESTS_LINUX_TORTURE_H
#define TESTS_LINUX_TORTURE_H

#define TORTURE_VECTORS 32
#define TORTURE_VECTOR_BYTES 64
#define TORTURE_VECTORS_BYTES 2048 /* all of them; one word for the assembler */
#define TORTURE_MASKS 8

/* Every call number is made through a site of its own, this many bytes behind the one before. */
#define TORTURE_NUMBERS 472
#define TORTURE_SITE_BYTES 16
#define TORTURE_SITE_CALL_BYTES 7 /* mov and syscall: what comes back is behind them */

/* The calls, and the names their patchable sites carry. */
#define TORTURE_CALLS(X)                                                                                               \
	X(getppid, 110)                                                                                                \
	X(read, 0)                                                                                                     \
	X(write, 1)                                                                                                    \
	X(close, 3)                                                                                                    \
	X(fstat, 5)                                                                                                    \
	X(poll, 7)                                                                                                     \
	X(lseek, 8)                                                                                                    \
	X(mmap, 9)                                                                                                     \
	X(mprotect, 10)                                                                                                \
	X(brk, 12)                                                                                                     \
	X(rt_sigprocmask, 14)                                                                                          \
	X(ioctl, 16)                                                                                                   \
	X(sched_yield, 24)                                                                                             \
	X(madvise, 28)                                                                                                 \
	X(nanosleep, 35)                                                                                               \
	X(uname, 63)                                                                                                   \
	X(fcntl, 72)                                                                                                   \
	X(getcwd, 79)                                                                                                  \
	X(futex, 202)                                                                                                  \
	X(clock_gettime, 228)                                                                                          \
	X(epoll_wait, 232)                                                                                             \
	X(openat, 257)                                                                                                 \
	X(ppoll, 271)                                                                                                  \
	X(getrandom, 318)                                                                                              \
	X(unknown, 600)

#ifndef __ASSEMBLER__
#include <stdint.h>

enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15, REGISTER_COUNT };

/* How much of the vector state the processor has. */
enum torture_level { LEVEL_SSE, LEVEL_AVX, LEVEL_AVX512 };

extern uint64_t torture_registers_in[REGISTER_COUNT], torture_registers_out[REGISTER_COUNT];
extern uint64_t torture_flags_in, torture_flags_out;
extern unsigned char torture_vectors_in[TORTURE_VECTORS][TORTURE_VECTOR_BYTES];
extern unsigned char torture_vectors_out[TORTURE_VECTORS][TORTURE_VECTOR_BYTES];
extern uint64_t torture_masks_in[TORTURE_MASKS], torture_masks_out[TORTURE_MASKS];
/* FXSAVE images: x87 and MXCSR */
extern unsigned char torture_legacy_in[512], torture_legacy_out[512];
extern uint32_t torture_level;
extern const void *torture_site;

void torture_enter(void);
void torture_back(void); /* where sites jump to; not a function */

/* Sites: torture_site_NAME and those of torture_sites load RAX itself, torture_site_bare finds it loaded. */
extern const char torture_site_bare[], torture_site_bare_end[];
extern const char torture_sites[];
#define TORTURE_DECLARE(name, number) extern const char torture_site_##name[], torture_site_##name##_end[];
TORTURE_CALLS(TORTURE_DECLARE)
#endif

#endif
