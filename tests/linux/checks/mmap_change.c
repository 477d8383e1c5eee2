/* What mappings show of files that change: truncated, with new holes, filled; in this process and in others. */
#include "../family.h"

#include <linux/falloc.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define READ_WRITE (PROT_READ | PROT_WRITE)
#define PUNCH (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE)

static sigjmp_buf back;

static void caught(int signal)
{
	siglongjmp(back, signal);
}

/* The byte there, or the negative number of the signal that reading it raises. */
static int peek(const volatile char *at)
{
	struct sigaction action = {.sa_handler = caught};
	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
	int signal = sigsetjmp(back, 1);
	return signal ? -signal : *at;
}

static void show(const char *what, const char *memory, int pages)
{
	char text[200] = "";
	for (int i = 0; i < pages; i++) {
		int byte = peek(memory + i * PAGE);
		size_t length = strlen(text);
		if (byte > ' ')
			text[length] = (char)byte;
		else
			strcat(text, byte == 0 ? "0" : byte == -SIGBUS ? " BUS" : byte == -SIGSEGV ? " SEGV" : "?");
	}
	NOTE("%s: %s", what, text);
}

/* A file of so many pages, each full of a letter of its own. */
static int lettered(const char *name, int pages)
{
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0644);
	char bytes[PAGE];
	for (int i = 0; i < pages; i++) {
		memset(bytes, 'a' + i, PAGE);
		if (pwrite(fd, bytes, PAGE, i * PAGE) != PAGE)
			return -1;
	}
	return fd;
}

/* New pages full of another letter, so that pages that were given up get something else in them. */
static void pages_use(const char *name)
{
	char bytes[PAGE];
	int fd = open(name, O_RDWR | O_CREAT, 0644), written = 0;
	memset(bytes, '!', PAGE);
	while (written < 64 && write(fd, bytes, PAGE) == PAGE)
		written++;
	if (written != 64)
		NOTE("no pages to use");
	close(fd);
}

/* A child that tells what it sees. */
struct watcher {
	pid_t pid;
	volatile struct question {
		const volatile char *at;
		int asked, answered;
		int byte;
	} * question;
	bool spins;
	struct gate gate;
	int *memory; /* of the question */
};

static void answer(struct watcher *watcher)
{
	for (int i = 1;; i++) {
		if (!watcher->spins)
			gate_wait(&watcher->gate);
		while (watcher->question->asked != i)
			;
		watcher->question->byte = peek(watcher->question->at);
		watcher->question->answered = i;
	}
}

static struct watcher watcher_start(bool spins)
{
	struct watcher watcher = {.memory = family_memory(), .spins = spins, .gate = gate_make()};
	watcher.question = (void *)watcher.memory;
	watcher.pid = family_fork();
	if (watcher.pid == 0)
		answer(&watcher);
	return watcher;
}

static int ask(struct watcher *watcher, const char *at)
{
	watcher->question->at = at;
	int number = __atomic_add_fetch(&watcher->question->asked, 1, __ATOMIC_SEQ_CST);
	if (!watcher->spins)
		gate_open(&watcher->gate);
	family_word_is(&watcher->question->answered, number);
	return watcher->question->byte;
}

static void watcher_end(struct watcher *watcher)
{
	family_kill(watcher->pid);
	munmap(watcher->memory, PAGE);
}

#define ASK(at) NOTE("the other process, " #at ": %d", ask(&watcher, at))

CHECK(mmap_change_truncated_elsewhere, "mmap,ftruncate")
{
	for (int spins = 0; spins < 2; spins++) {
		int fd = lettered("a", 4);
		char *shared = MAP(NULL, 4 * PAGE, READ_WRITE, MAP_SHARED, fd, 0);
		char *private = MAP(NULL, 4 * PAGE, READ_WRITE, MAP_PRIVATE, fd, 0);
		REQUIRE(shared && private);
		private[2 * PAGE] = 'P';
		struct watcher watcher = watcher_start(spins);
		ASK(shared + 2 * PAGE);
		ASK(private + 2 * PAGE);
		CALL(ftruncate, fd, PAGE + 1);
		ASK(shared + 2 * PAGE);
		ASK(private + 2 * PAGE);
		ASK(private + 3 * PAGE);
		ASK(shared);
		ASK(shared + PAGE + 1);
		CALL(ftruncate, fd, 4 * PAGE);
		pages_use("b");
		ASK(shared + 2 * PAGE);
		ASK(shared + 3 * PAGE);
		ASK(private + 2 * PAGE);
		ASK(private + 3 * PAGE);
		memset(shared, 'z', 4 * PAGE);
		ASK(shared + 3 * PAGE);
		ASK(private + 3 * PAGE);
		watcher_end(&watcher);
	}
}

