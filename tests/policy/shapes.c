/* The guests that filters are tested for: see shapes.h. */
#include "tests/policy/shapes.h"

#include <string.h>

#define GIB (1ull << 30)
#define FIRST_FD 3

#define SHAPES(X)                                                                                                      \
	X("no devices", 0, 0, 0, 0)                                                                                    \
	X("1 net", 1, 0, 0, 0)                                                                                         \
	X("1 net and 1 block", 1, 1, 512, 8 << 20)                                                                     \
	X("2 nets and 2 blocks", 2, 2, 512, 1 << 20)                                                                   \
	X("2 blocks of 4096 and 512", 0, 2, 4096, 1 << 20)                                                             \
	X("1 block of one sector", 0, 1, 512, 512)                                                                     \
	X("1 block of large sectors", 0, 1, 32768, 10 * 32768)                                                         \
	X("1 block below 4 GiB", 0, 1, 512, 4 * GIB - 512)                                                             \
	X("1 block of 4 GiB", 0, 1, 4096, 4 * GIB)                                                                     \
	X("2 blocks above 4 GiB", 1, 2, 512, 4 * GIB + 512)                                                            \
	X("1 block of 5 TiB and a bit", 0, 1, 4096, 5120 * GIB + 3 * 4096)                                             \
	X("1 block as large as can be", 0, 1, 512, INT64_MAX - 511)                                                    \
	X("63 nets", 63, 0, 0, 0)                                                                                      \
	X("63 blocks", 0, 63, 512, 1 << 20)                                                                            \
	X("31 nets and 32 blocks", 31, 32, 4096, 6 * GIB)

/*
 * Networks, control, trace; slot, user memory and arena by upper halves, in places far apart, adjacent, small and
 * large.
 */
#define LINUX_SHAPES(X)                                                                                                \
	X("bare", 0, 0, 0, 0x5a3c, 0x1000, 0x2000, 0x3000, 0x3001)                                                     \
	X("control", 0, 1, 0, 0x7ff0, 2, 0x7fe0, 0x7fe2, 0x7fe6)                                                       \
	X("trace", 0, 0, 1, 3, 5, 6, 8, 9)                                                                             \
	X("control and trace", 0, 1, 1, 0x30, 0x10, 0x20, 0x20, 0x30)                                                  \
	X("network", 1, 0, 0, 0x5a3c, 0x1000, 0x2000, 0x3000, 0x3001)                                                  \
	X("56-bit addresses", 1, 1, 1, 0xfffffd, 0x100000, 0xfffffb, 2, 0xfffff)

#define SHAPE(name, nets, blocks, bytes, capacity)                                                                     \
	UNIKERNEL_SHAPE(name " (SOLO5)", SOLO5, nets, blocks, bytes, capacity),                                        \
		UNIKERNEL_SHAPE(name " (TEND)", TEND, nets, blocks, bytes, capacity),                                  \
		UNIKERNEL_SHAPE(name " (HVT)", HVT, nets, blocks, bytes, capacity),
#define LINUX_SHAPE(NAME, KIND, NETS, CONTROL, TRACE, SLOT, USER, USER_END, ARENA, ARENA_END)                          \
	{.name = NAME " (" #KIND ")",                                                                                  \
	 .kind = HOSTCALL_GUEST_##KIND,                                                                                \
	 .net_count = (NETS),                                                                                          \
	 .has_control = (CONTROL),                                                                                     \
	 .has_trace = (TRACE),                                                                                         \
	 .slot = (SLOT),                                                                                               \
	 .user = {(USER), (USER_END)},                                                                                 \
	 .arena = {(ARENA), (ARENA_END)}},
#define LINUX_SHAPE_PAIR(...) LINUX_SHAPE_OF(STRICT, __VA_ARGS__) LINUX_SHAPE_OF(STANDARD, __VA_ARGS__)
#define LINUX_SHAPE_OF(kind, name, ...) LINUX_SHAPE(name, kind, __VA_ARGS__)

const struct shape shapes[] = {SHAPES(SHAPE) LINUX_SHAPES(LINUX_SHAPE_PAIR)};
const size_t shape_count = sizeof(shapes) / sizeof(shapes[0]);

static uint64_t address(uint32_t high)
{
	return (uint64_t)high << 32;
}

static void shape_kernel(const struct shape *shape, int fd, struct policy_kernel *kernel)
{
	*kernel = (struct policy_kernel){
		.slot = address(shape->slot),
		.user_start = address(shape->user[0]),
		.user_end = address(shape->user[1]),
		.arena_start = address(shape->arena[0]),
		.arena_end = address(shape->arena[1]),
		.image_fd = fd,
		.arena_fd = fd + 1,
		.wake_fd = fd + 2,
		.control_fd = shape->has_control ? fd + 3 : -1,
		.trace_fd = shape->has_trace ? fd + 4 : -1,
		/* Where there is a trace: both rows that are rare are seen with and without. */
		.volume_count = shape->has_trace ? 2 : 0,
		.volume_fds = {fd + 5, fd + 7},
	};
}

void shape_guest(const struct shape *shape, struct policy_guest *guest)
{
	int fd = FIRST_FD;

	memset(guest, 0, sizeof(*guest));
	guest->kind = shape->kind;
	guest->net_count = shape->net_count;
	guest->block_count = shape->block_count;
	for (unsigned i = 0; i < shape->net_count; i++)
		guest->net_fds[i] = fd++;
	for (unsigned i = 0; i < shape->block_count; i++) {
		guest->blocks[i].fd = fd++;
		guest->blocks[i].block_bytes = i == 0 ? shape->block_bytes : i % 2 ? 4096 : 512;
		guest->blocks[i].capacity = shape->capacity;
		if (i > 0) /* a multiple of both sizes */
			guest->blocks[i].capacity = (shape->capacity & ~4095ull) + i * 4096ull;
	}
	guest->epoll_fd = shape->kind == HOSTCALL_GUEST_SOLO5 ? fd++ : -1;
	guest->timer_fd = shape->kind == HOSTCALL_GUEST_SOLO5 ? fd++ : -1;
	guest->vcpu_fd = shape->kind == HOSTCALL_GUEST_HVT ? fd++ : -1;
	guest->kick_fd = shape->kind == HOSTCALL_GUEST_HVT && shape->net_count ? fd++ : -1;
	shape_kernel(shape, fd, &guest->kernel);
}

bool guest_is_linux(const struct policy_guest *guest)
{
	return guest->kind & HOSTCALL_GUEST_LINUX;
}

size_t guest_assemble(const struct policy_guest *guest, struct policy_rule *rules, size_t *rule_count,
		      struct sock_filter *filter, size_t max)
{
	*rule_count = policy_rules(guest, rules);
	if (guest_is_linux(guest))
		return policy_assemble_linux(rules, *rule_count, guest->kernel.slot, filter, max);
	return policy_assemble(rules, *rule_count, filter, max);
}
