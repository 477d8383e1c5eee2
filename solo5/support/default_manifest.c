/* The manifest of a unikernel that brings none of its own: no devices. */
#define MFT_ENTRIES 1
#include "mft_abi.h"

/* clang-format off */
MFT1_NOTE_DECLARE_BEGIN
{
	.version = MFT_VERSION, .entries = 1, .e = { { .name = "", .type = MFT_RESERVED_FIRST } }
}
MFT1_NOTE_DECLARE_END
