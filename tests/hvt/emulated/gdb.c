/* A debugger's first words with solo5-hvt-debug: single steps and, where they can be, breakpoints of both kinds. */
#include <arpa/inet.h>
#include <elf.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/hvt/emulated/gdb.h"

#define PORT 1234
#define ANSWER_MAX 64

void loopback_up(void)
{
	struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		panic("lo");
	close(fd);
}

static unsigned long entry_of(const char *path)
{
	Elf64_Ehdr header = {.e_entry = 0};
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, &header, sizeof(header)) != sizeof(header))
		panic(path);
	close(fd);
	return header.e_entry;
}

/* Sends the command; true if the answer, behind its acknowledgement, is the one expected. */
static bool exchange(int fd, const char *command, const char *expected)
{
	char packet[ANSWER_MAX];
	char answer[ANSWER_MAX] = "";
	size_t wanted = strlen(expected) + 5; /* + $ # and the sum */
	size_t got = 0;
	unsigned sum = 0;

	for (const char *c = command; *c; c++)
		sum += (unsigned char)*c;
	snprintf(packet, sizeof(packet), "$%s#%02x", command, sum & 0xff);
	if (write(fd, packet, strlen(packet)) != (ssize_t)strlen(packet))
		return false;
	while (got < wanted) {
		ssize_t more = read(fd, answer + got, wanted - got);

		if (more <= 0)
			break;
		got += (size_t)more;
	}
	if (got == wanted && strncmp(answer, "+$", 2) == 0 && strncmp(answer + 2, expected, strlen(expected)) == 0)
		return true;
	printf("# %s: %s instead of %s\n", command, answer, expected);
	return false;
}

static bool session(unsigned long entry)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	char point[ANSWER_MAX];
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool good;

	inet_aton("127.0.0.1", &address.sin_addr);
	good = connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
	if (HAS_BREAKPOINTS) {
		snprintf(point, sizeof(point), "Z0,%lx,%d", entry, BREAK_BYTES);
		good = good && exchange(fd, point, "OK") && exchange(fd, "c", "S05");
		point[0] = 'z';
		good = good && exchange(fd, point, "OK");
	}
	good = good && exchange(fd, "s", "S05");
	if (HAS_BREAKPOINTS) {
		/* Once more from the entry, for the hardware's. */
		snprintf(point, sizeof(point), "Z1,%lx,%d", entry, BREAK_BYTES);
		good = good && exchange(fd, point, "OK");
		snprintf(point, sizeof(point), "c%lx", entry);
		good = good && exchange(fd, point, "S05");
		snprintf(point, sizeof(point), "z1,%lx,%d", entry, BREAK_BYTES);
		good = good && exchange(fd, point, "OK");
	}
	good = good && exchange(fd, "c", "W00");
	close(fd);
	return good;
}

void gdb_test(const char *tender, const char *guest)
{
	static struct process process;
	const char *const argv[] = {tender, "--mem=4", "--gdb", guest, NULL};
	bool good;

	process_start(&process, argv);
	good = process_read(&process, "Waiting for a debugger") && session(entry_of(guest));
	good = process_end(&process) == EXITED(0) && good;
	tap_result(good && strstr(process.output, "SUCCESS\n"), "gdb", process.output);
}
