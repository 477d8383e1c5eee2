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

struct kernel_image kernel_image_at(const void *base)
{
	for (uint32_t i = 0; i < boot_page->mount_count; i++) {
		const struct kernel_mount *mount = &boot_page->mounts[i];

		if (mount->kind != KERNEL_MOUNT_TMPFS && mount->base == (uintptr_t)base)
			return (struct kernel_image){base, mount->bytes, mount->fd};
	}
	return (struct kernel_image){(const void *)(uintptr_t)boot_page->image_base, boot_page->image_bytes,
				     boot_page->image_fd};
}

uint8_t *kernel_boot_random(void)
{
	return boot_page->random;
}

struct kernel_net *kernel_boot_net(void)
{
	return &boot_page->net;
}
