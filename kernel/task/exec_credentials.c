/* Executing a file and credentials: see exec_credentials.h. Rules: capabilities(7), credentials(7). */
#include "kernel/task/exec_credentials.h"

#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/securebits.h>
#include <linux/xattr.h>

#include "kernel/ptrace/ptrace.h"
#include "kernel/task/process.h"
#include "kernel/task/thread.h"
#include "kernel/vfs/inode.h"

/* The sets of the attribute, of as many words as its version has; bytes are as x86-64 has them. */
static int attribute_decode(const struct vfs_ns_cap_data *data, long bytes, struct file_capabilities *out)
{
	uint32_t version = data->magic_etc & VFS_CAP_REVISION_MASK;
	unsigned words = version == VFS_CAP_REVISION_1 ? VFS_CAP_U32_1 : VFS_CAP_U32_3;

	if (!(version == VFS_CAP_REVISION_1 && bytes == XATTR_CAPS_SZ_1) &&
	    !(version == VFS_CAP_REVISION_2 && bytes == XATTR_CAPS_SZ_2) &&
	    !(version == VFS_CAP_REVISION_3 && bytes == XATTR_CAPS_SZ_3))
		return -EINVAL;
	/* Those of another user namespace's root are none here. */
	if (version == VFS_CAP_REVISION_3 && data->rootid != 0)
		return 0;
	out->present = true;
	out->effective = data->magic_etc & VFS_CAP_FLAGS_EFFECTIVE;
	for (unsigned word = 0; word < words; word++) {
		out->permitted |= (uint64_t)data->data[word].permitted << 32 * word;
		out->inheritable |= (uint64_t)data->data[word].inheritable << 32 * word;
	}
	out->permitted &= CAPABILITIES_ALL;
	out->inheritable &= CAPABILITIES_ALL;
	return 0;
}

static uint64_t permitted_by_file(const struct credentials *who, const struct file_capabilities *file)
{
	return (who->bounding & file->permitted) | (who->inheritable & file->inheritable);
}

int exec_capabilities_read(struct inode *inode, struct file_capabilities *out)
{
	struct vfs_ns_cap_data data = {0};
	long bytes;
	int error;

	*out = (struct file_capabilities){0};
	if (!inode->ops->getxattr)
		return 0;
	bytes = inode->ops->getxattr(inode, XATTR_NAME_CAPS, &data, sizeof(data));
	if (bytes <= 0)
		return bytes == -ERANGE ? -EINVAL : 0;
	error = attribute_decode(&data, bytes, out);
	if (error || !out->effective)
		return error;
	return out->permitted & ~permitted_by_file(&process_current()->credentials, out) ? -EPERM : 0;
}

/* Nobody may win privileges who does not want to, or whom somebody without them controls. */
static bool may_gain(const struct process *process)
{
	return !process->no_new_privileges && (!thread_is_traced(current) || current->tracee->tracer_is_capable);
}

bool exec_credentials_apply(struct process *process, const struct inode *inode, const struct file_capabilities *file)
{
	struct credentials who = process->credentials;
	uint64_t permitted = permitted_by_file(&who, file);
	bool gains = may_gain(process), effective = file->effective, is_set_id;

	if (gains && inode->mode & S_ISUID)
		who.euid = inode->uid;
	if (gains && (inode->mode & (S_ISGID | 010)) == (S_ISGID | 010))
		who.egid = inode->gid;
	is_set_id = who.euid != who.uid || who.egid != who.gid;
	who.suid = who.fsuid = who.euid;
	who.sgid = who.fsgid = who.egid;
	/* Of a program that is root's by its bit and has capabilities of its own these count. */
	if (!(who.secure_bits & SECBIT_NOROOT) && !(file->present && who.uid != 0 && who.euid == 0)) {
		if (who.euid == 0 || who.uid == 0)
			permitted = who.inheritable | who.bounding;
		effective = effective || who.euid == 0;
	}
	if (!gains)
		permitted &= who.permitted;
	if (file->present || is_set_id)
		who.ambient = 0;
	who.permitted = permitted | who.ambient;
	who.effective = effective ? who.permitted : who.ambient;
	lock_acquire(&process->lock);
	process->credentials = who;
	lock_release(&process->lock);
	process->keep_capabilities = false;
	return is_set_id || (who.uid != 0 && (effective || who.permitted & ~who.ambient));
}
