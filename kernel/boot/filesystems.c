/* The guest's mounts and standard descriptors: see filesystems.h. */
#include "kernel/boot/filesystems.h"

#include "kernel/fs/console.h"
#include "kernel/fs/dev.h"
#include "kernel/fs/proc.h"
#include "kernel/fs/tmpfs.h"
#include "kernel/host/boot.h"
#include "kernel/ipc/mqueue.h"

static int root_mount(struct process *process)
{
	const struct kernel_boot *boot = kernel_boot();
	struct super *root;
	int error = overlay_new((const void *)(uintptr_t)boot->image_base, boot->image_bytes, &root);

	if (!error)
		error = mount_add(root, "/");
	if (error)
		return error;
	mount_root(&process->root);
	mount_root(&process->directory);
	return 0;
}

int filesystems_mount(struct process *process)
{
	int error = root_mount(process);

	if (!error)
		error = console_init();
	if (!error)
		error = dev_mount();
	if (!error)
		error = mqueue_mount();
	if (!error)
		error = proc_mount();
	if (!error)
		error = sysfs_mount();
	return error ? error : console_open_standard();
}
