/* Registers of an x86-64 guest, for debuggers and core files. */
#include <string.h>

#include "tender/host/host.h"
#include "tender/hvt/debug/registers.h"

/* Segments and flags have 4 bytes in the debugger's list: it is rax to r15, rip, eflags, cs, ss, ds, es, fs, gs. */
#define WORDS 17
#define HALVES 7
#define LIST_BYTES (WORDS * 8 + HALVES * 4)

#define AT(name) offsetof(struct kvm_regs, name)

static const uint8_t gdb_order[WORDS] = {
	AT(rax), AT(rbx), AT(rcx), AT(rdx), AT(rsi), AT(rdi), AT(rbp), AT(rsp), AT(r8),
	AT(r9),  AT(r10), AT(r11), AT(r12), AT(r13), AT(r14), AT(r15), AT(rip),
};

/* The first registers of elf_gregset_t, which are those of a trap's cookie too. */
#define TRAP_WORDS 15
static const uint8_t core_order[TRAP_WORDS] = {
	AT(r15), AT(r14), AT(r13), AT(r12), AT(rbp), AT(rbx), AT(r11), AT(r10),
	AT(r9),  AT(r8),  AT(rax), AT(rcx), AT(rdx), AT(rsi), AT(rdi),
};

/* elf_gregset_t as a whole. */
struct core_registers {
	uint64_t general[TRAP_WORDS];
	uint64_t orig_rax;
	uint64_t rip, cs, rflags, rsp, ss;
	uint64_t fs_base, gs_base;
	uint64_t ds, es, fs, gs;
};

_Static_assert(sizeof(struct core_registers) == 27 * 8 && sizeof(struct core_registers) <= DEBUG_CORE_REGISTERS_MAX,
	       "size of elf_gregset_t");

static bool state_read(const struct machine *machine, struct kvm_regs *regs, struct kvm_sregs *sregs)
{
	return host_ioctl(machine->kvm.vcpu_fd, KVM_GET_REGS, regs) >= 0 &&
	       host_ioctl(machine->kvm.vcpu_fd, KVM_GET_SREGS, sregs) >= 0;
}

size_t debug_registers_read(const struct machine *machine, uint8_t *bytes)
{
	struct kvm_sregs sregs;
	struct kvm_regs regs;
	uint32_t halves[HALVES];

	if (!state_read(machine, &regs, &sregs))
		return 0;
	for (unsigned i = 0; i < WORDS; i++)
		memcpy(bytes + 8 * i, (const uint8_t *)&regs + gdb_order[i], 8);
	halves[0] = (uint32_t)regs.rflags;
	halves[1] = sregs.cs.selector;
	halves[2] = sregs.ss.selector;
	halves[3] = sregs.ds.selector;
	halves[4] = sregs.es.selector;
	halves[5] = sregs.fs.selector;
	halves[6] = sregs.gs.selector;
	memcpy(bytes + 8 * WORDS, halves, sizeof(halves));
	return LIST_BYTES;
}

/* Segments stay as they are. */
bool debug_registers_write(const struct machine *machine, const uint8_t *bytes, size_t size)
{
	struct kvm_regs regs;
	uint32_t flags;

	if (size < LIST_BYTES || host_ioctl(machine->kvm.vcpu_fd, KVM_GET_REGS, &regs) < 0)
		return false;
	for (unsigned i = 0; i < WORDS; i++)
		memcpy((uint8_t *)&regs + gdb_order[i], bytes + 8 * i, 8);
	memcpy(&flags, bytes + 8 * WORDS, sizeof(flags));
	regs.rflags = flags;
	return host_ioctl(machine->kvm.vcpu_fd, KVM_SET_REGS, &regs) >= 0;
}

bool debug_pc_write(const struct machine *machine, uint64_t pc)
{
	struct kvm_regs regs;

	if (host_ioctl(machine->kvm.vcpu_fd, KVM_GET_REGS, &regs) < 0)
		return false;
	regs.rip = pc;
	return host_ioctl(machine->kvm.vcpu_fd, KVM_SET_REGS, &regs) >= 0;
}

static void trap_registers(const struct hvt_trap *trap, struct core_registers *core)
{
	if (trap->magic == HVT_TRAP_MAGIC)
		memcpy(core->general, trap->registers, sizeof(core->general));
	core->rip = trap->rip;
	core->cs = trap->cs;
	core->rflags = trap->rflags;
	core->rsp = trap->rsp;
	core->ss = trap->ss;
}

size_t debug_core_registers(const struct machine *machine, const void *cookie, uint8_t *bytes)
{
	struct kvm_sregs sregs;
	struct kvm_regs regs;
	struct core_registers core;

	if (!state_read(machine, &regs, &sregs))
		return 0;
	for (unsigned i = 0; i < TRAP_WORDS; i++)
		memcpy(&core.general[i], (const uint8_t *)&regs + core_order[i], 8);
	core.orig_rax = UINT64_MAX;
	core.rip = regs.rip;
	core.cs = sregs.cs.selector;
	core.rflags = regs.rflags;
	core.rsp = regs.rsp;
	core.ss = sregs.ss.selector;
	core.fs_base = sregs.fs.base;
	core.gs_base = sregs.gs.base;
	core.ds = sregs.ds.selector;
	core.es = sregs.es.selector;
	core.fs = sregs.fs.selector;
	core.gs = sregs.gs.selector;
	if (cookie)
		trap_registers(cookie, &core);
	memcpy(bytes, &core, sizeof(core));
	return sizeof(core);
}
