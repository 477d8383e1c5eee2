/* Zydis, loaded on demand: see decoder.h. */
#include "image/patch/decoder.h"

#include <Zydis/Zydis.h>
#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#define LIBRARY "libZydis.so.4.0"

static struct {
	pthread_mutex_t lock;
	bool ready;
	__typeof__(ZydisDecoderInit) *init;
	__typeof__(ZydisDecoderEnableMode) *enable_mode;
	__typeof__(ZydisDecoderDecodeInstruction) *decode;
	ZydisDecoder quick;
	ZydisDecoder full;
} zydis = {.lock = PTHREAD_MUTEX_INITIALIZER};

static int library_load(struct error *error)
{
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

	if (!library)
		return error_set(error, "%s: could not be loaded: install the package libzydis4.0 (%s)", LIBRARY,
				 dlerror());
	*(void **)&zydis.init = dlsym(library, "ZydisDecoderInit");
	*(void **)&zydis.enable_mode = dlsym(library, "ZydisDecoderEnableMode");
	*(void **)&zydis.decode = dlsym(library, "ZydisDecoderDecodeInstruction");
	if (!zydis.init || !zydis.enable_mode || !zydis.decode)
		return error_set(error, "%s: lacks functions of Zydis 4.0", LIBRARY);
	if (ZYAN_FAILED(zydis.init(&zydis.full, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64)))
		return error_set(error, "%s: does not decode x86-64", LIBRARY);
	zydis.quick = zydis.full;
	zydis.enable_mode(&zydis.quick, ZYDIS_DECODER_MODE_MINIMAL, ZYAN_TRUE);
	zydis.ready = true;
	return 0;
}

int decoder_open(struct error *error)
{
	int result = 0;

	pthread_mutex_lock(&zydis.lock);
	if (!zydis.ready)
		result = library_load(error);
	pthread_mutex_unlock(&zydis.lock);
	return result;
}

/* Whether the operand in memory counts from the end of the instruction. */
static bool is_rip_relative(const ZydisDecodedInstruction *decoded)
{
	return (decoded->attributes & ZYDIS_ATTRIB_HAS_MODRM) && decoded->raw.modrm.mod == 0 &&
	       decoded->raw.modrm.rm == 5 && decoded->raw.disp.size == 32;
}

static void translate(const ZydisDecodedInstruction *decoded, struct instruction *instruction)
{
	bool is_legacy = decoded->encoding == ZYDIS_INSTRUCTION_ENCODING_LEGACY;

	*instruction = (struct instruction){
		.length = decoded->length,
		.is_syscall = is_legacy && decoded->opcode_map == ZYDIS_OPCODE_MAP_0F && decoded->opcode == 0x05 &&
			      decoded->length == 2,
		.is_lea = is_legacy && decoded->opcode_map == ZYDIS_OPCODE_MAP_DEFAULT && decoded->opcode == 0x8d,
		.has_branch = decoded->raw.imm[0].size && decoded->raw.imm[0].is_relative,
		.has_immediate = decoded->raw.imm[0].size && !decoded->raw.imm[0].is_relative,
		.value = decoded->raw.imm[0].size ? decoded->raw.imm[0].value.s : 0,
		.disp = decoded->raw.disp.size ? decoded->raw.disp.value : 0,
	};
	if (is_rip_relative(decoded))
		instruction->disp_at = decoded->raw.disp.offset;
	instruction->has_absolute = decoded->raw.disp.size == 32 && !instruction->disp_at;
}

bool decoder_decode(const uint8_t *bytes, size_t size, struct instruction *instruction)
{
	ZydisDecodedInstruction decoded;

	if (ZYAN_FAILED(zydis.decode(&zydis.quick, NULL, bytes, size, &decoded)))
		return false;
	translate(&decoded, instruction);
	return true;
}

static bool goes_elsewhere(const ZydisDecodedInstruction *decoded)
{
	switch (decoded->meta.category) {
	case ZYDIS_CATEGORY_CALL:
	case ZYDIS_CATEGORY_RET:
	case ZYDIS_CATEGORY_COND_BR:
	case ZYDIS_CATEGORY_UNCOND_BR:
	case ZYDIS_CATEGORY_INTERRUPT:
	case ZYDIS_CATEGORY_SYSCALL:
	case ZYDIS_CATEGORY_SYSRET:
	case ZYDIS_CATEGORY_SYSTEM:
	case ZYDIS_CATEGORY_IO:
	case ZYDIS_CATEGORY_INVALID:
		return true;
	default:
		break;
	}
	switch (decoded->mnemonic) {
	case ZYDIS_MNEMONIC_UD0:
	case ZYDIS_MNEMONIC_UD1:
	case ZYDIS_MNEMONIC_UD2:
	case ZYDIS_MNEMONIC_HLT:
	case ZYDIS_MNEMONIC_XABORT:
	case ZYDIS_MNEMONIC_XEND:
		return true;
	default:
		return false;
	}
}

bool decoder_examine(const uint8_t *bytes, size_t size, struct instruction *instruction)
{
	ZydisDecodedInstruction decoded;

	if (ZYAN_FAILED(zydis.decode(&zydis.full, NULL, bytes, size, &decoded)))
		return false;
	translate(&decoded, instruction);
	instruction->can_move = !instruction->has_branch && !goes_elsewhere(&decoded) &&
				!((decoded.attributes & ZYDIS_ATTRIB_IS_RELATIVE) && !instruction->disp_at) &&
				!(instruction->disp_at && decoded.address_width != 64);
	return true;
}
