/*
 * with_socket TYPE TASK FD COMMAND...
 * Runs the command with one end of a pair of sockets as descriptor FD and acts as the network on the other end:
 *   ping   asks for 10.0.0.3 and 10.0.0.2 by ARP, prints whose the latter is (the former must be nobody's), and pings
 *          it once
 *   mute   reads nothing at all
 * Exits with the command's status, or 125 if the network's side went wrong.
 */
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define FRAME_MAX 1514
#define PATIENCE_MS 60000

static const uint8_t arp_request[42] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2,  0, 0, 0, 0, 1, 8, 6,              /* broadcast */
	0,    1,    8,    0,    6,    4,    0,  1, 2, 0, 0, 0, 0, 1, 10, 0, 0, 1, /* who has ...? tell 10.0.0.1 */
	0,    0,    0,    0,    0,    0,    10, 0, 0, 2,                          /* 10.0.0.2 */
};

/* An echo request without data; the checksums are those of exactly these bytes. */
static const uint8_t echo_request[42] = {
	0, 0,  0, 0,    0,    0,  2, 0, 0, 0,  0, 1, 8, 0, 0x45, 0,    0,    28, 0, 0, 0,
	0, 64, 1, 0x66, 0xdf, 10, 0, 0, 1, 10, 0, 0, 2, 8, 0,    0xf7, 0xfd, 0,  1, 0, 1,
};

static void fail(const char *what)
{
	fprintf(stderr, "with_socket: %s\n", what);
	exit(125);
}

/* The next frame of that EtherType; others are skipped. */
static void frame_receive(int fd, uint8_t low_byte, uint8_t *frame)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

	do {
		if (poll(&poll_fd, 1, PATIENCE_MS) != 1 || read(fd, frame, FRAME_MAX) < 42)
			fail("no answer");
	} while (frame[12] != 8 || frame[13] != low_byte);
}

static void ping(int fd)
{
	uint8_t frame[FRAME_MAX];
	uint8_t mac[6];

	memcpy(frame, arp_request, sizeof(arp_request));
	frame[41] = 3;
	if (write(fd, frame, sizeof(arp_request)) != sizeof(arp_request) ||
	    write(fd, arp_request, sizeof(arp_request)) != sizeof(arp_request))
		fail("could not ask");
	frame_receive(fd, 6, frame);
	if (frame[21] != 2 || memcmp(frame + 28, arp_request + 38, 4) != 0 || memcmp(frame, arp_request + 6, 6) != 0)
		fail("not an answer to the question");
	memcpy(mac, frame + 22, sizeof(mac));
	fprintf(stderr, "10.0.0.2 is at %02x:%02x:%02x:%02x:%02x:%02x\n", mac[0], mac[1], mac[2], mac[3], mac[4],
		mac[5]);

	memcpy(frame, echo_request, sizeof(echo_request));
	memcpy(frame, mac, sizeof(mac));
	if (write(fd, frame, sizeof(echo_request)) != sizeof(echo_request))
		fail("could not ping");
	frame_receive(fd, 0, frame);
	if (frame[34] != 0 || memcmp(frame + 6, mac, sizeof(mac)) != 0)
		fail("not an echo");
}

int main(int argc, char **argv)
{
	int type = 0;
	int fds[2];
	int status;
	pid_t pid;

	if (argc < 5)
		fail("usage");
	if (strcmp(argv[1], "seqpacket") == 0)
		type = SOCK_SEQPACKET;
	else if (strcmp(argv[1], "dgram") == 0)
		type = SOCK_DGRAM;
	else if (strcmp(argv[1], "stream") == 0)
		type = SOCK_STREAM;
	if (socketpair(AF_UNIX, type, 0, fds) < 0)
		fail("no sockets");
	pid = fork();
	if (pid == 0) {
		close(fds[0]);
		if (dup2(fds[1], atoi(argv[3])) < 0)
			fail("no descriptor");
		if (fds[1] != atoi(argv[3]))
			close(fds[1]);
		execvp(argv[4], argv + 4);
		fail(argv[4]);
	}
	close(fds[1]);
	if (strcmp(argv[2], "ping") == 0)
		ping(fds[0]);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		fail("no command");
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
