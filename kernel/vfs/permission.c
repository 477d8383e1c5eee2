/* Who may do what to a file: mode bits, credentials(7), capabilities(7). There are no access control lists. */
#include <linux/capability.h>
#include <linux/errno.h>

#include "kernel/task/process.h"
#include "kernel/vfs/namei.h"
#include "kernel/vfs/permission.h"

static bool group_is_supplementary(const struct credentials *credentials, uint32_t gid)
{
	for (uint32_t i = 0; i < credentials->group_count; i++)
		if (credentials->groups[i] == gid)
			return true;
	return false;
}

bool process_in_group(uint32_t gid)
{
	const struct credentials *credentials = &process_current()->credentials;

	return credentials->fsgid == gid || group_is_supplementary(credentials, gid);
}

bool process_owns(const struct inode *inode)
{
	return process_current()->credentials.fsuid == inode->uid || process_capable(CAP_FOWNER);
}

/* Whether the capabilities make up for what the mode bits do not give. */
static bool capabilities_permit(const struct inode *inode, unsigned mask, uint64_t capabilities)
{
	bool directory = INODE_IS(inode, S_IFDIR);

	if (capabilities & 1ull << CAP_DAC_OVERRIDE && (directory || !(mask & MAY_EXEC) || inode->mode & 0111))
		return true;
	return capabilities & 1ull << CAP_DAC_READ_SEARCH && (mask == MAY_READ || (directory && !(mask & MAY_WRITE)));
}

static int permission_as(struct inode *inode, unsigned mask, uint32_t uid, uint32_t gid, uint64_t capabilities)
{
	unsigned bits;

	if (inode->ops->refresh)
		inode->ops->refresh(inode);
	bits = inode->mode;
	if (mask & MAY_WRITE && inode->super && inode->super->read_only &&
	    (INODE_IS(inode, S_IFREG) || INODE_IS(inode, S_IFDIR) || INODE_IS(inode, S_IFLNK)))
		return -EROFS;
	if (uid == inode->uid)
		bits >>= 6;
	else if (gid == inode->gid || group_is_supplementary(&process_current()->credentials, inode->gid))
		bits >>= 3;
	if ((bits & mask) == mask)
		return 0;
	return capabilities_permit(inode, mask, capabilities) ? 0 : -EACCES;
}

int inode_permission(struct inode *inode, unsigned mask)
{
	const struct credentials *credentials = &process_current()->credentials;

	return permission_as(inode, mask, credentials->fsuid, credentials->fsgid, credentials->effective);
}

int inode_permission_real(struct inode *inode, unsigned mask)
{
	const struct credentials *credentials = &process_current()->credentials;
	/* As if the program had been started by its real user: root's permitted capabilities, nobody else's. */
	uint64_t capabilities = credentials->uid == 0 ? credentials->permitted : 0;

	return permission_as(inode, mask, credentials->uid, credentials->gid, capabilities);
}

int inode_may_delete(struct inode *dir, struct inode *child)
{
	uint32_t fsuid = process_current()->credentials.fsuid;
	int error = inode_permission(dir, MAY_WRITE | MAY_EXEC);

	if (error)
		return error;
	if (dir->mode & S_ISVTX && child->uid != fsuid && dir->uid != fsuid && !process_capable(CAP_FOWNER))
		return -EPERM;
	return 0;
}

uint32_t mode_for_group(uint32_t mode, uint32_t gid)
{
	return process_in_group(gid) || process_capable(CAP_FSETID) ? mode : mode & ~(uint32_t)S_ISGID;
}

uint32_t mode_without_set_ids(const struct inode *inode)
{
	uint32_t mode = inode->mode & ~(uint32_t)S_ISUID;

	if (mode & S_IXGRP)
		return mode & ~(uint32_t)S_ISGID;
	return mode & S_ISGID ? mode_for_group(mode, inode->gid) : mode;
}

uint32_t mode_after_change(const struct inode *inode)
{
	if (!(inode->mode & (S_ISUID | S_ISGID)) || process_capable(CAP_FSETID))
		return inode->mode;
	return mode_without_set_ids(inode);
}
