/* Closing all descriptors but some: see descriptors.h. */
#include "tender/host/descriptors.h"

#include "tender/host/host.h"

/* Puts the least of values[0..count) first. */
static int least_first(int *values, size_t count)
{
	size_t least = 0;
	int value;

	for (size_t i = 1; i < count; i++) {
		if (values[i] < values[least])
			least = i;
	}
	value = values[least];
	values[least] = values[0];
	values[0] = value;
	return value;
}

long descriptors_close_others(int *kept, size_t count)
{
	unsigned next = 0;
	long result = 0;

	for (size_t done = 0; done < count && result >= 0; done++) {
		unsigned fd = (unsigned)least_first(kept + done, count - done);

		if (fd > next)
			result = host_close_range(next, fd - 1);
		next = fd + 1;
	}
	return result < 0 ? result : host_close_range(next, ~0u);
}
