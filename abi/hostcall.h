/*
 * The columns of abi/hostcall.def: what a row may say about an argument.
 * Each X-macro list pairs a name with the words used for it in the policy page.
 */
#ifndef ABI_HOSTCALL_H
#define ABI_HOSTCALL_H

#include <stdint.h>

/*
 * Arguments are compared as unsigned 64-bit values. INT and SET look at the lower half only: they are for parameters
 * that are an int in the kernel, which never sees what else the register holds.
 */
#define HOSTCALL_TESTS(X)                                                                                              \
	X(EQ, "=")                                                                                                     \
	X(INT, "as an int =")                                                                                          \
	X(LE, "<=")                                                                                                    \
	X(BELOW, "below")                                                                                              \
	X(SET, "as an int one of")                                                                                     \
	X(INSIDE, "inside")                                                                                            \
	X(LOW_OR_INSIDE, "below 4 GiB or inside")                                                                      \
	X(WHOLE, "below 4 GiB and a multiple of")                                                                      \
	X(WITHIN, "block-aligned, and with argument 2 added inside")

/* Values that depend on the guest. */
#define HOSTCALL_GUEST_VALUES(X)                                                                                       \
	X(NET_FD, "a network descriptor")                                                                              \
	X(NET_COUNT, "the number of network devices")                                                                  \
	X(BLOCK_FD, "a block descriptor")                                                                              \
	X(BLOCK_SIZE, "the block size")                                                                                \
	X(BLOCK_LAST, "the offset of the last block")                                                                  \
	X(BLOCK_DEVICE, "the device's capacity")                                                                       \
	X(EPOLL_FD, "the epoll descriptor")                                                                            \
	X(TIMER_FD, "the timer descriptor")                                                                            \
	X(VCPU_FD, "the virtual CPU's descriptor")                                                                     \
	X(KICK_FD, "the net ring's eventfd")                                                                           \
	X(WAKE_FD, "the wake descriptor")                                                                              \
	X(CONTROL_FD, "the control descriptor")                                                                        \
	X(TRACE_FD, "the trace descriptor")                                                                            \
	X(IMAGE_FD, "the image descriptor")                                                                            \
	X(VOLUME_FD, "a volume's descriptor")                                                                          \
	X(ARENA_FD, "the arena descriptor")                                                                            \
	X(USER, "user memory")                                                                                         \
	X(ARENA, "the arena")

/* Values that do not; the numbers are for tender/policy/rules.c, which includes what they are made of. */
#define HOSTCALL_CONSTANTS(X)                                                                                          \
	X(INPUT_FD, 0, "0 (standard input)")                                                                           \
	X(CONSOLE_FD, 1, "1 (console)")                                                                                \
	X(ERROR_FD, 2, "2 (standard error)")                                                                           \
	X(NO_FD, (uint64_t)-1, "-1")                                                                                   \
	X(ZERO, 0, "0")                                                                                                \
	X(POLL_MAX, HOSTCALL_POLL_MAX, "8")                                                                            \
	X(FOUR_GIB, 1ull << 32, "4 GiB")                                                                               \
	X(PROT_ALL, PROT_READ | PROT_WRITE | PROT_EXEC, "7 (PROT_READ|PROT_WRITE|PROT_EXEC)")                          \
	X(MAP_ANON, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,                                           \
	  "MAP_FIXED|MAP_PRIVATE|MAP_ANONYMOUS|MAP_NORESERVE")                                                         \
	X(MAP_PRIVATE, MAP_FIXED | MAP_PRIVATE, "MAP_FIXED|MAP_PRIVATE")                                               \
	X(MAP_SHARED, MAP_FIXED | MAP_SHARED, "MAP_FIXED|MAP_SHARED")                                                  \
	X(ADVICES, HOSTCALL_ADVICES, "MADV_DONTNEED, FREE, REMOVE, DONTFORK, DOFORK, HUGEPAGE, NOHUGEPAGE")            \
	X(FUTEX_OPS, HOSTCALL_FUTEX_OPS,                                                                               \
	  "FUTEX_WAIT, WAKE, REQUEUE, CMP_REQUEUE, WAKE_OP, WAIT_BITSET, WAKE_BITSET; any PRIVATE, CLOCK_REALTIME")    \
	X(KICK_SIGNAL, KERNEL_KICK_SIGNAL, "23 (SIGURG, the kick)")                                                    \
	X(CLONE_THREAD, HOSTCALL_CLONE_THREAD,                                                                         \
	  "0x3d0f00 (CLONE_VM|FS|FILES|SIGHAND|THREAD|SYSVSEM|SETTLS|PARENT_SETTID|CHILD_CLEARTID)")                   \
	X(CLONE_FORK, HOSTCALL_CLONE_FORK, "0x8011 (CLONE_PARENT|SIGCHLD)")                                            \
	X(CLOCK_MONOTONIC, CLOCK_MONOTONIC, "CLOCK_MONOTONIC")                                                         \
	X(CLOCK_REALTIME, CLOCK_REALTIME, "CLOCK_REALTIME")                                                            \
	X(CPU_CLOCKS, HOSTCALL_CPU_CLOCKS, "0, 1, 2, 4, 5, 6; any bits from 8 on (the clocks of CPU time)")            \
	X(KVM_RUN, HOSTCALL_KVM_RUN, "KVM_RUN")                                                                        \
	X(KVM_PLACE, HOSTCALL_KVM_PLACE, "KVM_GET_REGS (aarch64: KVM_GET_ONE_REG)")                                    \
	X(ARCH_SET_FS, 0x1002, "ARCH_SET_FS")

