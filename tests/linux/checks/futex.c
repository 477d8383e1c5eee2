/* futex: operations and their errors, between threads and between processes. */
#include "../family.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sys/mman.h>
#include <time.h>

static uint32_t words[4];

CHECK(futex_errors, "futex")
{
	struct timespec bad = {0, 1000000000}, time = {0, 1000000}, negative = {-1, 0};
	char *page = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CALL(futex, words, FUTEX_WAIT, 1, NULL);
	CALL(futex, (char *)words + 1, FUTEX_WAIT, 0, NULL);
	CALL(futex, (char *)words + 1, FUTEX_WAKE, 1);
	CALL(futex, words, FUTEX_WAIT, 0, &bad);
	CALL(futex, words, FUTEX_WAIT, 0, &negative);
	CALL(futex, words, FUTEX_WAIT, 0, &time);
	CALL(futex, words, FUTEX_WAIT, 0, (void *)8);
	CALL(futex, words, FUTEX_WAIT_BITSET, 0, &time, NULL, 0);
	CALL(futex, words, FUTEX_WAIT_BITSET, 0, &time, NULL, 1); /* long ago */
	CALL(futex, words, FUTEX_WAKE_BITSET, 1, NULL, NULL, 0);
	CALL(futex, page, FUTEX_WAIT, 0, NULL);
	CALL(futex, page, FUTEX_WAKE, 1);
	CALL(futex, page, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1);
	CALL(futex, 8, FUTEX_WAIT, 0, NULL);
	CALL(futex, words, 77, 0, NULL);
	CALL(futex, words, FUTEX_WAKE | FUTEX_CLOCK_REALTIME, 1);
	CALL(futex, words, FUTEX_WAIT | FUTEX_CLOCK_REALTIME, 1, NULL);
	CALL(futex, words, FUTEX_FD, 0);
	CALL(futex, words, FUTEX_CMP_REQUEUE, 1, 1, words + 1, 5);
	CALL(futex, words, FUTEX_CMP_REQUEUE, 1, 1, words + 1, 0);
	CALL(futex, words, FUTEX_REQUEUE, 1, 1, (char *)words + 2, 0);
	CALL(futex, words, FUTEX_WAKE_OP, 1, 1, words + 1, FUTEX_OP(15, 1, FUTEX_OP_CMP_EQ, 0));
	CALL(futex, words, FUTEX_WAKE_OP, 1, 1, words + 1, FUTEX_OP(FUTEX_OP_ADD, 5, FUTEX_OP_CMP_EQ, 0));
	SHOW(words[1]);
	munmap(page, PAGE);
}

struct sleeper {
	pthread_t thread;
	uint32_t *word, bits;
	long result;
	volatile pid_t tid;
};

static void *sleeping_thread(void *data)
{
	struct sleeper *sleeper = data;
	sleeper->tid = gettid();
	sleeper->result = QUIET(futex, sleeper->word, FUTEX_WAIT_BITSET, 0, NULL, NULL, sleeper->bits);
	return NULL;
}

static void sleepers_start(struct sleeper *sleepers, int count, uint32_t *word)
{
	for (int i = 0; i < count; i++) {
		sleepers[i] = (struct sleeper){.word = word, .bits = 1u << i};
		pthread_create(&sleepers[i].thread, NULL, sleeping_thread, &sleepers[i]);
		while (!sleepers[i].tid)
			usleep(1000);
		EXPECT(family_thread_is(getpid(), sleepers[i].tid, "S"));
	}
	usleep(20000); /* in the futex, not before it */
}

static void sleepers_join(struct sleeper *sleepers, int count)
{
	for (int i = 0; i < count; i++) {
		pthread_join(sleepers[i].thread, NULL);
		SHOW(sleepers[i].result);
	}
}

