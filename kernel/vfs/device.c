/* The registry of character devices. */
#include "kernel/vfs/device.h"

#include <linux/errno.h>

#include "kernel/lib/heap.h"

struct device {
	struct device *next;
	unsigned major, minor;
	const struct file_ops *ops;
	int (*open)(struct inode *inode, struct file *file);
};

static struct device *devices;

/* Linux's layout of dev_t: 12 bits of the major number between the lower and the upper bits of the minor one. */
uint64_t device_number(unsigned major, unsigned minor)
{
	return (minor & 0xffu) | (uint64_t)(major & 0xfffu) << 8 | (uint64_t)(minor & ~0xffu) << 12 |
	       (uint64_t)(major & ~0xfffu) << 32;
}

unsigned device_major(uint64_t number)
{
	return (unsigned)(number >> 8 & 0xfffu) | (unsigned)(number >> 32 & ~0xfffull);
}

unsigned device_minor(uint64_t number)
{
	return (unsigned)(number & 0xffu) | (unsigned)(number >> 12 & ~0xffull);
}

int device_register(unsigned major, unsigned minor, const struct file_ops *ops,
		    int (*open)(struct inode *inode, struct file *file))
{
	struct device *device = heap_new(struct device);

	if (!device)
		return -ENOMEM;
	*device = (struct device){.next = devices, .major = major, .minor = minor, .ops = ops, .open = open};
	devices = device;
	return 0;
}

int device_open(struct inode *inode, struct file *file)
{
	for (const struct device *device = devices; device; device = device->next) {
		if (device->major != device_major(inode->rdev) ||
		    (device->minor != DEVICE_ANY_MINOR && device->minor != device_minor(inode->rdev)))
			continue;
		file->ops = device->ops;
		return device->open ? device->open(inode, file) : 0;
	}
	return -ENXIO;
}
