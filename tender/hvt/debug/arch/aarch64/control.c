/* Breakpoints and single steps of an aarch64 guest, by KVM_SET_GUEST_DEBUG. */
#include "tender/host/host.h"
#include "tender/hvt/debug/registers.h"

/* brk #0 */
const uint8_t debug_break[] = {0x00, 0x00, 0x20, 0xd4};
const size_t debug_break_bytes = sizeof(debug_break);

/* DBGBCR: four bytes, at every level. DBGWCR: the same levels, which accesses, which bytes of eight. */
#define BREAK_CONTROL (0xfu << 5 | 3u << 1 | 1)
#define WATCH_CONTROL (3u << 1 | 1)

static uint32_t watch_control(const struct debug_point *point)
{
	uint32_t accesses = point->type == GDB_POINT_WRITE ? 2 : point->type == GDB_POINT_READ ? 1 : 3;
	uint32_t bytes = ((1u << point->size) - 1) << (point->address & 7);

	return WATCH_CONTROL | accesses << 3 | bytes << 5;
}

bool debug_point_exists(const struct debug_point *point)
{
	if (point->type == GDB_POINT_HARDWARE)
		return (point->address & 3) == 0;
	return point->size >= 1 && point->size <= 8 && (point->address & 7) + point->size <= 8;
}

long debug_control(const struct machine *machine, const struct debug_point *points, bool is_step)
{
	struct kvm_guest_debug debug = {.control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_SW_BP};

	if (is_step)
		debug.control |= KVM_GUESTDBG_SINGLESTEP;
	for (unsigned i = 0; i < DEBUG_POINTS_MAX; i++) {
		if (!points[i].is_set)
			continue;
		debug.control |= KVM_GUESTDBG_USE_HW;
		if (points[i].type == GDB_POINT_HARDWARE) {
			debug.arch.dbg_bcr[i] = BREAK_CONTROL;
			debug.arch.dbg_bvr[i] = points[i].address;
		} else {
			debug.arch.dbg_wcr[i] = watch_control(&points[i]);
			debug.arch.dbg_wvr[i] = points[i].address & ~7ull;
		}
	}
	return host_ioctl(machine->kvm.vcpu_fd, KVM_SET_GUEST_DEBUG, &debug);
}
