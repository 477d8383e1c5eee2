/* The hand-over of the tender, kept where everybody finds it. */
#include "kernel/host/boot.h"

static struct kernel_boot *boot_page;

void kernel_boot_set(struct kernel_boot *boot)
{
	boot_page = boot;
}

const struct kernel_boot *kernel_boot(void)
{
	return boot_page;
}

struct kernel_statistics *kernel_statistics(void)
{
	return (struct kernel_statistics *)(uintptr_t)boot_page->statistics;
}

uint8_t *kernel_boot_random(void)
{
	return boot_page->random;
}

struct kernel_net *kernel_boot_net(void)
{
	return &boot_page->net;
}
