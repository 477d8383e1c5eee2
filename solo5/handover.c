/* What Tend's tender leaves for these bindings beyond the Solo5 ABI. */
#include "abi/boot.h"
#include "bindings.h"

const struct tend_handover *handover_find(uintptr_t address)
{
	const struct tend_handover *handover = (const struct tend_handover *)address;

	/* The compiler must not reason about an object at a constant address. */
	__asm__("" : "+r"(handover));
	return handover->magic == TEND_HANDOVER_MAGIC ? handover : NULL;
}
