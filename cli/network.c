/* The network options of `tend run`: see network.h. */
#define _GNU_SOURCE /* vasprintf, pipe2 */
#include "cli/network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/beside.h"
#include "cli/command.h"
#include "cli/name_servers.h"

/* What --net user gives where nothing else is asked for: as QEMU and slirp4netns, which people know. */
#define USER_IP "10.0.2.15/24"
#define USER_IP6 "fd00::15/64"
/* Measured: libslirp is fastest with segments of about 16 KiB. */
#define USER_MTU "16384"
#define GATEWAY_NUMBER 2
#define LINK_BYTES (1 << 20)

/* The helper's own descriptors, from its view. */
#define HELPER_LINK 3
#define HELPER_READY 4
#define HELPER_OPTIONS_MAX 5

int network_publish(struct network_arguments *arguments, const char *text)
{
	if (arguments->published_count == NETWORK_PUBLISHED_MAX)
		return complain("-p %s: more than %d ports", text, NETWORK_PUBLISHED_MAX);
	arguments->published[arguments->published_count++] = text;
	return 0;
}

static bool is_user(const struct network_arguments *arguments)
{
	return arguments->net && strcmp(arguments->net, "user") == 0;
}

/* Text made as by printf, which lives until exec; NULL after a complaint. */
__attribute__((format(printf, 1, 2))) static char *text_make(const char *format, ...)
{
	char *text = NULL;
	va_list list;

	va_start(list, format);
	if (vasprintf(&text, format, list) < 0)
		text = NULL;
	va_end(list);
	if (!text)
		complain("out of memory");
	return text;
}

/* ADDRESS/PREFIX of what was given, where the prefix may be left out. */
static char *with_prefix(const char *text, const char *prefix)
{
	return text_make("%s%s", text, strchr(text, '/') ? "" : prefix);
}

/* Splits ADDRESS/PREFIX. False for what the helper will not take either, and complains of. */
static bool network_split(const char *text, int family, uint8_t *bytes, unsigned *prefix)
{
	char address[INET6_ADDRSTRLEN];
	size_t length = strcspn(text, "/");
	unsigned bits = family == AF_INET ? 32 : 128;

	if (length >= sizeof(address))
		return false;
	memcpy(address, text, length);
	address[length] = '\0';
	*prefix = (unsigned)strtoul(text + length + 1, NULL, 10);
	return *prefix < bits && inet_pton(family, address, bytes) == 1;
}

/* The helper's address is the network's second, in both families. */
static int gateway_add(const char *ip, int family, network_option_add *add, void *tender)
{
	unsigned last = family == AF_INET ? 3 : 15;
	char address[INET6_ADDRSTRLEN];
	uint8_t bytes[16];
	unsigned prefix;

	if (!network_split(ip, family, bytes, &prefix))
		return 0;
	for (unsigned bit = prefix; bit < 8 * (last + 1); bit++)
		bytes[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
	bytes[last] |= GATEWAY_NUMBER;
	return add(tender, "gateway", inet_ntop(family, bytes, address, sizeof(address)));
}

/* In the child: becomes the helper. */
static void helper_become(const char *path, char **argv, const int fds[2])
{
	/* Out of the way of each other first. */
	int link = fcntl(fds[0], F_DUPFD_CLOEXEC, HELPER_READY + 1);
	int ready = fcntl(fds[1], F_DUPFD_CLOEXEC, HELPER_READY + 1);

	if (link >= 0 && ready >= 0 && dup2(link, HELPER_LINK) >= 0 && dup2(ready, HELPER_READY) >= 0)
		execv(path, argv);
	complain("%s: %s; build or install tend-slirp beside tend", path, strerror(errno));
	_exit(1);
}

/* Starts the helper, with the ends `fds` of its link and of the pipe it answers by. */
static int helper_start(const struct network_arguments *arguments, char *const *options, const int fds[2])
{
	char path[PATH_MAX];
	char *argv[NETWORK_PUBLISHED_MAX + HELPER_OPTIONS_MAX + 2];
	int count = 0;
	pid_t pid;

	if (beside_path("tend-slirp", path, sizeof(path)) != 0)
		return 1;
	argv[count++] = path;
	for (; *options; options++)
		argv[count++] = *options;
	for (int i = 0; i < arguments->published_count; i++) {
		argv[count] = text_make("--publish=%s", arguments->published[i]);
		if (!argv[count++])
			return 1;
	}
	argv[count] = NULL;
	pid = fork();
	if (pid == 0)
		helper_become(path, argv, fds);
	return pid < 0 ? complain("--net user: %s", strerror(errno)) : 0;
}

/* Room for as many frames as the host allows (net.core.wmem_max): the two sides take turns less often. */
static void link_widen(const int ends[2])
{
	const int bytes = LINK_BYTES;

	for (int i = 0; i < 2; i++)
		setsockopt(ends[i], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
}

/* Makes link and pipe, and starts the helper at their other ends. Our end of the link goes to *link. */
static int helper_attach(struct network_arguments *arguments, char *const *options, int *link)
{
	int links[2];
	int pipes[2];
	int result;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, links) < 0)
		return complain("--net user: %s", strerror(errno));
	link_widen(links);
	if (pipe2(pipes, O_CLOEXEC) < 0) {
		close(links[0]);
		close(links[1]);
		return complain("--net user: %s", strerror(errno));
	}
	result = helper_start(arguments, options, (const int[2]){links[1], pipes[1]});
	close(links[1]);
	close(pipes[1]);
	arguments->ready_fd = pipes[0];
	/* The tender's, above the standard descriptors, one of which may be closed. */
	*link = fcntl(links[0], F_DUPFD, STDERR_FILENO + 1);
	close(links[0]);
	return result || *link >= 0 ? result : complain("--net user: %s", strerror(errno));
}

