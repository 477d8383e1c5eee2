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

#define SHAPE(name, nets, blocks, bytes, capacity)                                                                     \
	{name " (SOLO5)", HOSTCALL_GUEST_SOLO5, nets, blocks, bytes, capacity},                                        \
		{name " (TEND)", HOSTCALL_GUEST_TEND, nets, blocks, bytes, capacity},

const struct shape shapes[] = {SHAPES(SHAPE)};
const size_t shape_count = sizeof(shapes) / sizeof(shapes[0]);

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
}
