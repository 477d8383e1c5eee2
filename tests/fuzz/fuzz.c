/* What must hold for every input: see fuzz.h. */
#include "tests/fuzz/fuzz.h"

#include <ctype.h>
#include <string.h>

void fuzz_error_check(const struct error *error)
{
	size_t length = strnlen(error->text, sizeof(error->text));

	FUZZ_CHECK(length < sizeof(error->text));
	FUZZ_CHECK(length > 0 || error->option);
	FUZZ_CHECK(!error->option || error->usage);
	for (size_t i = 0; i < length; i++)
		FUZZ_CHECK(isprint((unsigned char)error->text[i]));
}

void fuzz_manifest_check(const struct mft *mft, size_t bytes)
{
	FUZZ_CHECK(mft->entries >= 1 && mft->entries <= MFT_MAX_ENTRIES && bytes == MFT_SIZE(mft->entries));
	for (unsigned i = 0; i < mft->entries; i++) {
		const struct mft_entry *entry = &mft->e[i];
		size_t length = strnlen(entry->name, sizeof(entry->name));

		FUZZ_CHECK(length < sizeof(entry->name) && (length == 0) == (i == 0));
		for (size_t k = 0; k < length; k++)
			FUZZ_CHECK(isalnum((unsigned char)entry->name[k]));
		FUZZ_CHECK(!entry->attached && !entry->b.data);
		FUZZ_CHECK(!entry->u.block_basic.capacity && !entry->u.block_basic.block_size);
	}
}
