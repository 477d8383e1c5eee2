/* A network device: this process is the host behind the tap and pings the guest. */
#include "init.h"

#include <arpa/inet.h>
#include <asm/unistd.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/ip_icmp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <unistd.h>

#define TAP "tap0"
#define TUN_MODULE "/tun.ko"
#define HOST_ADDRESS "10.0.0.1"
#define GUEST_ADDRESS "10.0.0.2"
#define PINGS 3
#define PINGS_ARGUMENT "3"
#define PAYLOAD_BYTES 1000

static struct process process;

void module_load(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || syscall(__NR_finit_module, fd, "", 0) < 0)
		panic(path);
	close(fd);
}

static void tap_make(void)
{
	struct ifreq request = {.ifr_name = TAP, .ifr_flags = IFF_TAP | IFF_NO_PI};
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	if (fd < 0 || ioctl(fd, TUNSETIFF, &request) < 0 || ioctl(fd, TUNSETPERSIST, 1) < 0)
		panic("/dev/net/tun");
	close(fd);
}

static void tap_configure(void)
{
	struct ifreq request = {.ifr_name = TAP};
	struct sockaddr_in *address = (struct sockaddr_in *)&request.ifr_addr;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool done;

	address->sin_family = AF_INET;
	inet_aton(HOST_ADDRESS, &address->sin_addr);
	done = ioctl(fd, SIOCSIFADDR, &request) == 0;
	inet_aton("255.255.255.0", &address->sin_addr);
	done = done && ioctl(fd, SIOCSIFNETMASK, &request) == 0;
	request.ifr_flags = IFF_UP;
	if (!done || ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		panic(TAP);
	close(fd);
}

/* RFC 1071. */
static uint16_t checksum(const void *data, size_t size)
{
	const uint16_t *words = data;
	uint32_t sum = 0;

	for (size_t i = 0; i < size / 2; i++)
		sum += words[i];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

struct echo {
	struct icmphdr header;
	char payload[PAYLOAD_BYTES];
};

/* Sends one echo request; true when the answer carries the same bytes. */
static bool ping(int fd, uint16_t sequence)
{
	struct sockaddr_in to = {.sin_family = AF_INET};
	struct echo echo = {.header = {.type = ICMP_ECHO}};
	struct {
		struct iphdr ip;
		struct echo echo;
	} answer;

	inet_aton(GUEST_ADDRESS, &to.sin_addr);
	echo.header.un.echo.sequence = htons(sequence);
	memset(echo.payload, 'a' + sequence, sizeof(echo.payload));
	echo.header.checksum = checksum(&echo, sizeof(echo));
	return sendto(fd, &echo, sizeof(echo), 0, (const struct sockaddr *)&to, sizeof(to)) == sizeof(echo) &&
	       recv(fd, &answer, sizeof(answer), 0) == sizeof(answer) && answer.echo.header.type == ICMP_ECHOREPLY &&
	       answer.echo.header.un.echo.sequence == echo.header.un.echo.sequence &&
	       memcmp(answer.echo.payload, echo.payload, sizeof(echo.payload)) == 0;
}

static bool all_pinged(void)
{
	struct timeval timeout = {.tv_sec = 10};
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
	bool all = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) == 0;

	for (uint16_t i = 0; i < PINGS; i++)
		all = all && ping(fd, i);
	close(fd);
	return all;
}

void ping_test(const char *name, const char *tender, const char *guest)
{
	const char *const argv[] = {tender, "--net:service0=" TAP, guest, PINGS_ARGUMENT, NULL};
	bool pinged;

	process_start(&process, argv);
	pinged = process_read(&process, "READY\n") && all_pinged();
	tap_result(process_end(&process) == EXITED(0) && pinged && strstr(process.output, "SUCCESS\n"), name,
		   process.output);
}

void net_prepare(void)
{
	module_load(TUN_MODULE);
	tap_make();
	tap_configure();
}

void test_net(void)
{
	net_prepare();
	ping_test("net", TENDER, GUEST("net"));
	ping_test("solo5 net", TENDER, SOLO5_GUEST("net"));
}
