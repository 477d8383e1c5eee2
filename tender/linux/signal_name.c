/* Names of signals: see signal_name.h. */
#include "tender/linux/signal_name.h"

#include <asm/signal.h>

#include "tender/linux/say.h"

/* clang-format off */
#define SIGNALS(X) \
	X(HUP) X(INT) X(QUIT) X(ILL) X(TRAP) X(ABRT) X(BUS) X(FPE) X(KILL) X(USR1) X(SEGV) X(USR2) X(PIPE) X(ALRM) \
	X(TERM) X(XCPU) X(XFSZ) X(VTALRM) X(PROF) X(IO) X(PWR) X(SYS)
/* clang-format on */

const char *signal_name(int signal, char *number, size_t size)
{
	switch (signal) {
#define NAME_CASE(name)                                                                                                \
	case SIG##name:                                                                                                \
		return "SIG" #name;
		SIGNALS(NAME_CASE)
	default:
		text_make(number, size, "signal %d", signal);
		return number;
	}
}
