/* The stub's side of a link. */
#ifndef TESTS_KERNEL_STUB_NETWORK_H
#define TESTS_KERNEL_STUB_NETWORK_H

#include "abi/kernel.h"

/* Prints what the boot structure says. */
void network_report(const struct kernel_net *net);
/* Answers ARP and so many pings (0: all) for the guest's IPv4 address; says so if the link is gone before. */
void network_answer(const struct kernel_net *net, unsigned pings);
/* Sends frames under false names, and prints how many were answered; 1 is the true one's. */
void network_spoof(const struct kernel_net *net);

#endif
