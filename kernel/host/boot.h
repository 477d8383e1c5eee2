/* What the tender handed over (abi/kernel.h). */
#ifndef KERNEL_HOST_BOOT_H
#define KERNEL_HOST_BOOT_H

#include "abi/kernel.h"

void kernel_boot_set(struct kernel_boot *boot);
const struct kernel_boot *kernel_boot(void);
struct kernel_statistics *kernel_statistics(void);

/* An image file, mapped whole. */
struct kernel_image {
	const void *base;
	uint64_t bytes;
	int fd;
};

/* The root's image or a volume's, whichever lies there. */
struct kernel_image kernel_image_at(const void *base);
/* What is known of the network: DHCP adds name servers. */
struct kernel_net *kernel_boot_net(void);

/* The seed, which its first reader wipes. */
uint8_t *kernel_boot_random(void);

#endif
