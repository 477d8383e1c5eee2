/*
 * The columns of abi/hostcall.def: what a row may say about an argument.
 * Each X-macro list pairs a name with the words used for it in the policy page.
 */
#ifndef ABI_HOSTCALL_H
#define ABI_HOSTCALL_H

#include <stdint.h>

/* Arguments are compared as unsigned 64-bit values. */
#define HOSTCALL_TESTS(X)                                                                                              \
	X(EQ, "=")                                                                                                     \
	X(LE, "<=")                                                                                                    \
	X(WHOLE, "below 4 GiB and a multiple of")                                                                      \
	X(WITHIN, "block-aligned, and with argument 2 added inside")

#define HOSTCALL_VALUES(X)                                                                                             \
	X(ZERO, "0")                                                                                                   \
	X(CONSOLE_FD, "1 (console)")                                                                                   \
	X(NET_FD, "a network descriptor")                                                                              \
	X(NET_COUNT, "the number of network devices")                                                                  \
	X(BLOCK_FD, "a block descriptor")                                                                              \
	X(BLOCK_SIZE, "the block size")                                                                                \
	X(BLOCK_LAST, "the offset of the last block")                                                                  \
	X(BLOCK_DEVICE, "the device's capacity")                                                                       \
	X(EPOLL_FD, "the epoll descriptor")                                                                            \
	X(TIMER_FD, "the timer descriptor")                                                                            \
	X(CLOCK_MONOTONIC, "CLOCK_MONOTONIC")                                                                          \
	X(CLOCK_REALTIME, "CLOCK_REALTIME")                                                                            \
	X(ARCH_SET_FS, "ARCH_SET_FS")

#define HOSTCALL_FEATURES(X)                                                                                           \
	X(CORE, "core")                                                                                                \
	X(CONSOLE, "console")                                                                                          \
	X(NET, "net")                                                                                                  \
	X(BLOCK, "block")

#define HOSTCALL_GUESTS(X)                                                                                             \
	X(SOLO5, 1, "solo5")                                                                                           \
	X(TEND, 2, "tend")                                                                                             \
	X(ANY, 3, "any")

#define HOSTCALL_ENUM_TEST(name, text) HOSTCALL_TEST_##name,
#define HOSTCALL_ENUM_VALUE(name, text) HOSTCALL_VALUE_##name,
#define HOSTCALL_ENUM_FEATURE(name, text) HOSTCALL_FEATURE_##name,
#define HOSTCALL_ENUM_GUEST(name, bits, text) HOSTCALL_GUEST_##name = (bits),

enum hostcall_test { HOSTCALL_TESTS(HOSTCALL_ENUM_TEST) HOSTCALL_TEST_COUNT };
enum hostcall_value { HOSTCALL_VALUES(HOSTCALL_ENUM_VALUE) HOSTCALL_VALUE_COUNT };
enum hostcall_feature { HOSTCALL_FEATURES(HOSTCALL_ENUM_FEATURE) HOSTCALL_FEATURE_COUNT };
/* A bit set: a row is for the guests whose bit it has. */
enum hostcall_guest { HOSTCALL_GUESTS(HOSTCALL_ENUM_GUEST) };

#define HOSTCALL_ARGS_MAX 3

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
	uint8_t arg_count;
	struct hostcall_arg args[HOSTCALL_ARGS_MAX];
};

#endif