static int user_start(struct network_arguments *arguments, network_option_add *add, void *tender)
{
	const char *mtu = arguments->mtu ? arguments->mtu : USER_MTU;
	char *ip = with_prefix(arguments->ip ? arguments->ip : USER_IP, "/24");
	char *ip6 = with_prefix(arguments->ip6 ? arguments->ip6 : USER_IP6, "/64");
	char *options[HELPER_OPTIONS_MAX + 1] = {NULL};
	char *device;
	int link = -1;

	if (arguments->gateway)
		return complain("--gateway %s: --net user has one of its own", arguments->gateway);
	if (!ip || !ip6)
		return 1;
	options[0] = text_make("--link=%d", HELPER_LINK);
	options[1] = text_make("--ready=%d", HELPER_READY);
	options[2] = text_make("--ip=%s", ip);
	options[3] = text_make("--ip6=%s", ip6);
	options[4] = text_make("--mtu=%s", mtu);
	if (!options[0] || !options[1] || !options[2] || !options[3] || !options[4])
		return 1;
	if (helper_attach(arguments, options, &link) != 0)
		return 1;
	device = text_make("fd=%d", link);
	if (!device || add(tender, "net", device) != 0 || add(tender, "ip", ip) != 0 || add(tender, "ip6", ip6) != 0 ||
	    add(tender, "mtu", mtu) != 0)
		return 1;
	return gateway_add(ip, AF_INET, add, tender) != 0 || gateway_add(ip6, AF_INET6, add, tender) != 0;
}

/* The options as they are. */
static int others_add(const struct network_arguments *arguments, network_option_add *add, void *tender)
{
	const struct {
		const char *name;
		const char *value;
	} options[] = {{"net", arguments->net},
		       {"ip", arguments->ip},
		       {"ip6", arguments->ip6},
		       {"gateway", arguments->gateway},
		       {"mtu", arguments->mtu}};

	if (arguments->published_count)
		return complain("-p %s: ports are published with --net user; behind a tap or a descriptor the guest "
				"has an address of its own",
				arguments->published[0]);
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (options[i].value && add(tender, options[i].name, options[i].value) != 0)
			return 1;
	}
	return 0;
}

int network_start(struct network_arguments *arguments, network_option_add *add, void *tender)
{
	bool has_net = arguments->net && strcmp(arguments->net, "none") != 0;
	int result;

	arguments->ready_fd = -1;
	if (arguments->mac && add(tender, "mac-address", arguments->mac) != 0)
		return 1;
	result = is_user(arguments) ? user_start(arguments, add, tender) : others_add(arguments, add, tender);
	/* With DHCP they come from there. */
	if (result == 0 && has_net && !arguments->has_name_servers && (is_user(arguments) || arguments->ip))
		result = name_servers_add(add, tender);
	return result;
}

int network_wait(const struct network_arguments *arguments)
{
	char byte;

	if (arguments->ready_fd < 0)
		return 0;
	return read(arguments->ready_fd, &byte, 1) == 1 ? 0 : 1;
}
