/* A static program for the tests of tend trace and tend stat: `guest calls`, `guest traps`, `guest crash`. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NUMBER_UNKNOWN 499 /* Linux has none */
#define NUMBER_BEYOND 4000 /* of any table */

/* Known, unknown, and with a failure. */
static int calls(void)
{
	for (int i = 0; i < 7; i++)
		syscall(SYS_getppid);
	syscall(NUMBER_UNKNOWN);
	syscall(NUMBER_UNKNOWN);
	syscall(NUMBER_BEYOND);
	return access("/missing\n\"name\"", R_OK) ? 3 : 0;
}

/* System call instructions that no image builder has seen. */
static int traps(void)
{
	static const unsigned char code[] = {0xb8, SYS_getppid, 0, 0, 0, 0x0f, 0x05, 0xc3};
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long (*call)(void) = (long (*)(void))page;

	memcpy(page, code, sizeof(code));
	for (int i = 0; i < 5; i++) {
		if (call() < 0)
			return 1;
	}
	return 0;
}

static int crash(void)
{
	*(volatile int *)8 = 1;
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "calls") == 0)
		return calls();
	if (argc == 2 && strcmp(argv[1], "traps") == 0)
		return traps();
	return argc == 2 && strcmp(argv[1], "crash") == 0 ? crash() : 2;
}
