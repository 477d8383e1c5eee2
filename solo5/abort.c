/* Ends: normal, abnormal, and the bindings' own complaints. */
#include "bindings.h"

void solo5_exit(int status)
{
	log_write(LOG_INFO, "Solo5: solo5_exit(%d) called\n", status);
	bindings_exit(status);
}

void solo5_abort(void)
{
	bindings_exit(SOLO5_EXIT_ABORT);
}

void bindings_panic(const char *where, const char *message)
{
	const char *const parts[] = {"Solo5: ABORT: ", where, ": ", message, "\n"};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		size_t length = 0;

		while (parts[i][length])
			length++;
		solo5_console_write(parts[i], length);
	}
	solo5_abort();
}
