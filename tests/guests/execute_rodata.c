/* Constants cannot be executed. */
#include "execute.h"
#include "test.h"

static const uint8_t code[] __attribute__((aligned(16))) = RETURN_CODE;

int solo5_app_main(const struct solo5_start_info *info)
{
	(void)info;
	execute(code);
	return survived();
}
