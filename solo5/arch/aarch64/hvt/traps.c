/* Traps of an aarch64 unikernel in a virtual machine: each ends it with lines that say what happened where. */
#include "bindings.h"
#include "hvt/target.h"

/* As vectors.S puts it on the stack that traps have to themselves. */
struct trap_frame {
	uint64_t registers[31];
	uint64_t sp;
	uint64_t elr;
	uint64_t spsr;
	uint64_t esr;
	uint64_t far;
};

_Static_assert(sizeof(struct trap_frame) == 36 * 8, "the room that vectors.S makes");

extern const char trap_vectors[];
void trap_handle(const struct trap_frame *frame);

void traps_init(void)
{
	__asm__ volatile("msr vbar_el1, %0; isb" : : "r"(trap_vectors) : "memory");
}

uint64_t cycles_read(void)
{
	uint64_t cycles;

	__asm__ volatile("isb; mrs %0, cntvct_el0" : "=r"(cycles) : : "memory");
	return cycles;
}

static const char *class_name(uint64_t esr)
{
	switch (esr >> 26) {
	case 0x00:
		return "unknown instruction";
	case 0x15:
		return "SVC";
	case 0x20:
	case 0x21:
		return "instruction abort";
	case 0x24:
	case 0x25:
		return "data abort";
	case 0x22:
	case 0x26:
		return "alignment";
	case 0x3c:
		return "BRK";
	default:
		return "trap";
	}
}

void trap_handle(const struct trap_frame *frame)
{
	log_write(LOG_ERROR, "Solo5: trap: type=%s esr=0x%lx pc=0x%lx sp=0x%lx spsr=0x%lx\n", class_name(frame->esr),
		  frame->esr, frame->elr, frame->sp, frame->spsr);
	log_write(LOG_ERROR, "Solo5: trap: far=0x%lx\n", frame->far);
	log_write(LOG_ERROR, "Solo5: ABORT: traps.c: Fatal trap\n");
	halt(SOLO5_EXIT_ABORT, NULL);
}
