/* Manifest and command line, as the guest gets them. */
#include <string.h>

#include "abi/solo5_spt.h"
#include "tender/solo5/unikernel.h"

static char *command_line_join(char *to, const struct options *options)
{
	for (int i = 0; i < options->arg_count; i++) {
		size_t length = strlen(options->args[i]);

		if (i)
			*to++ = ' ';
		memcpy(to, options->args[i], length);
		to += length;
	}
	*to++ = '\0';
	return to;
}

char *unikernel_texts_write(const struct unikernel *unikernel, char *to)
{
	memcpy(to, &unikernel->mft, unikernel->mft_bytes);
	return command_line_join(to + unikernel->mft_bytes, &unikernel->options);
}
