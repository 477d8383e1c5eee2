/* Failed contracts. They stay in release builds; conditions have no side effects. */
#ifndef KERNEL_LIB_BUG_H
#define KERNEL_LIB_BUG_H

/* Says where on the console and ends the guest. */
_Noreturn void bug(const char *file, int line, const char *what);

#define bug_on(condition)                                                                                              \
	do {                                                                                                           \
		if (__builtin_expect(!!(condition), 0))                                                                \
			bug(__FILE__, __LINE__, #condition);                                                           \
	} while (0)

#endif
