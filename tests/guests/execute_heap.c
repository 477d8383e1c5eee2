/* The heap cannot be executed. */
#include "execute.h"
#include "test.h"

int solo5_app_main(const struct solo5_start_info *info)
{
	static const uint8_t code[] = RETURN_CODE;
	uint8_t *heap = (uint8_t *)info->heap_start;

	for (size_t i = 0; i < sizeof(code); i++)
		heap[i] = code[i];
	execute(heap);
	return survived();
}
