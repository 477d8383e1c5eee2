/* splice with several readers of one pipe: what one took is no end for the others. */
#include "../conform.h"

#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <sys/ioctl.h>

#define MESSAGES 500
#define READERS 3

static int source, sink;

static volatile bool written;

/* How often it said "end" too early; it leaves at the second one that is not. */
static void *reader_run(void *data __attribute__((unused)))
{
	long early = 0, ends = 0;
	while (ends < 2) {
		if (QUIET(splice, source, NULL, sink, NULL, 1, 0) == 0) {
			ends += written;
			early += !written;
		}
	}
	return (void *)early;
}

static void *drain_run(void *data)
{
	char bytes[4096];
	while (read((int)(intptr_t)data, bytes, sizeof bytes) > 0)
		;
	return NULL;
}

static void readers_race(void)
{
	pthread_t readers[READERS];
	int ends[2];
	REQUIRE(pipe(ends) == 0);
	source = ends[0];
	written = false;
	for (int i = 0; i < READERS; i++)
		pthread_create(&readers[i], NULL, reader_run, NULL);
	/* Each finds all of them waiting, and they wake up for one byte. */
	for (int i = 0; i < MESSAGES; i++) {
		REQUIRE(write(ends[1], "x", 1) == 1);
		for (int left = 1; left;)
			REQUIRE(sched_yield() == 0 && ioctl(ends[0], FIONREAD, &left) == 0);
	}
	written = true;
	close(ends[1]);
	for (int i = 0; i < READERS; i++) {
		void *said;
		pthread_join(readers[i], &said);
		SHOW((intptr_t)said);
	}
	close(ends[0]);
}

CHECK(splice_readers_to_file, "splice")
{
	sink = open("/dev/null", O_WRONLY);
	CALL(splice, -1, NULL, sink, NULL, 1, 0);
	readers_race();
}

CHECK(splice_readers_to_pipe, "splice")
{
	pthread_t drain;
	int ends[2];
	REQUIRE(pipe(ends) == 0);
	pthread_create(&drain, NULL, drain_run, (void *)(intptr_t)ends[0]);
	sink = ends[1];
	CALL(splice, -1, NULL, sink, NULL, 1, 0);
	readers_race();
	close(sink);
	pthread_join(drain, NULL);
}
