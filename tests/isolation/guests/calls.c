/*
 * calls FIRST LAST SEED: makes every system call number from FIRST to LAST by raw instructions that nobody has patched,
 * with boundary and random arguments: the number itself, with the x32 bit, negated, with upper bits, and as the number
 * of a 32-bit call by INT 0x80. Says "at N" before each number, because some end or stop the program, and "done".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/isolation/guests/gate.h"

#define X32_BIT 0x40000000ull
#define ARGUMENTS 6
#define TRIES 6
/* No argument is this: the way out for "at N" stays open. */
#define PROGRESS_FD 913

static uint64_t seed;
static uint8_t *scratch; /* two pages that calls may write to, then nothing */
static uint64_t int80;

static uint64_t argument_make(void)
{
	static const uint64_t boundaries[] = {
		0,         3,          4,          8,          63,        64,         0x7f,     0x100, 0x1000, 0x10000,
		INT32_MAX, 0x80000000, UINT32_MAX, 1ull << 32, INT64_MAX, 1ull << 63, -4096ull, -1ull, -2ull,  -100ull};
	uint64_t kind = gate_random(&seed) % 8;

	if (kind < 3)
		return boundaries[gate_random(&seed) % (sizeof(boundaries) / sizeof(boundaries[0]))];
	if (kind < 6)
		return (uint64_t)(uintptr_t)scratch + gate_random(&seed) % 8192;
	return kind == 6 ? gate_random(&seed) : gate_random(&seed) % 4096;
}

static void one_call(uint64_t address, uint64_t number)
{
	uint64_t arguments[ARGUMENTS];

	for (unsigned i = 0; i < ARGUMENTS; i++)
		arguments[i] = argument_make();
	if (address)
		gate_jump(address, number, arguments);
	else
		gate_foreign(number, arguments);
}

static void number_try(uint64_t number)
{
	const uint64_t variants[] = {number, number | X32_BIT, -number, number | gate_random(&seed) << 32};

	for (unsigned i = 0; i < TRIES; i++) {
		for (unsigned k = 0; k < sizeof(variants) / sizeof(variants[0]); k++)
			one_call(0, variants[k]);
		one_call(int80, number);
	}
}

static void say(const char *what, unsigned long number)
{
	char line[32];
	int length = snprintf(line, sizeof(line), "%s %lu\n", what, number);

	if (write(PROGRESS_FD, line, (size_t)length) < 0)
		exit(98);
}

static void memory_make(void)
{
	static const uint8_t code[] = {0xcd, 0x80, 0xc3};
	uint8_t *area = mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (area == MAP_FAILED || mprotect(area + 2 * 4096, 4096, PROT_NONE) < 0 ||
	    mprotect(area + 3 * 4096, 4096, PROT_READ | PROT_WRITE | PROT_EXEC) < 0)
		exit(98);
	scratch = area;
	memcpy(area + 3 * 4096, code, sizeof(code));
	int80 = (uint64_t)(uintptr_t)(area + 3 * 4096);
}

int main(int argc, char **argv)
{
	unsigned long last;

	if (argc != 4 || dup2(1, PROGRESS_FD) < 0)
		return 98;
	last = strtoul(argv[2], NULL, 0);
	gate_find();
	memory_make();
	for (unsigned long number = strtoul(argv[1], NULL, 0); number <= last; number++) {
		seed = strtoull(argv[3], NULL, 0) * 1024 + number + 1;
		say("at", number);
		number_try(number);
	}
	say("done", last);
	return 0;
}
