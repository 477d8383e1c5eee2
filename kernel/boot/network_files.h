/* What the C library reads of the network: /etc/resolv.conf, /etc/hosts, /etc/hostname. */
#ifndef KERNEL_BOOT_NETWORK_FILES_H
#define KERNEL_BOOT_NETWORK_FILES_H

#include "abi/kernel.h"

/*
 * Writes them over the image's, as container runtimes do: hosts and hostname for every guest whose root has an /etc,
 * resolv.conf if the network has name servers. For the first process before its program starts (it writes as root for
 * the moment), once the addresses are known. Files that cannot be written are left out, and said.
 */
void network_files_write(const struct kernel_net *net);

#endif
