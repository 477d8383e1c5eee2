/* What debugging needs of a processor architecture: one folder arch/NAME/ implements it. */
#ifndef TENDER_HVT_DEBUG_REGISTERS_H
#define TENDER_HVT_DEBUG_REGISTERS_H

#include "tender/hvt/debug/gdb.h"
#include "tender/hvt/machine.h"

/* Hardware breakpoints and watchpoints. */
#define DEBUG_POINTS_MAX 4

struct debug_point {
	bool is_set;
	enum gdb_point type;
	uint64_t address;
	uint64_t size;
};

/* The instruction of a software breakpoint. */
extern const uint8_t debug_break[];
extern const size_t debug_break_bytes;

/* As struct gdb_target has them. */
size_t debug_registers_read(const struct machine *machine, uint8_t *bytes);
bool debug_registers_write(const struct machine *machine, const uint8_t *bytes, size_t size);
bool debug_pc_write(const struct machine *machine, uint64_t pc);

/* Makes the CPU stop at breakpoints, at the points that are set, and after one instruction if it is to step. 0 or
 * -errno. */
long debug_control(const struct machine *machine, const struct debug_point *points, bool is_step);

/* Whether the CPU has such a point. */
bool debug_point_exists(const struct debug_point *point);

/* Registers as a core file has them (elf_gregset_t); at the trap that the cookie tells of, else now. The size, 0: none.
 */
#define DEBUG_CORE_REGISTERS_MAX 272
size_t debug_core_registers(const struct machine *machine, const void *cookie, uint8_t *bytes);

#endif