CHECK(futex_wakes, "futex")
{
	struct sleeper sleepers[4];
	words[0] = 0;
	sleepers_start(sleepers, 4, words);
	CALL(futex, words, FUTEX_WAKE_BITSET, 10, NULL, NULL, 1 << 2);
	CALL(futex, words, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 10); /* another kind */
	CALL(futex, words, FUTEX_WAKE, 1);
	CALL(futex, words, FUTEX_WAKE, 0);
	CALL(futex, words, FUTEX_WAKE, 10);
	sleepers_join(sleepers, 4);
}

CHECK(futex_requeues, "futex")
{
	struct sleeper sleepers[4];
	words[0] = words[1] = 0;
	sleepers_start(sleepers, 4, words);
	CALL(futex, words, FUTEX_CMP_REQUEUE, 1, 2, words + 1, 0);
	CALL(futex, words + 1, FUTEX_WAKE, 10);
	CALL(futex, words, FUTEX_REQUEUE, 0, 10, words + 2);
	CALL(futex, words, FUTEX_WAKE, 10);
	CALL(futex, words + 2, FUTEX_WAKE_OP, 10, 10, words + 3, FUTEX_OP(FUTEX_OP_SET, 7, FUTEX_OP_CMP_EQ, 0));
	SHOW(words[3]);
	sleepers_join(sleepers, 4);
}

/* The same memory at different addresses, of different kinds, in different processes. */
CHECK(futex_between_processes, "futex,fork")
{
	int memfd = memfd_create("words", 0), file = open("file", O_RDWR | O_CREAT, 0644);
	REQUIRE(ftruncate(memfd, PAGE) == 0 && ftruncate(file, PAGE) == 0);
	for (int kind = 0; kind < 3; kind++) {
		int fd = kind == 1 ? memfd : kind == 2 ? file : -1;
		int flags = MAP_SHARED | (kind ? 0 : MAP_ANONYMOUS);
		uint32_t *shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, flags, fd, 0);
		pid_t child = family_fork();
		if (child == 0) {
			uint32_t *own = kind ? mmap(NULL, PAGE, PROT_READ | PROT_WRITE, flags, fd, 0) : shared;
			_exit(QUIET(futex, own, FUTEX_WAIT, 0, NULL) != 0);
		}
		EXPECT(family_state_is(child, "S"));
		usleep(20000);
		SHOW(QUIET(futex, shared, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1));
		SHOW(QUIET(futex, shared, FUTEX_WAKE, 1));
		family_end("child", child);
		munmap(shared, PAGE);
	}
}

CHECK(futex_inheriting, "futex")
{
	struct timespec past = {1, 0};
	words[0] = 0;
	CALL(futex, words, FUTEX_UNLOCK_PI, 0);
	CALL(futex, words, FUTEX_LOCK_PI, 0, NULL);
	EXPECT(words[0] == (uint32_t)gettid());
	CALL(futex, words, FUTEX_LOCK_PI, 0, NULL);
	CALL(futex, words, FUTEX_TRYLOCK_PI, 0);
	CALL(futex, words, FUTEX_UNLOCK_PI, 0);
	SHOW(words[0]);
	CALL(futex, words, FUTEX_TRYLOCK_PI, 0);
	CALL(futex, words, FUTEX_UNLOCK_PI, 0);
	words[0] = 1 << 22; /* nobody has that id */
	CALL(futex, words, FUTEX_LOCK_PI, 0, NULL);
	uint32_t *shared = (uint32_t *)family_memory();
	SHOW(QUIET(futex, shared, FUTEX_LOCK_PI, 0, NULL));
	pid_t child = family_fork();
	if (child == 0) {
		CALL(futex, shared, FUTEX_LOCK_PI, 0, &past);
		CALL(futex, shared, FUTEX_TRYLOCK_PI, 0);
		CALL(futex, shared, FUTEX_UNLOCK_PI, 0);
		_exit(0);
	}
	family_end("child", child);
	EXPECT((shared[0] & FUTEX_TID_MASK) == (uint32_t)gettid());
	SHOW(QUIET(futex, shared, FUTEX_UNLOCK_PI, 0));
}
