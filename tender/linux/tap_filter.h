/*
 * What may come out of a guest behind a tap: a classic BPF program for tc, which answers TC_ACT_OK or TC_ACT_SHOT. Pure.
 *
 * Frames without a VLAN from the guest's MAC: IPv4 and ARP from its address, where that is known; IPv6 from its
 * link-local address, from none and from its own one or, where that is not known, from any whose lower half follows from
 * its MAC, as in advertised prefixes. Of IPv6 only TCP, UDP, UDP-Lite and ICMPv6, in fragments too but for the link's own
 * ICMPv6, and reports of multicast listeners: no other extension header, behind which something could hide. Of ICMPv6 no
 * router advertisements and redirects, and neighbour advertisements for its own addresses only.
 */
#ifndef TENDER_LINUX_TAP_FILTER_H
#define TENDER_LINUX_TAP_FILTER_H

#include <linux/filter.h>
#include <stdint.h>

#include "abi/kernel.h"

#define TAP_FILTER_MAX 192

struct tap_filter {
	struct sock_filter code[TAP_FILTER_MAX];
	uint16_t length;
};

void tap_filter_make(struct tap_filter *filter, const struct kernel_net *net);

#endif
