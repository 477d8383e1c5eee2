/*
 * For the functions of arch/ and host/ that the kernel calls and no fake has (kernel.mk lists them): threads of unit
 * tests never leave the kernel, or make host threads. A test that gets here fails. Their arguments do not matter.
 */
#include "kernel/lib/bug.h"

#define ABSENT(name)                                                                                                   \
	void name(void);                                                                                               \
	void name(void)                                                                                                \
	{                                                                                                              \
		bug(__FILE__, __LINE__, #name " in a unit test");                                                      \
	}
