/* Children under a filter: see live.h. */
#include "tests/policy/live.h"

#include <asm/unistd.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>

#include "syscall.h"

void live_signals_reset(void)
{
	static const int handled[] = {SIGILL, SIGSEGV, SIGBUS, SIGFPE, SIGSYS};

	for (size_t i = 0; i < sizeof(handled) / sizeof(handled[0]); i++)
		signal(handled[i], SIG_DFL);
}

bool live_filter_install(const struct sock_fprog *program)
{
	return arch_syscall(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0) == 0 &&
	       arch_syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, (long)program, 0, 0, 0) == 0;
}

/* uretprobe and uprobe, since 6.14 and 6.18. Made from anywhere but the kernel's own trampoline they end in SIGILL and
 * in an error. */
bool live_passes_every_filter(int number)
{
#ifdef __x86_64__
	return number == 335 || number == 336;
#else
	(void)number;
	return false;
#endif
}
