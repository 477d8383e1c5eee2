/* Breakpoints and single steps of an x86-64 guest, by KVM_SET_GUEST_DEBUG. */
#include "tender/host/host.h"
#include "tender/hvt/debug/registers.h"

const uint8_t debug_break[] = {0xcc};
const size_t debug_break_bytes = sizeof(debug_break);

/* DR7: what each of the four registers watches for, and how many bytes. */
#define DR7_BASE 0x400u
#define DR7_ENABLE(i) (2ull << 2 * (i))
#define DR7_KIND(i, kind) ((uint64_t)(kind) << (16 + 4 * (i)))
#define DR7_LENGTH(i, code) ((uint64_t)(code) << (18 + 4 * (i)))

enum { KIND_EXECUTE = 0, KIND_WRITE = 1, KIND_ACCESS = 3 };

static unsigned kind_of(enum gdb_point type)
{
	return type == GDB_POINT_HARDWARE ? KIND_EXECUTE : type == GDB_POINT_WRITE ? KIND_WRITE : KIND_ACCESS;
}

/* 1, 2, 4 and 8 bytes as the CPU numbers them; a breakpoint has 1. */
static unsigned length_of(const struct debug_point *point)
{
	if (point->type == GDB_POINT_HARDWARE)
		return 0;
	return point->size == 8 ? 2 : (unsigned)point->size - 1;
}

/* The CPU cannot watch for reading alone; it watches for both then. */
bool debug_point_exists(const struct debug_point *point)
{
	uint64_t size = point->size;

	if (point->type == GDB_POINT_HARDWARE)
		return true;
	return (size == 1 || size == 2 || size == 4 || size == 8) && (point->address & (size - 1)) == 0;
}

long debug_control(const struct machine *machine, const struct debug_point *points, bool is_step)
{
	struct kvm_guest_debug debug = {.control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_SW_BP};

	if (is_step)
		debug.control |= KVM_GUESTDBG_SINGLESTEP;
	debug.arch.debugreg[7] = DR7_BASE;
	for (unsigned i = 0; i < DEBUG_POINTS_MAX; i++) {
		if (!points[i].is_set)
			continue;
		debug.control |= KVM_GUESTDBG_USE_HW_BP;
		debug.arch.debugreg[i] = points[i].address;
		debug.arch.debugreg[7] |= DR7_ENABLE(i) | DR7_KIND(i, kind_of(points[i].type)) |
					  DR7_LENGTH(i, length_of(&points[i]));
	}
	return host_ioctl(machine->kvm.vcpu_fd, KVM_SET_GUEST_DEBUG, &debug);
}
