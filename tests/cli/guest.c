/*
 * A static program for the tests of tend trace and tend stat: `guest calls`, `guest traps`, `guest crash`; and of
 * published ports: `guest echo`, a server on UDP port 53.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
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

/* Answers datagrams until it is killed: one may be lost. */
static int udp_echo(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(53)};
	socklen_t bytes = sizeof(address);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	char text[100];
	ssize_t got;

	if (bind(fd, (struct sockaddr *)&address, bytes) < 0 || puts("READY") < 0 || fflush(stdout) != 0)
		return 1;
	do {
		bytes = sizeof(address);
		got = recvfrom(fd, text, sizeof(text), 0, (struct sockaddr *)&address, &bytes);
	} while (got >= 0 && sendto(fd, text, (size_t)got, 0, (struct sockaddr *)&address, bytes) == got);
	return 1;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "calls") == 0)
		return calls();
	if (argc == 2 && strcmp(argv[1], "traps") == 0)
		return traps();
	if (argc == 2 && strcmp(argv[1], "echo") == 0)
		return udp_echo();
	return argc == 2 && strcmp(argv[1], "crash") == 0 ? crash() : 2;
}
