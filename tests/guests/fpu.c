/* Floating point and vector registers work. */
#include "test.h"

typedef float vec4 __attribute__((vector_size(16)));

int solo5_app_main(const struct solo5_start_info *info)
{
	volatile float a = 1.5F;
	volatile double b = 5.0;
	volatile vec4 v = {2.0F, 5.0F, 3.0F, 8.0F};
	vec4 squares = v * v;

	(void)info;
	CHECK((double)a * b == 7.5);
	CHECK(squares[0] == 4.0F && squares[1] == 25.0F && squares[2] == 9.0F && squares[3] == 64.0F);
	return success();
}
