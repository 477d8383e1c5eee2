/* The host's name servers: see name_servers.h. */
#include "cli/name_servers.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"

#define NAME_SERVERS_MAX 3 /* as the C library */
#define LINE_BYTES 512

/* Whether it is an address that leads somewhere else from inside a guest than it does here. */
static bool is_local(const char *text)
{
	struct in6_addr six;
	struct in_addr four;

	if (inet_pton(AF_INET, text, &four) == 1)
		return ntohl(four.s_addr) >> 24 == 127 || four.s_addr == 0;
	/* One with a scope (fe80::1%eth0) is no address to inet_pton. */
	return inet_pton(AF_INET6, text, &six) != 1 || IN6_IS_ADDR_LOOPBACK(&six) || IN6_IS_ADDR_LINKLOCAL(&six);
}

/* How many were passed on from that file, -1 after a complaint. */
static int file_add(const char *path, network_option_add *add, void *tender)
{
	FILE *file = fopen(path, "re");
	char line[LINE_BYTES];
	char server[INET6_ADDRSTRLEN];
	int count = 0;

	if (!file)
		return 0;
	while (count >= 0 && count < NAME_SERVERS_MAX && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "nameserver %45s", server) != 1 || is_local(server))
			continue;
		count = add(tender, "dns", server) == 0 ? count + 1 : -1;
	}
	fclose(file);
	return count;
}

int name_servers_add(network_option_add *add, void *tender)
{
	int count = file_add("/etc/resolv.conf", add, tender);

	if (count == 0)
		count = file_add("/run/systemd/resolve/resolv.conf", add, tender);
	if (count == 0)
		complain("the guest has no name server: the host's are on its loopback, where no guest gets; give one "
			 "with --dns");
	return count < 0;
}