CHECK(mmap_change_holes_elsewhere, "mmap,fallocate,ftruncate")
{
	for (int spins = 0; spins < 2; spins++) {
		int fd = lettered("a", 3);
		CALL(ftruncate, fd, 6 * PAGE);
		char *reader = MAP(NULL, 6 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
		char *private = MAP(NULL, 6 * PAGE, READ_WRITE, MAP_PRIVATE, fd, 0);
		REQUIRE(reader && private);
		private[0] = private[4 * PAGE] = 'P';
		struct watcher watcher = watcher_start(spins);
		ASK(reader + 3 * PAGE);
		ASK(private + 3 * PAGE);
		ASK(private + 4 * PAGE);
		QUIET(pwrite64, fd, "345", 3, 3 * PAGE);
		ASK(reader + 3 * PAGE);
		ASK(private + 3 * PAGE);
		char *writer = MAP(NULL, 6 * PAGE, READ_WRITE, MAP_SHARED, fd, 0);
		REQUIRE(writer);
		writer[4 * PAGE] = 'W', writer[5 * PAGE] = 'X';
		ASK(reader + 4 * PAGE);
		ASK(private + 4 * PAGE);
		ASK(private + 5 * PAGE);
		CALL(fallocate, fd, PUNCH, 0, 2 * PAGE);
		pages_use("b");
		ASK(reader);
		ASK(reader + PAGE);
		ASK(reader + 2 * PAGE);
		ASK(private);
		ASK(private + PAGE);
		writer[0] = 'V';
		ASK(reader);
		ASK(private);
		show("here, private", private, 6);
		watcher_end(&watcher);
	}
}

CHECK(mmap_change_own_pages, "mmap,fallocate,ftruncate,madvise,mprotect")
{
	int fd = lettered("a", 6);
	char *memory = MAP(NULL, 6 * PAGE, READ_WRITE, MAP_PRIVATE, fd, 0);
	REQUIRE(memory);
	memory[PAGE] = memory[3 * PAGE] = memory[5 * PAGE] = 'P';
	CALL(mprotect, memory + 3 * PAGE, 2 * PAGE, PROT_READ);
	CALL(mprotect, memory + 5 * PAGE, PAGE, PROT_NONE);
	CALL(fallocate, fd, PUNCH, 0, 6 * PAGE);
	pages_use("b");
	CALL(mprotect, memory + 5 * PAGE, PAGE, READ_WRITE);
	show("after the hole was made", memory, 6);
	EXPECT(peek(memory + PAGE + 1) == 'b');
	memory[PAGE + 1] = 'Q';
	CALL(mprotect, memory, 6 * PAGE, READ_WRITE);
	QUIET(pwrite64, fd, "newer", 5, 0);
	QUIET(pwrite64, fd, "newer", 5, PAGE);
	show("after it was filled", memory, 6);
	CALL(madvise, memory + PAGE, 3 * PAGE, MADV_DONTNEED);
	show("dropped", memory, 6);
	CALL(ftruncate, fd, 4 * PAGE);
	show("shortened", memory, 6);
	CALL(ftruncate, fd, 6 * PAGE);
	show("and back", memory, 6);
}

CHECK(mmap_change_then_moved, "mmap,fallocate,mremap,fork,munmap")
{
	int fd = lettered("a", 4);
	char *memory = MAP(NULL, 4 * PAGE, READ_WRITE, MAP_PRIVATE, fd, 0);
	REQUIRE(memory);
	memory[PAGE] = memory[2 * PAGE] = 'P';
	CALL(fallocate, fd, PUNCH, 0, 4 * PAGE);
	pages_use("b");
	char *place = MAP(NULL, 8 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *moved = REMAP(memory, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, place);
	REQUIRE(moved);
	show("moved", moved, 4);
	show("where it was", memory, 4);
	pid_t child = family_fork();
	if (child == 0) {
		moved[0] = 'C';
		_exit(peek(moved + PAGE) == 'P' && peek(moved + 3 * PAGE) == 0 ? 7 : 8);
	}
	family_end("child", child);
	show("here still", moved, 4);
	CALL(munmap, moved + PAGE, PAGE);
	CALL(ftruncate, fd, 0);
	show("empty", moved, 4);
}

CHECK(mmap_change_grows_elsewhere, "mmap,pwrite64")
{
	int fd = lettered("a", 1), ends[2];
	char *shared = MAP(NULL, 8 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	char *private = MAP(NULL, 8 * PAGE, READ_WRITE, MAP_PRIVATE, fd, 0);
	REQUIRE(shared && private && pipe(ends) == 0);
	struct gate gate = gate_make();
	pid_t child = family_fork();
	if (child == 0) {
		private[0] = 'P';
		gate_wait(&gate);
		/* By the kernel, before anyone touched it. */
		bool read_there = write(ends[1], shared + PAGE, 1) == 1 && write(ends[1], private + 2 * PAGE, 1) == 1;
		private[2 * PAGE] = 'Q';
		gate_wait(&gate);
		bool kept = peek(private) == 'P' && peek(private + 2 * PAGE) == 'Q' && peek(private + 4 * PAGE) == 'e';
		_exit(read_there * 2 + kept);
	}
	EXPECT(family_state_is(child, "S"));
	QUIET(pwrite64, fd, "b", 1, PAGE);
	QUIET(pwrite64, fd, "c", 1, 2 * PAGE);
	gate_open(&gate);
	char bytes[2];
	EXPECT(read(ends[0], bytes, 1) == 1 && read(ends[0], bytes + 1, 1) == 1);
	SHOW_TEXT(bytes, 2);
	QUIET(pwrite64, fd, "e", 1, 4 * PAGE);
	gate_open(&gate);
	family_end("child", child);
	show("private, here", private, 6);
}

/* The page that is written back as it was lies next to the program that runs. */
CHECK(mmap_change_of_image, "mmap,pwrite64,readlink")
{
	char name[300], byte;
	long length = QUIET(readlink, "/proc/self/exe", name, 250);
	REQUIRE(length > 0);
	name[length] = 0;
	strcpy(strrchr(name, '/'), "/report-static");
	int fd = open(name, O_RDWR);
	REQUIRE(fd >= 0 && pread(fd, &byte, 1, 9) == 1);
	char *shared = MAP(NULL, 4 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	char *private = MAP(NULL, 4 * PAGE, READ_WRITE, MAP_PRIVATE, fd, 0);
	REQUIRE(shared && private);
	private[100] = 'P';
	char *second = MAP(NULL, PAGE, READ_WRITE, MAP_PRIVATE, fd, 0);
	struct watcher watcher = watcher_start(true);
	ASK(shared + 9);
	QUIET(pwrite64, fd, "S", 1, 9);
	ASK(shared + 9);
	ASK(second + 9);
	ASK(private + 100);
	ASK(private + 9);
	SHOW(shared[9]);
	SHOW(second[9]);
	SHOW(private[9]);
	QUIET(pwrite64, fd, &byte, 1, 9);
	ASK(second + 9);
	watcher_end(&watcher);
}

/* Pages that go back and forth between two files, one of which others watch. */
CHECK(mmap_change_never_foreign, "mmap,ftruncate,fallocate")
{
	int fd = lettered("a", 0), foreign = 0, torn = 0;
	char *shared = MAP(NULL, 8 * PAGE, READ_WRITE, MAP_SHARED, fd, 0);
	char *private = MAP(NULL, 8 * PAGE, READ_WRITE, MAP_PRIVATE, fd, 0);
	volatile int *word = family_memory();
	REQUIRE(shared && private);
	pid_t children[2];
	for (int i = 0; i < 2; i++) {
		children[i] = family_fork();
		if (children[i])
			continue;
		for (int at = 0; !word[0]; at = (at + 1) % 8) {
			int byte = peek(shared + at * PAGE), own = peek(private + at * PAGE);
			foreign |= byte == '!' || own == '!';
			torn |= byte > 0 && byte != 'a' + at;
			if (i == 1)
				sched_yield();
		}
		_exit(foreign + 2 * torn);
	}
	for (int i = 0; i < 200; i++) {
		char bytes[PAGE];
		for (int page = 0; page < 8; page++) {
			memset(bytes, 'a' + page, PAGE);
			QUIET(pwrite64, fd, bytes, PAGE, page * PAGE);
		}
		if (i % 2)
			QUIET(ftruncate, fd, 2 * PAGE);
		else
			QUIET(fallocate, fd, PUNCH, PAGE, 6 * PAGE);
		unlink("b");
		pages_use("b");
	}
	word[0] = 1;
	family_end("first", children[0]);
	family_end("second", children[1]);
}

struct counting {
	volatile long *memory;
	volatile int *stop;
	int index;
	long lost;
};

/* Counts up in four pages of its process's own, while their file changes. */
static void *count_up(void *data)
{
	struct counting *counting = data;
	for (long i = 1; !*counting->stop; i++) {
		for (int page = 0; page < 4; page++) {
			volatile long *word = counting->memory + page * (PAGE / 8) + counting->index;
			counting->lost += *word != i - 1;
			*word = i;
		}
	}
	return NULL;
}

CHECK(mmap_change_threads_keep, "mmap,fallocate,pwrite64")
{
	int fd = lettered("a", 8);
	volatile int *stop = family_memory();
	long *private = MAP(NULL, 8 * PAGE, READ_WRITE, MAP_PRIVATE, fd, 0);
	REQUIRE(private);
	memset(private, 0, 4 * PAGE);
	private[0] = private[PAGE / 8] = private[2 * PAGE / 8] = private[3 * PAGE / 8] = 1;
	pid_t child = family_fork();
	if (child == 0) {
		struct counting counting[3];
		pthread_t threads[3];
		long lost = 0;
		for (int i = 0; i < 3; i++) {
			counting[i] = (struct counting){private, stop, i + 1, 0};
			pthread_create(&threads[i], NULL, count_up, &counting[i]);
		}
		for (int i = 0; i < 3; i++) {
			pthread_join(threads[i], NULL);
			lost += counting[i].lost;
		}
		_exit(lost != 0);
	}
	for (int i = 0; i < 200; i++) {
		QUIET(fallocate, fd, PUNCH, 0, 8 * PAGE);
		pages_use("b");
		unlink("b");
		QUIET(pwrite64, fd, "filled", 6, i % 8 * PAGE);
	}
	*stop = 1;
	family_end("counting", child);
	show("here", (char *)private, 4);
}
