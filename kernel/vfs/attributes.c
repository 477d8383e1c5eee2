/* Changing attributes. */
#include <linux/errno.h>

#include "kernel/vfs/notify.h"

/* What Linux tells of a change: times that are set one by one look like what usually sets them. */
static uint32_t event_of(const struct attributes *change)
{
	const unsigned times = change->valid & (ATTR_ATIME | ATTR_MTIME);
	uint32_t event = 0;

	if (change->valid & (ATTR_OWNER | ATTR_GROUP | ATTR_MODE))
		event |= IN_ATTRIB;
	if (change->valid & ATTR_SIZE)
		event |= IN_MODIFY;
	if (times == (ATTR_ATIME | ATTR_MTIME))
		event |= IN_ATTRIB;
	else if (times)
		event |= times == ATTR_ATIME ? IN_ACCESS : IN_MODIFY;
	return event;
}

int dentry_setattr(struct dentry *dentry, const struct attributes *change)
{
	struct inode *inode = dentry->inode;
	uint32_t event = event_of(change);
	int error = inode->ops->setattr ? inode->ops->setattr(inode, change) : -EPERM;

	if (!error && event)
		notify_dentry(dentry, event);
	return error;
}
