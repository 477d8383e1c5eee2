/* Lengths of instructions: see length.h. Rules: Intel's manual, volume 2, chapter 2 and appendix A (opcode maps). */
#include "length.h"

#include <stdbool.h>

/* What follows an opcode. */
enum kind {
	KIND_NONE = '.',
	KIND_BYTE = '1', /* an immediate or a displacement of one byte */
	KIND_WORD = '2',
	KIND_ENTER = '3',   /* a word and a byte */
	KIND_LONG = '4',    /* four bytes, two with an operand size prefix */
	KIND_BRANCH = 'j',  /* four bytes; with an operand size prefix CPUs differ */
	KIND_FULL = '8',    /* as KIND_LONG, eight with REX.W */
	KIND_ADDRESS = 'a', /* eight bytes, four with an address size prefix */
	KIND_MODRM = 'm',
	KIND_MODRM_BYTE = 'b',
	KIND_MODRM_LONG = 'l',
	KIND_TEST_BYTE = 't', /* with an immediate in the first two of eight instructions */
	KIND_TEST_LONG = 'T',
	KIND_SEVEN = 's', /* ModRM; the last of eight does not exist */
	KIND_PREFIX = 'p',
	KIND_REX = 'r',
	KIND_ESCAPE = 'e', /* to another map, VEX, EVEX; or XOP */
	KIND_NOTHING = '-',
	KIND_UNKNOWN = '?',
};

static const char one_byte[256 + 1] =
	/* 00 */ "mmmm14--mmmm14-e"
		 /* 10 */ "mmmm14--mmmm14--"
		 /* 20 */ "mmmm14p-mmmm14p-"
		 /* 30 */ "mmmm14p-mmmm14p-"
		 /* 40 */ "rrrrrrrrrrrrrrrr"
		 /* 50 */ "................"
		 /* 60 */ "--empppp4l1b...."
		 /* 70 */ "1111111111111111"
		 /* 80 */ "bl-bmmmmmmmmmmme"
		 /* 90 */ "..........-....."
		 /* a0 */ "aaaa....14......"
		 /* b0 */ "1111111188888888"
		 /* c0 */ "bb2.eebl3.2..1-."
		 /* d0 */ "mmmm-?..mmmmmmmm"
		 /* e0 */ "11111111jj-1...."
		 /* f0 */ "p.pp..tT......ss";

static const char two_bytes[256 + 1] =
	/* 00 */ "mmmm?.....?.?m.b"
		 /* 10 */ "mmmmmmmmmmmmmmmm"
		 /* 20 */ "????????mmmmmmmm"
		 /* 30 */ "......?.e?e?????"
		 /* 40 */ "mmmmmmmmmmmmmmmm"
		 /* 50 */ "mmmmmmmmmmmmmmmm"
		 /* 60 */ "mmmmmmmmmmmmmmmm"
		 /* 70 */ "bbbbmmm.????mmmm"
		 /* 80 */ "jjjjjjjjjjjjjjjj"
		 /* 90 */ "mmmmmmmmmmmmmmmm"
		 /* a0 */ "...mbm??...mbmmm"
		 /* b0 */ "mmmmmmmmmmbmmmmm"
		 /* c0 */ "mmbmbbbm........"
		 /* d0 */ "mmmmmmmmmmmmmmmm"
		 /* e0 */ "mmmmmmmmmmmmmmmm"
		 /* f0 */ "mmmmmmmmmmmmmmm?";

struct decoder {
	const uint8_t *bytes;
	int at;
	bool small;         /* an operand size prefix that counts */
	bool wide;          /* REX.W */
	bool short_address; /* an address size prefix */
};

/* ModRM, SIB and displacement. */
static int modrm_length(const uint8_t *bytes)
{
	unsigned mod = bytes[0] >> 6, rm = bytes[0] & 7;
	bool sib = mod != 3 && rm == 4;
	int length = sib ? 2 : 1;

	if (mod == 1)
		return length + 1;
	if (mod == 2)
		return length + 4;
	if (mod == 0 && (rm == 5 || (sib && (bytes[1] & 7) == 5)))
		return length + 4;
	return length;
}

static int operand_bytes(const struct decoder *decoder)
{
	return decoder->small ? 2 : 4;
}

/* There is no such instruction: 0 is a length here. */
#define REST_NOTHING (-2)