/* A set of values below 32, one bit each, and the bits of the argument that do not count. */
#define HOSTCALL_SET(members, ignored) ((uint64_t)(ignored) << 32 | (members))
#define HOSTCALL_ADVICES                                                                                               \
	HOSTCALL_SET(1 << MADV_DONTNEED | 1 << MADV_FREE | 1 << MADV_REMOVE | 1 << MADV_DONTFORK | 1 << MADV_DOFORK |  \
			     1 << MADV_HUGEPAGE | 1 << MADV_NOHUGEPAGE,                                                \
		     0)
#define HOSTCALL_FUTEX_OPS                                                                                             \
	HOSTCALL_SET(1 << FUTEX_WAIT | 1 << FUTEX_WAKE | 1 << FUTEX_REQUEUE | 1 << FUTEX_CMP_REQUEUE |                 \
			     1 << FUTEX_WAKE_OP | 1 << FUTEX_WAIT_BITSET | 1 << FUTEX_WAKE_BITSET,                     \
		     FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME)

/* As clock_getcpuclockid(3) has them, but for numbers that are a descriptor. Anybody may read the positive ones. */
#define HOSTCALL_CPU_CLOCKS HOSTCALL_SET(1 << 0 | 1 << 1 | 1 << 2 | 1 << 4 | 1 << 5 | 1 << 6, 0xfffffff8)

#define HOSTCALL_FEATURES(X)                                                                                           \
	X(CORE, "core")                                                                                                \
	X(CONSOLE, "console")                                                                                          \
	X(NET, "net")                                                                                                  \
	X(RING, "ring")                                                                                                \
	X(BLOCK, "block")                                                                                              \
	X(CONTROL, "control")                                                                                          \
	X(TRACE, "trace")                                                                                              \
	X(VOLUME, "volume")

/* UNIKERNEL and LINUX are two kinds each; a guest is of one kind. */
#define HOSTCALL_GUESTS(X)                                                                                             \
	X(SOLO5, 1, "solo5")                                                                                           \
	X(TEND, 2, "tend")                                                                                             \
	X(UNIKERNEL, 3, "unikernel")                                                                                   \
	X(STRICT, 4, "strict")                                                                                         \
	X(STANDARD, 8, "standard")                                                                                     \
	X(LINUX, 12, "linux")                                                                                          \
	X(HVT, 16, "hvt")

/* What the filter answers: the call is made, or it fails at once with an errno value. */
#define HOSTCALL_ANSWERS(X)                                                                                            \
	X(ALLOWED, 0, "allowed")                                                                                       \
	X(EINTR, 4, "EINTR")

/* Only tender/hvt sees <linux/kvm.h>, and checks there that these are its numbers. */
#define HOSTCALL_KVM_RUN 0xae80
#ifdef __aarch64__
#define HOSTCALL_KVM_PLACE 0x4010aeab
#else
#define HOSTCALL_KVM_PLACE 0x8090ae81
#endif

/* What the library kernel and its filter must agree on. */
#define HOSTCALL_POLL_MAX 8
#define HOSTCALL_CLONE_THREAD 0x3d0f00
#define HOSTCALL_CLONE_FORK 0x8011

#define HOSTCALL_ENUM_TEST(name, text) HOSTCALL_TEST_##name,
#define HOSTCALL_ENUM_VALUE(name, text) HOSTCALL_VALUE_##name,
#define HOSTCALL_ENUM_CONSTANT(name, number, text) HOSTCALL_VALUE_##name,
#define HOSTCALL_ENUM_FEATURE(name, text) HOSTCALL_FEATURE_##name,
#define HOSTCALL_ENUM_GUEST(name, bits, text) HOSTCALL_GUEST_##name = (bits),
#define HOSTCALL_ENUM_ANSWER(name, error, text) HOSTCALL_ANSWER_##name = (error),

enum hostcall_test { HOSTCALL_TESTS(HOSTCALL_ENUM_TEST) HOSTCALL_TEST_COUNT };
enum hostcall_value {
	HOSTCALL_GUEST_VALUES(HOSTCALL_ENUM_VALUE) HOSTCALL_CONSTANTS(HOSTCALL_ENUM_CONSTANT) HOSTCALL_VALUE_COUNT
};
enum hostcall_feature { HOSTCALL_FEATURES(HOSTCALL_ENUM_FEATURE) HOSTCALL_FEATURE_COUNT };
/* A bit set: a row is for the guests whose bit it has. */
enum hostcall_guest { HOSTCALL_GUESTS(HOSTCALL_ENUM_GUEST) };
enum hostcall_answer { HOSTCALL_ANSWERS(HOSTCALL_ENUM_ANSWER) };

#define HOSTCALL_ARGS_MAX 5

struct hostcall_arg {
	uint8_t index;
	uint8_t test;  /* enum hostcall_test */
	uint8_t value; /* enum hostcall_value */
};

struct hostcall {
	const char *name;
	const char *why;
	uint16_t number; /* on the architecture this was compiled for */
	uint8_t feature; /* enum hostcall_feature */
	uint8_t guests;  /* enum hostcall_guest */
	uint8_t answer; /* enum hostcall_answer; a row with another than ALLOWED is its call's only one, without args */
	uint8_t arg_count;
	struct hostcall_arg args[HOSTCALL_ARGS_MAX];
};

#endif
