/* Registers of an aarch64 guest, for debuggers and core files. */
#include <string.h>

#include "tender/hvt/arch/aarch64/cpu.h"
#include "tender/hvt/debug/registers.h"

/* x0 to x30, sp, pc; then 4 bytes of flags for a debugger, 8 in a core file. */
#define WORDS 33
#define WORD_PC 32

static uint64_t register_id(unsigned word)
{
	if (word == 31)
		return CPU_CORE_REGISTER(sp_el1);
	if (word == WORD_PC)
		return CPU_CORE_REGISTER(regs.pc);
	return CPU_CORE_REGISTER(regs.regs[0]) + 2 * word;
}

static bool words_read(const struct machine *machine, uint64_t *words)
{
	for (unsigned i = 0; i < WORDS; i++) {
		if (cpu_register_get(&machine->kvm, register_id(i), &words[i]) < 0)
			return false;
	}
	return cpu_register_get(&machine->kvm, CPU_CORE_REGISTER(regs.pstate), &words[WORDS]) >= 0;
}

size_t debug_registers_read(const struct machine *machine, uint8_t *bytes)
{
	uint64_t words[WORDS + 1];

	if (!words_read(machine, words))
		return 0;
	memcpy(bytes, words, WORDS * 8 + 4);
	return WORDS * 8 + 4;
}

bool debug_registers_write(const struct machine *machine, const uint8_t *bytes, size_t size)
{
	uint64_t words[WORDS];

	if (size < sizeof(words))
		return false;
	memcpy(words, bytes, sizeof(words));
	for (unsigned i = 0; i < WORDS; i++) {
		if (cpu_register_set(&machine->kvm, register_id(i), words[i]) < 0)
			return false;
	}
	return true;
}

bool debug_pc_write(const struct machine *machine, uint64_t pc)
{
	return cpu_register_set(&machine->kvm, register_id(WORD_PC), pc) >= 0;
}

size_t debug_core_registers(const struct machine *machine, const void *cookie, uint8_t *bytes)
{
	uint64_t words[WORDS + 1];

	(void)cookie; /* the ABI says what is in it for x86-64 only */
	if (!words_read(machine, words))
		return 0;
	memcpy(bytes, words, sizeof(words));
	return sizeof(words);
}
