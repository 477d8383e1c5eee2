/*
 * Traps of an x86-64 unikernel in a virtual machine: each ends it with a line that says what happened where. Three
 * stacks of their own, so that a guest whose stack ran over its end can still say so.
 */
#include "abi/solo5_hvt.h"
#include "bindings.h"
#include "hvt/target.h"

#define VECTOR_COUNT 32
#define VECTOR_NMI 2
#define VECTOR_DOUBLE_FAULT 8
#define STACK_COUNT 3
#define STACK_BYTES 4096
#define CODE_SELECTOR 8
#define TASK_SELECTOR 24
#define GATE_INTERRUPT 0x8e00u
#define TASK_AVAILABLE 0x890000000000ull

/* As the vectors in vectors.S push them, on top of what the CPU pushes. */
struct trap_frame {
	uint64_t registers[15];
	uint64_t vector;
	uint64_t error_code;
	uint64_t rip;
	uint64_t cs;
	uint64_t rflags;
	uint64_t rsp;
	uint64_t ss;
};

struct gate {
	uint16_t offset_low;
	uint16_t selector;
	uint16_t flags; /* the stack's number, type, present */
	uint16_t offset_middle;
	uint32_t offset_high;
	uint32_t reserved;
};

struct task_state {
	uint32_t reserved0;
	uint64_t stacks[3];
	uint64_t reserved1;
	uint64_t interrupt_stacks[7];
	uint64_t reserved2;
	uint32_t io_map;
} __attribute__((packed));

struct table_pointer {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

_Static_assert(sizeof(struct gate) == 16, "size of a gate");
_Static_assert(sizeof(struct task_state) == 104, "size of a task state");

extern const uint64_t vectors[VECTOR_COUNT];
void trap_handle(const struct trap_frame *frame);

static uint64_t gdt[5] = {0, 0x00af99000000ffffull, 0x00cf93000000ffffull, 0, 0};
static struct gate idt[VECTOR_COUNT];
static struct task_state task;
static uint8_t stacks[STACK_COUNT][STACK_BYTES] __attribute__((aligned(16)));

/* Which of the stacks a vector has: those two can come at any moment. */
static unsigned stack_of(unsigned vector)
{
	return vector == VECTOR_NMI ? 2 : vector == VECTOR_DOUBLE_FAULT ? 3 : 1;
}

static void gate_set(unsigned vector)
{
	uint64_t address = vectors[vector];

	idt[vector] = (struct gate){
		.offset_low = (uint16_t)address,
		.selector = CODE_SELECTOR,
		.flags = (uint16_t)(GATE_INTERRUPT | stack_of(vector)),
		.offset_middle = (uint16_t)(address >> 16),
		.offset_high = (uint32_t)(address >> 32),
	};
}

static void task_set(void)
{
	uint64_t base = (uintptr_t)&task;

	for (unsigned i = 0; i < STACK_COUNT; i++)
		task.interrupt_stacks[i] = (uintptr_t)(stacks[i] + STACK_BYTES);
	task.io_map = sizeof(task) << 16;
	gdt[TASK_SELECTOR / 8] = TASK_AVAILABLE | (sizeof(task) - 1) | (base & 0xffffff) << 16 |
				 (base >> 24 & 0xff) << 56;
	gdt[TASK_SELECTOR / 8 + 1] = base >> 32;
}

void traps_init(void)
{
	const struct table_pointer gdt_pointer = {sizeof(gdt) - 1, (uintptr_t)gdt};
	const struct table_pointer idt_pointer = {sizeof(idt) - 1, (uintptr_t)idt};

	task_set();
	for (unsigned i = 0; i < VECTOR_COUNT; i++)
		gate_set(i);
	/* The selectors in the segment registers mean the same in the new table. */
	__asm__ volatile("lgdt %0" : : "m"(gdt_pointer) : "memory");
	__asm__ volatile("ltr %w0" : : "r"(TASK_SELECTOR) : "memory");
	__asm__ volatile("lidt %0" : : "m"(idt_pointer) : "memory");
}

uint64_t cycles_read(void)
{
	uint32_t low;
	uint32_t high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

static uint64_t fault_address(void)
{
	uint64_t address;

	__asm__ volatile("mov %%cr2, %0" : "=r"(address));
	return address;
}

static const char *vector_name(uint64_t vector)
{
	static const char names[VECTOR_COUNT][4] = {
		"#DE", "#DB", "NMI", "#BP", "#OF", "#BR", "#UD", "#NM", "#DF", "#9",  "#TS",
		"#NP", "#SS", "#GP", "#PF", "#15", "#MF", "#AC", "#MC", "#XM", "#VE", "#CP",
		"#22", "#23", "#24", "#25", "#26", "#27", "#HV", "#VC", "#SX", "#31",
	};

	return vector < VECTOR_COUNT ? names[vector] : "?";
}

/* For the tender's core dump: what the CPU was at when the trap came. */
static volatile void *cookie_make(const struct trap_frame *frame, uint64_t cr2)
{
	static union {
		struct hvt_trap trap;
		uint8_t bytes[HVT_COOKIE_BYTES];
	} cookie;

	cookie.trap = (struct hvt_trap){
		.cr2 = cr2,
		.error_code = frame->error_code,
		.rip = frame->rip,
		.cs = frame->cs,
		.rflags = frame->rflags,
		.rsp = frame->rsp,
		.ss = frame->ss,
		.magic = HVT_TRAP_MAGIC,
	};
	for (unsigned i = 0; i < sizeof(frame->registers) / sizeof(frame->registers[0]); i++)
		cookie.trap.registers[i] = frame->registers[i];
	return &cookie;
}

void trap_handle(const struct trap_frame *frame)
{
	uint64_t cr2 = fault_address();

	log_write(LOG_ERROR, "Solo5: trap: type=%s ec=0x%lx rip=0x%lx rsp=0x%lx rflags=0x%lx\n",
		  vector_name(frame->vector), frame->error_code, frame->rip, frame->rsp, frame->rflags);
	log_write(LOG_ERROR, "Solo5: trap: cr2=0x%lx\n", cr2);
	log_write(LOG_ERROR, "Solo5: ABORT: traps.c: Fatal trap\n");
	halt(SOLO5_EXIT_ABORT, cookie_make(frame, cr2));
}
