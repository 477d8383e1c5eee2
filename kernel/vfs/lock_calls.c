/* What fcntl(2) and flock(2) ask of the locks: decoding, checks, memory. See locks.h. */
#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/fs.h>

#include "kernel/lib/heap.h"
#include "kernel/task/process.h"
#include "kernel/vfs/lock_records.h"
#include "kernel/vfs/locks.h"

static int range_decode(const struct file *file, const struct flock *from, struct lock_request *request)
{
	int64_t base = 0, start, end;

	if (from->l_whence == SEEK_CUR)
		base = (int64_t)file->position;
	else if (from->l_whence == SEEK_END)
		base = (int64_t)file->inode->size;
	else if (from->l_whence != SEEK_SET)
		return -EINVAL;
	if (from->l_start > INT64_MAX - base)
		return -EOVERFLOW;
	start = base + from->l_start;
	if (start < 0)
		return -EINVAL;
	if (from->l_len > 0) {
		if (from->l_len - 1 > INT64_MAX - start)
			return -EOVERFLOW;
		end = start + (from->l_len - 1);
	} else if (from->l_len < 0) {
		if (start + from->l_len < 0)
			return -EINVAL;
		end = start - 1;
		start += from->l_len;
	} else {
		end = INT64_MAX;
	}
	request->start = (uint64_t)start;
	request->end = (uint64_t)end;
	return 0;
}

static bool type_is_good(int type)
{
	return type == F_RDLCK || type == F_WRLCK || type == F_UNLCK;
}

static int request_decode(struct file *file, const struct flock *from, bool is_ofd, struct lock_request *request)
{
	int error;

	*request = (struct lock_request){
		.kind = is_ofd ? LOCK_OFD : LOCK_POSIX,
		.type = from->l_type,
		.owner = is_ofd ? (const void *)file : process_current(),
		.pid = is_ofd ? -1 : process_current()->pid,
	};
	error = range_decode(file, from, request);
	return error || type_is_good(from->l_type) ? error : -EINVAL;
}

/* Memory for one more record, and for what a cut leaves: 0 or -ENOLCK. Unlocking everything takes none. */
static int spares_alloc(struct lock_request *request)
{
	if (request->type == F_UNLCK && request->start == 0 && request->end == LOCK_END)
		return 0;
	for (int i = 0; i < 2; i++) {
		request->spare[i] = heap_new(struct lock_record);
		if (!request->spare[i]) {
			heap_free(request->spare[0]);
			return -ENOLCK;
		}
	}
	return 0;
}

static long record_set(struct file *file, const struct flock *from, bool is_ofd, bool wait)
{
	struct lock_request request;
	long error = request_decode(file, from, is_ofd, &request);

	if (error)
		return error;
	if ((from->l_type == F_RDLCK && !FILE_READABLE(file)) || (from->l_type == F_WRLCK && !FILE_WRITABLE(file)))
		return -EBADF;
	if (is_ofd && from->l_pid)
		return -EINVAL;
	if (from->l_type == F_UNLCK && !locks_were_taken(file->inode))
		return 0;
	error = spares_alloc(&request);
	if (error)
		return error;
	error = locks_get(file->inode) ? locks_apply(file->inode, &request, wait) : -ENOLCK;
	heap_free(request.spare[0]);
	heap_free(request.spare[1]);
	return error;
}

static void flock_encode(struct flock *out, const struct lock_record *record)
{
	if (!record) {
		out->l_type = F_UNLCK;
		return;
	}
	out->l_type = (short)record->type;
	out->l_whence = SEEK_SET;
	out->l_start = (int64_t)record->start;
	out->l_len = record->end == LOCK_END ? 0 : (int64_t)(record->end - record->start + 1);
	out->l_pid = record->pid;
}

static long record_get(struct file *file, struct flock *flock, bool is_ofd)
{
	struct inode *inode = file->inode;
	struct lock_request request;
	long error;

	if (!is_ofd && flock->l_type != F_RDLCK && flock->l_type != F_WRLCK)
		return -EINVAL;
	error = request_decode(file, flock, is_ofd, &request);
	if (!error && is_ofd && flock->l_pid)
		error = -EINVAL;
	if (error)
		return error;
	lock_acquire(&inode->locks_lock);
	flock_encode(flock, locks_were_taken(inode) ? lock_conflict(inode->locks, &request) : NULL);
	lock_release(&inode->locks_lock);
	return 0;
}

/* No lease is ever given, as if somebody else had the file open all the time. */
static long lease_set(const struct file *file, int type)
{
	const struct credentials *credentials = &process_current()->credentials;

	if (!type_is_good(type))
		return -EINVAL;
	if (type != F_UNLCK && credentials->fsuid != file->inode->uid && !process_capable(CAP_LEASE))
		return -EACCES;
	if (type != F_UNLCK && !INODE_IS(file->inode, S_IFREG))
		return -EINVAL;
	return -EAGAIN;
}

long lock_control(struct file *file, int command, user_t arg)
{
	bool is_ofd = command == F_OFD_GETLK || command == F_OFD_SETLK || command == F_OFD_SETLKW;
	struct flock flock;
	long error;

	if (command == F_SETLEASE)
		return lease_set(file, (int)arg);
	if (command == F_GETLEASE)
		return F_UNLCK;
	if (!is_ofd && command != F_GETLK && command != F_SETLK && command != F_SETLKW)
		return -EINVAL;
	if (copy_from_user(&flock, arg, sizeof(flock)))
		return -EFAULT;
	if (command != F_GETLK && command != F_OFD_GETLK)
		return record_set(file, &flock, is_ofd, command == F_SETLKW || command == F_OFD_SETLKW);
	error = record_get(file, &flock, is_ofd);
	return error ? error : copy_to_user(arg, &flock, sizeof(flock));
}

int flock_check(int operation)
{
	if (operation & LOCK_MAND)
		return 0;
	operation &= ~LOCK_NB;
	return operation == LOCK_SH || operation == LOCK_EX || operation == LOCK_UN ? 0 : -EINVAL;
}

long flock_control(struct file *file, int operation)
{
	struct lock_request request = {
		.kind = LOCK_FLOCK, .owner = file, .pid = process_current()->pid, .end = LOCK_END};
	long error;

	/* Mandatory locks: Linux no longer has them, and says so to nobody. */
	if (operation & LOCK_MAND)
		return 0;
	request.type = operation & LOCK_UN ? F_UNLCK : operation & LOCK_EX ? F_WRLCK : F_RDLCK;
	if (request.type == F_UNLCK && !locks_were_taken(file->inode))
		return 0;
	if (request.type != F_UNLCK)
		request.spare[0] = heap_new(struct lock_record);
	if (!locks_get(file->inode) || (request.type != F_UNLCK && !request.spare[0])) {
		heap_free(request.spare[0]);
		return -ENOMEM;
	}
	error = locks_apply(file->inode, &request, !(operation & LOCK_NB));
	heap_free(request.spare[0]);
	return error;
}
