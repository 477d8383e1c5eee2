/*
 * The network of a Linux guest: its options, and the device behind it. A guest without --net has none but loopback.
 * What `tend run --net user` means is done before this tender runs: it is given one end of a socket pair as --net=fd.
 */
#ifndef TENDER_LINUX_NETWORK_H
#define TENDER_LINUX_NETWORK_H

#include <stdbool.h>

#include "abi/kernel.h"
#include "tender/error.h"

enum network_kind {
	NETWORK_NONE,
	NETWORK_TAP,     /* an existing interface */
	NETWORK_TAP_NEW, /* one that lives as long as the guest */
	NETWORK_FD,
};

#define NETWORK_NAME_BYTES 16 /* IFNAMSIZ */

/* What the options say. Strings are the caller's argv. */
struct network_options {
	enum network_kind kind;
	const char *value; /* of --net, as given, for messages; NULL: not given */
	char interface[NETWORK_NAME_BYTES];
	char bridge[NETWORK_NAME_BYTES]; /* NETWORK_TAP_NEW; "": none */
	const char *fd;                  /* NETWORK_FD: its digits */
	struct kernel_net net;           /* addresses, name servers, MAC, MTU; what was not given is zero */
	unsigned name_server_count;
	bool has_mac;
	const char *needs; /* an option that was given and needs a network; NULL: none */
};

/* One option each. Return 0, or -1 with *error. Nothing is opened. */
int network_parse_net(struct network_options *options, const char *value, struct error *error);
int network_parse_ip(struct network_options *options, const char *value, struct error *error);
int network_parse_ip6(struct network_options *options, const char *value, struct error *error);
int network_parse_gateway(struct network_options *options, const char *value, struct error *error);
int network_parse_dns(struct network_options *options, const char *value, struct error *error);
int network_parse_mac(struct network_options *options, const char *value, struct error *error);
int network_parse_mtu(struct network_options *options, const char *value, struct error *error);

/* When all are parsed: contradictions, defaults that follow from other options. Returns 0, or -1 with *error. */
int network_complete(struct network_options *options, struct error *error);

/*
 * Both fill options->net, its fd included, which is the guest's from then on. The first takes over a descriptor that
 * was passed in, before others are opened whose number it might have; the second opens a tap. Return 0, or -1 with
 * *error; what they change on the host ends with the descriptor, but for switches in /proc/sys of an existing tap.
 */
int network_take(struct network_options *options, struct error *error);
int network_attach(struct network_options *options, struct error *error);

#endif
