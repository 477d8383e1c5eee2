/* The helper's command line: see arguments.h. */
#include "tender/slirp/arguments.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define GATEWAY_NUMBER 2
/* Room for the addresses that mean something, and for the guest's. */
#define IP_PREFIX_MAX 29
#define IP6_PREFIX_MAX 126
#define MTU_MIN 1280 /* of IPv6 */
#define MTU_MAX 65521
/* Longest text of an address, and of an address with a prefix */
#define TEXT_BYTES 64

/* A decimal number from 1 to max, up to `end`. */
static bool number_parse(const char *text, const char *end, unsigned long max, unsigned long *number)
{
	*number = 0;
	if (text == end)
		return false;
	for (; text < end; text++) {
		if (*text < '0' || *text > '9')
			return false;
		*number = *number * 10 + (unsigned long)(*text - '0');
		if (*number > max)
			return false;
	}
	return *number > 0;
}

static bool option_number(const char *text, unsigned long max, unsigned long *number)
{
	return number_parse(text, text + strlen(text), max, number);
}

static int publish_error(const char *text, const char *why, struct error *error)
{
	return error_set(error, "-p %s: %s; it must be [ADDRESS:]HOSTPORT:GUESTPORT[/tcp|/udp]", text, why);
}

/* The address in [text, end), to *published; none is all of IPv4's. */
static bool host_parse(const char *text, const char *end, struct published *published)
{
	struct sockaddr_in *host4 = (struct sockaddr_in *)&published->host;
	char address[TEXT_BYTES];
	size_t length = (size_t)(end - text);
	bool is_6 = length >= 2 && text[0] == '[' && end[-1] == ']';

	memset(&published->host, 0, sizeof(published->host));
	host4->sin_family = AF_INET;
	if (length == 0)
		return true;
	if (length >= sizeof(address))
		return false;
	memcpy(address, text + is_6, length - 2 * (size_t)is_6);
	address[length - 2 * (size_t)is_6] = '\0';
	if (!is_6)
		return inet_pton(AF_INET, address, &host4->sin_addr) == 1;
	published->host.sin6_family = AF_INET6;
	return inet_pton(AF_INET6, address, &published->host.sin6_addr) == 1;
}

int published_parse(const char *text, struct published *published, struct error *error)
{
	const char *end = strchr(text, '/');
	const char *guest = NULL;
	const char *host = text;
	unsigned long host_port;
	unsigned long guest_port;

	*published = (struct published){.text = text};
	if (end && strcmp(end, "/udp") == 0)
		published->is_udp = true;
	else if (end && strcmp(end, "/tcp") != 0)
		return publish_error(text, "the protocol is neither tcp nor udp", error);
	if (!end)
		end = text + strlen(text);
	for (const char *c = text; c < end; c++) {
		if (*c == ':')
			guest = c;
	}
	if (!guest)
		return publish_error(text, "there is no guest's port", error);
	for (const char *c = text; c < guest; c++) {
		if (*c == ':')
			host = c + 1;
	}
	if (!number_parse(host, guest, 65535, &host_port) || !number_parse(guest + 1, end, 65535, &guest_port))
		return publish_error(text, "a port is not a number from 1 to 65535", error);
	if (host == text + 1 || !host_parse(text, host > text ? host - 1 : text, published))
		return publish_error(text, "the address is not one of the host's", error);
	/* The same place in both families. */
	published->host.sin6_port = htons((uint16_t)host_port);
	published->guest_port = (uint16_t)guest_port;
	return 0;
}

/* ADDRESS/PREFIX */
static bool network_parse(const char *text, int family, void *address, unsigned prefix_max, unsigned *prefix)
{
	const char *slash = strchr(text, '/');
	char copy[TEXT_BYTES];
	unsigned long number;

	if (!slash || (size_t)(slash - text) >= sizeof(copy) || !option_number(slash + 1, prefix_max, &number))
		return false;
	memcpy(copy, text, (size_t)(slash - text));
	copy[slash - text] = '\0';
	*prefix = (unsigned)number;
	return inet_pton(family, copy, address) == 1;
}

static uint32_t host_mask(const struct arguments *arguments)
{
	return UINT32_MAX >> arguments->ip_prefix;
}

struct in_addr arguments_gateway(const struct arguments *arguments)
{
	return (struct in_addr){htonl((ntohl(arguments->ip.s_addr) & ~host_mask(arguments)) | GATEWAY_NUMBER)};
}

