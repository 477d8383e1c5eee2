/* The helper's command line: `tend-slirp --link=FD --ready=FD --ip=A/P --ip6=A/P --mtu=N [--publish=SPEC]...` */
#ifndef TENDER_SLIRP_ARGUMENTS_H
#define TENDER_SLIRP_ARGUMENTS_H

#include <netinet/in.h>
#include <stdbool.h>

#include "tender/error.h"

#define PUBLISHED_MAX 64

/* A port of the host's that leads to one of the guest's. */
struct published {
	const char *text; /* as given, for messages */
	bool is_udp;
	struct sockaddr_in6 host; /* or, by its family, a struct sockaddr_in */
	uint16_t guest_port;
};

struct arguments {
	int link_fd;  /* SOCK_SEQPACKET, a frame per packet */
	int ready_fd; /* a byte goes here when all is ready */
	struct in_addr ip;
	unsigned ip_prefix;
	struct in6_addr ip6;
	unsigned ip6_prefix;
	unsigned mtu;
	struct published published[PUBLISHED_MAX];
	unsigned published_count;
};

/* Opens nothing. Returns 0, or -1 with *error. */
int arguments_parse(int argc, char **argv, struct arguments *arguments, struct error *error);

/* [ADDRESS:]HOST:GUEST[/tcp|/udp], an IPv6 address in []. Returns 0, or -1 with *error. */
int published_parse(const char *text, struct published *published, struct error *error);

/* In the guest's network: the gateway is its second address. */
struct in_addr arguments_gateway(const struct arguments *arguments);
struct in6_addr arguments_gateway6(const struct arguments *arguments);

#endif
