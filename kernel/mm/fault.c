/* Faults in application memory. */
#include <asm/siginfo.h>
#include <asm/signal.h>

#include "kernel/mm/refresh.h"
#include "kernel/mm/space.h"

static bool fault_set(struct mm_fault *out, int signal, int code)
{
	out->signal = signal;
	out->code = code;
	return false;
}

/* As x86 has it: what can be written or executed can be read. */
static bool access_is_allowed(const struct vma *vma, bool write, bool execute)
{
	if (write)
		return vma->protection & PROT_WRITE;
	if (execute)
		return vma->protection & PROT_EXEC;
	return vma->protection & (PROT_READ | PROT_WRITE | PROT_EXEC);
}

static bool fault_repair(struct address_space *space, uint64_t address, bool write, bool execute, struct mm_fault *out)
{
	struct vma *vma = vma_at(space, address);

	if (!vma)
		return fault_set(out, SIGSEGV, SEGV_MAPERR);
	if (!access_is_allowed(vma, write, execute))
		return fault_set(out, SIGSEGV, SEGV_ACCERR);
	if (vma_has_end(vma) && address >= vma->backed) {
		/* Perhaps the file has grown. */
		vma_refresh(vma);
		if (address >= vma->backed)
			return fault_set(out, SIGBUS, BUS_ADRERR);
		return true;
	}
	/* The host had no page: the arena is full, or the image file was cut short. */
	if (out->signal == SIGBUS)
		return false;
	/* Another thread's call came between fault and lock; or the host disagrees with us, which this mends. */
	return backing_protect(vma, vma->start, vma->end) == 0;
}

bool mm_fault_repair(uint64_t address, bool write, bool execute, struct mm_fault *out)
{
	struct address_space *space = space_lock();
	bool repaired = fault_repair(space, address, write, execute, out);

	space_unlock(space);
	return repaired;
}
