/*
 * parallel [NAME...]: what something costs while another thread does the same all the time, on another CPU if there is
 * one (program.h).
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>

#include "bench/linux/place.h"
#include "bench/linux/program.h"

#define FILE_PATH "/usr/lib/x86_64-linux-gnu/libc.so.6"
#define NUMBERS 100000u

static int file;
static __thread int ends[2];
static pthread_t partner;
static void (*partner_call)(void);
static volatile bool is_ending;

static void pread_64(void)
{
	char bytes[64];

	check(pread(file, bytes, sizeof(bytes), 64) == sizeof(bytes), "pread");
}

/* Each thread has a pipe of its own. */
static void pipe_write_read(void)
{
	char bytes[64] = {0};

	check(write(ends[1], bytes, sizeof(bytes)) == sizeof(bytes), "pipe write");
	check(read(ends[0], bytes, sizeof(bytes)) == sizeof(bytes), "pipe read");
}

static void compute(void)
{
	uint64_t number = 88172645463325252u;

	/* Marsaglia's xorshift64 */
	for (unsigned i = 0; i < NUMBERS; i++) {
		number ^= number << 13;
		number ^= number >> 7;
		number ^= number << 17;
	}
	__asm__ volatile("" : : "r"(number));
}

static void *partner_run(void *unused)
{
	cpu_take(1);
	check(pipe(ends) == 0, "pipe");
	while (!is_ending)
		partner_call();
	return unused;
}

static void partner_begin(void (*call)(void))
{
	partner_call = call;
	is_ending = false;
	check(pthread_create(&partner, NULL, partner_run, NULL) == 0, "pthread_create");
}

static void partner_end(void)
{
	is_ending = true;
	pthread_join(partner, NULL);
}

static void pread_begin(void)
{
	partner_begin(pread_64);
}

static void pipe_begin(void)
{
	partner_begin(pipe_write_read);
}

static void compute_begin(void)
{
	partner_begin(compute);
}

static const struct measured operations[] = {
	{{"pread_64", pread_64}, pread_begin, partner_end},
	{{"pipe_write_read", pipe_write_read}, pipe_begin, partner_end},
	{{"compute", compute}, compute_begin, partner_end},
};

int main(int argc, char **argv)
{
	(void)argc;
	cpu_take(0);
	file = open(FILE_PATH, O_RDONLY);
	check(file >= 0, FILE_PATH);
	check(pipe(ends) == 0, "pipe");
	measured_run(operations, sizeof(operations) / sizeof(operations[0]), argv + 1);
	return 0;
}