struct in6_addr arguments_gateway6(const struct arguments *arguments)
{
	struct in6_addr gateway = arguments->ip6;

	for (unsigned bit = arguments->ip6_prefix; bit < 128; bit++)
		gateway.s6_addr[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
	gateway.s6_addr[15] |= GATEWAY_NUMBER;
	return gateway;
}

/* The guest's addresses must be others than the network's own. */
static int addresses_check(const struct arguments *arguments, struct error *error)
{
	uint32_t host = ntohl(arguments->ip.s_addr) & host_mask(arguments);
	struct in6_addr gateway6 = arguments_gateway6(arguments);
	char text[INET6_ADDRSTRLEN];

	if (host == GATEWAY_NUMBER || host == GATEWAY_NUMBER + 1 || host == 0 || host == host_mask(arguments))
		return error_set(error,
				 "--ip=%s: address conflict, --net user has the network's .0, .2, .3 and last address "
				 "itself; choose another",
				 inet_ntop(AF_INET, &arguments->ip, text, sizeof(text)));
	if (memcmp(&gateway6, &arguments->ip6, sizeof(gateway6)) == 0)
		return error_set(error, "--ip6=%s: address conflict, it is the gateway's of --net user; choose another",
				 inet_ntop(AF_INET6, &arguments->ip6, text, sizeof(text)));
	return 0;
}

static bool fd_parse(const char *text, int *fd)
{
	unsigned long number;

	if (!option_number(text, INT32_MAX, &number))
		return false;
	*fd = (int)number;
	return true;
}

static bool mtu_parse(const char *text, unsigned *mtu)
{
	unsigned long number;

	if (!option_number(text, MTU_MAX, &number) || number < MTU_MIN)
		return false;
	*mtu = (unsigned)number;
	return true;
}

static int value_error(const char *name, const char *value, const char *what, struct error *error)
{
	return error_set(error, "%s=%s: %s", name, value, what);
}

static int option_take(int option, const char *value, struct arguments *arguments, struct error *error)
{
	switch (option) {
	case 'l':
		return fd_parse(value, &arguments->link_fd) ? 0
							    : value_error("--link", value, "not a descriptor", error);
	case 'r':
		return fd_parse(value, &arguments->ready_fd) ? 0
							     : value_error("--ready", value, "not a descriptor", error);
	case 'm':
		return mtu_parse(value, &arguments->mtu)
			       ? 0
			       : value_error("--mtu", value, "not a number from 1280 to 65521", error);
	case '4':
		return network_parse(value, AF_INET, &arguments->ip, IP_PREFIX_MAX, &arguments->ip_prefix)
			       ? 0
			       : value_error("--ip", value, "not an IPv4 address with a prefix up to 29", error);
	case '6':
		return network_parse(value, AF_INET6, &arguments->ip6, IP6_PREFIX_MAX, &arguments->ip6_prefix)
			       ? 0
			       : value_error("--ip6", value, "not an IPv6 address with a prefix up to 126", error);
	case 'p':
		if (arguments->published_count == PUBLISHED_MAX)
			return error_set(error, "-p %s: more than %d ports", value, PUBLISHED_MAX);
		return published_parse(value, &arguments->published[arguments->published_count++], error);
	default:
		return error_set(error, "tend-slirp is started by tend run --net user");
	}
}

int arguments_parse(int argc, char **argv, struct arguments *arguments, struct error *error)
{
	static const struct option options[] = {
		{"link", required_argument, NULL, 'l'},
		{"ready", required_argument, NULL, 'r'},
		{"mtu", required_argument, NULL, 'm'},
		{"ip", required_argument, NULL, '4'},
		{"ip6", required_argument, NULL, '6'},
		{"publish", required_argument, NULL, 'p'},
		{NULL, 0, NULL, 0},
	};
	int option;

	*arguments = (struct arguments){.link_fd = -1, .ready_fd = -1};
	opterr = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option_take(option, optarg, arguments, error) < 0)
			return -1;
	}
	if (arguments->link_fd < 0 || arguments->ready_fd < 0 || !arguments->mtu || !arguments->ip_prefix ||
	    !arguments->ip6_prefix || optind < argc)
		return option_take('?', NULL, arguments, error);
	return addresses_check(arguments, error);
}