/* From behind the opcode to the instruction's end. */
static int rest_length(const struct decoder *decoder, enum kind kind)
{
	const uint8_t *rest = decoder->bytes + decoder->at;
	bool tests = (rest[0] >> 3 & 7) < 2;

	switch (kind) {
	case KIND_NOTHING:
		return REST_NOTHING;
	case KIND_NONE:
		return 0;
	case KIND_BYTE:
		return 1;
	case KIND_WORD:
		return 2;
	case KIND_ENTER:
		return 3;
	case KIND_LONG:
		return operand_bytes(decoder);
	case KIND_BRANCH:
		return decoder->small ? LENGTH_UNKNOWN : 4;
	case KIND_FULL:
		return decoder->wide ? 8 : operand_bytes(decoder);
	case KIND_ADDRESS:
		return decoder->short_address ? 4 : 8;
	case KIND_SEVEN:
		return (rest[0] >> 3 & 7) == 7 ? REST_NOTHING : modrm_length(rest);
	case KIND_MODRM:
		return modrm_length(rest);
	case KIND_MODRM_BYTE:
		return modrm_length(rest) + 1;
	case KIND_MODRM_LONG:
		return modrm_length(rest) + operand_bytes(decoder);
	case KIND_TEST_BYTE:
		return modrm_length(rest) + (tests ? 1 : 0);
	case KIND_TEST_LONG:
		return modrm_length(rest) + (tests ? operand_bytes(decoder) : 0);
	default:
		return LENGTH_UNKNOWN;
	}
}

static int length_with(const struct decoder *decoder, enum kind kind)
{
	int rest = rest_length(decoder, kind);

	if (rest < 0)
		return rest == REST_NOTHING ? LENGTH_NONE : LENGTH_UNKNOWN;
	return decoder->at + rest <= INSTRUCTION_BYTES_MAX ? decoder->at + rest : LENGTH_NONE;
}

/* Behind 0f. */
static int two_bytes_length(struct decoder *decoder)
{
	uint8_t opcode = decoder->bytes[decoder->at++];

	if (opcode != 0x38 && opcode != 0x3a)
		return length_with(decoder, (enum kind)two_bytes[opcode]);
	decoder->at++;
	return length_with(decoder, opcode == 0x38 ? KIND_MODRM : KIND_MODRM_BYTE);
}

/* Behind a VEX or EVEX prefix: the maps of 0f, 0f 38 and 0f 3a, and two of EVEX's own, with ModRM always. */
static int vector_length(struct decoder *decoder, unsigned map, bool evex)
{
	uint8_t opcode = decoder->bytes[decoder->at++];

	switch (map) {
	case 1:
		if (opcode == 0x77)
			return length_with(decoder, KIND_NONE);
		/* The branches of an extinct coprocessor. */
		if (two_bytes[opcode] == KIND_BRANCH)
			return LENGTH_UNKNOWN;
		return length_with(decoder, two_bytes[opcode] == KIND_MODRM_BYTE ? KIND_MODRM_BYTE : KIND_MODRM);
	case 2:
		return length_with(decoder, KIND_MODRM);
	case 3:
		return length_with(decoder, KIND_MODRM_BYTE);
	case 5:
	case 6:
		return length_with(decoder, KIND_MODRM);
	case 0: /* where that coprocessor had more of them */
	case 7:
		return LENGTH_UNKNOWN;
	case 4:
		return evex ? LENGTH_UNKNOWN : LENGTH_NONE;
	default:
		return LENGTH_NONE;
	}
}

static int escape_length(struct decoder *decoder, uint8_t opcode)
{
	const uint8_t *rest = decoder->bytes + decoder->at;

	switch (opcode) {
	case 0x0f:
		return two_bytes_length(decoder);
	case 0xc5:
		decoder->at += 1;
		return vector_length(decoder, 1, false);
	case 0xc4:
		decoder->at += 2;
		return vector_length(decoder, rest[0] & 0x1f, false);
	case 0x62:
		decoder->at += 3;
		return vector_length(decoder, rest[0] & 7, true);
	default: /* 8f: pop, or XOP */
		return (rest[0] & 0x1f) >= 8 ? LENGTH_UNKNOWN : length_with(decoder, KIND_MODRM);
	}
}

int instruction_length(const uint8_t *bytes)
{
	struct decoder decoder = {.bytes = bytes};
	uint8_t opcode;

	while (one_byte[bytes[decoder.at]] == KIND_PREFIX) {
		decoder.small |= bytes[decoder.at] == 0x66;
		decoder.short_address |= bytes[decoder.at] == 0x67;
		if (++decoder.at == INSTRUCTION_BYTES_MAX)
			return LENGTH_NONE;
	}
	/* From here on REX, an EVEX prefix, opcode, ModRM and SIB are looked at: up to eight bytes. */
	if (decoder.at > INSTRUCTION_BYTES_MAX - 8)
		return LENGTH_UNKNOWN;
	opcode = bytes[decoder.at++];
	if (one_byte[opcode] == KIND_REX) {
		decoder.wide = opcode & 8;
		if (decoder.wide)
			decoder.small = false;
		opcode = bytes[decoder.at++];
		/* A REX that is not the last prefix does not count. */
		if (one_byte[opcode] == KIND_REX || one_byte[opcode] == KIND_PREFIX)
			return LENGTH_UNKNOWN;
	}
	return one_byte[opcode] == KIND_ESCAPE ? escape_length(&decoder, opcode)
					       : length_with(&decoder, (enum kind)one_byte[opcode]);
}
