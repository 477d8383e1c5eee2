/*
 * with_interface KIND NAME FD COMMAND...
 * Opens the interface NAME of that kind and runs the command with it as descriptor FD.
 */
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const struct {
	const char *kind;
	short flags;
} kinds[] = {
	{"tap", IFF_TAP | IFF_NO_PI},
	{"tap-with-vnet-header", IFF_TAP | IFF_NO_PI | IFF_VNET_HDR},
	{"tap-with-information", IFF_TAP},
	{"tun", IFF_TUN | IFF_NO_PI},
};

int main(int argc, char **argv)
{
	struct ifreq request = {0};
	int fd = open("/dev/net/tun", O_RDWR);

	if (argc < 5 || fd < 0)
		return perror("with_interface"), 125;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(argv[1], kinds[i].kind) == 0)
			request.ifr_flags = kinds[i].flags;
	}
	strncpy(request.ifr_name, argv[2], IFNAMSIZ - 1);
	if (ioctl(fd, TUNSETIFF, &request) < 0 || dup2(fd, atoi(argv[3])) < 0)
		return perror(argv[2]), 125;
	if (fd != atoi(argv[3]))
		close(fd);
	execvp(argv[4], argv + 4);
	return perror(argv[4]), 125;
}
