/* The helper's work: frames between the guest's link and libslirp, until the guest is gone. */
#ifndef TENDER_SLIRP_LINK_H
#define TENDER_SLIRP_LINK_H

#include "tender/slirp/arguments.h"

struct link;

/*
 * Makes libslirp's side of the guest's network, with nothing of the host's but what sockets reach: no loopback, no
 * files, no name server, no DHCP; then the published ports. Keeps `arguments`. Returns NULL with *error.
 */
struct link *link_new(const struct arguments *arguments, struct error *error);

/* Passes frames on until the other end of the link is closed. */
void link_run(struct link *link);

#endif
