/* Patching trapped system calls: see site.h. */
#include "site.h"

#include "abi/entry.h"
#include "kernel/lib/string.h"
#include "length.h"

#define MOV_EAX 0xb8
#define JUMP 0xe9
#define INT3 0xcc
#define SYSCALL 0x050f
/* Numbers below this are no addresses of memory: what would have used RAX as one was not executed. */
#define NUMBER_MAX 512
/* Unwinders know the restorer of signal frames by its bytes. */
#define NUMBER_RESTORE 15

/* In struct site_code */
#define AT_SYSCALL SITE_BEFORE_BYTES
#define AT_MOV (AT_SYSCALL - SITE_PATCH_BYTES)

static uint32_t word_at(const uint8_t *bytes)
{
	uint32_t word;

	memcpy(&word, bytes, sizeof(word));
	return word;
}

/*
 * Whether the instruction reads or writes memory at RAX plus the mov's number, and leaves RAX alone: with this RAX it
 * would have faulted. Such is every arithmetic one whose last byte but four, ModRM, is the mov's opcode.
 */
static bool would_have_faulted(const uint8_t *code, unsigned at)
{
	uint8_t opcode = code[at];

	/* A REX prefix that does not make R8 of RAX. */
	if ((opcode & 0xf1) == 0x40)
		opcode = code[++at];
	if (at + 1 != AT_MOV)
		return false;
	return (opcode < 0x40 && (opcode & 7) < 4) || (opcode >= 0x84 && opcode <= 0x8b) || opcode == 0x63 ||
	       (opcode >= 0xd0 && opcode <= 0xd3) || (opcode >= 0xd8 && opcode <= 0xdf);
}

/* Whether instructions may lead from `at`, inside the five bytes, to the syscall. */
static bool leads_to_syscall(const uint8_t *code, unsigned at)
{
	while (at < AT_SYSCALL) {
		int length = instruction_length(code + at);

		if (length == LENGTH_UNKNOWN)
			return true;
		/* add %al,(%rax), the number's upper bytes: it would have faulted. */
		if (length == LENGTH_NONE || (code[at] == 0 && code[at + 1] == 0))
			return false;
		at += (unsigned)length;
	}
	return at == AT_SYSCALL;
}

/* Whether an instruction that begins at `at` may be what was executed instead of the mov. */
static bool is_rival(const uint8_t *code, unsigned at)
{
	int length = instruction_length(code + at);

	if (length == LENGTH_UNKNOWN)
		return true;
	return length != LENGTH_NONE && at + (unsigned)length > AT_MOV && !would_have_faulted(code, at) &&
	       leads_to_syscall(code, at + (unsigned)length);
}

bool site_can_be_patched(const struct site_code *code, uint64_t rax)
{
	/* The decoder may look behind the syscall: at bytes that decide nothing. */
	uint8_t bytes[sizeof(code->bytes) + INSTRUCTION_BYTES_MAX] = {0};

	memcpy(bytes, code->bytes, sizeof(code->bytes));
	if ((bytes[AT_SYSCALL] | bytes[AT_SYSCALL + 1] << 8) != SYSCALL || bytes[AT_MOV] != MOV_EAX ||
	    word_at(bytes + AT_MOV + 1) != rax || rax >= NUMBER_MAX || rax == NUMBER_RESTORE)
		return false;
	for (unsigned at = AT_MOV - (INSTRUCTION_BYTES_MAX - 1); at < AT_MOV; at++) {
		if (is_rival(bytes, at))
			return false;
	}
	return true;
}

/* The displacement that leads from behind itself to `target`. */
static bool displacement(uint8_t out[sizeof(int32_t)], uint64_t end, uint64_t target)
{
	int64_t distance = (int64_t)(target - end);
	int32_t word = (int32_t)distance;

	memcpy(out, &word, sizeof(word));
	return word == distance;
}

bool site_jump(uint8_t jump[SITE_PATCH_BYTES], uint64_t site, uint64_t stub)
{
	jump[0] = JUMP;
	return displacement(jump + 1, site, stub);
}

/* mov $number,%eax; lea behind_site(%rip),%rcx; jmp *%gs:entry */
bool site_stub(uint8_t stub[SITE_STUB_BYTES], uint64_t address, uint64_t site, uint32_t number)
{
	static const uint8_t lea[] = {0x48, 0x8d, 0x0d}, jump[] = {0x65, 0xff, 0x24, 0x25};
	const uint32_t entry = ENTRY_GS_OFFSET;
	uint8_t *at = stub;
	bool fits;

	memset(stub, INT3, SITE_STUB_BYTES);
	*at++ = MOV_EAX;
	memcpy(at, &number, sizeof(number));
	at += sizeof(number);
	memcpy(at, lea, sizeof(lea));
	at += sizeof(lea);
	fits = displacement(at, address + (uint64_t)(at - stub) + sizeof(int32_t), site + SITE_SYSCALL_BYTES);
	at += sizeof(int32_t);
	memcpy(at, jump, sizeof(jump));
	memcpy(at + sizeof(jump), &entry, sizeof(entry));
	return fits;
}

uint64_t site_jump_target(const uint8_t *code, uint64_t address)
{
	return code[0] == JUMP ? address + SITE_PATCH_BYTES + (uint64_t)(int32_t)word_at(code + 1) : 0;
}

/* Behind the mov lies the lea, of seven bytes. */
uint64_t site_of_stub(const uint8_t stub[SITE_STUB_BYTES], uint64_t address)
{
	const unsigned end = SITE_PATCH_BYTES + 7;

	return address + end + (uint64_t)(int32_t)word_at(stub + end - sizeof(uint32_t)) - SITE_SYSCALL_BYTES;
}
