/* fork(2): the copy of a process. See clone.h. */
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/signal.h>

#include "abi/hostcall.h"
#include "arch.h"
#include "kernel/fs/pidfd.h"
#include "kernel/host/host.h"
#include "kernel/lib/string.h"
#include "kernel/mm/copy.h"
#include "kernel/mm/space.h"
#include "kernel/ptrace/ptrace.h"
#include "kernel/signal/signal.h"
#include "kernel/syscall/table.h"
#include "kernel/task/clone.h"
#include "kernel/task/create.h"
#include "kernel/task/pid.h"
#include "kernel/task/words.h"
#include "kernel/vfs/file.h"

static void path_copy(struct path *to, const struct path *from)
{
	*to = *from;
	if (to->dentry)
		dentry_get(to->dentry);
}

/* What process->lock guards. */
static void copy_guarded(struct process *child, struct process *parent)
{
	lock_acquire(&parent->lock);
	path_copy(&child->root, &parent->root);
	path_copy(&child->directory, &parent->directory);
	child->executable = parent->executable;
	executable_get(child->executable.dentry);
	child->umask = parent->umask;
	child->credentials = parent->credentials;
	memcpy(child->limits, parent->limits, sizeof(child->limits));
	child->words = parent->words;
	if (child->words)
		words_get(child->words);
	lock_release(&parent->lock);
}

static void copy_actions(struct process *child, struct process *parent, bool clear)
{
	lock_acquire(&parent->signal_lock);
	memcpy(child->actions, parent->actions, sizeof(child->actions));
	lock_release(&parent->signal_lock);
	if (clear)
		signal_actions_default(child);
}

struct process *process_copy(const struct clone_request *request)
{
	struct process *parent = process_current();
	struct process *child = process_new();

	if (!child)
		return NULL;
	child->exit_signal = request->exit_signal;
	child->arguments_start = parent->arguments_start;
	child->arguments_end = parent->arguments_end;
	child->environment_start = parent->environment_start;
	child->environment_end = parent->environment_end;
	child->dumpable = parent->dumpable;
	child->no_new_privileges = parent->no_new_privileges;
	child->keep_capabilities = parent->keep_capabilities;
	child->oom_score_adjustment = parent->oom_score_adjustment;
	child->oom_score_least = parent->oom_score_least;
	copy_actions(child, parent, request->flags & CLONE_CLEAR_SIGHAND);
	if (request->flags & CLONE_FILES) {
		fd_table_get(parent->files);
		child->files = parent->files;
	} else {
		child->files = fd_table_copy(parent->files);
	}
	copy_guarded(child, parent);
	if (!child->files) {
		process_drop(child);
		return NULL;
	}
	return child;
}

void process_drop(struct process *process)
{
	if (process->files)
		fd_table_put(process->files);
	dentry_put(process->root.dentry);
	dentry_put(process->directory.dentry);
	executable_put(process->executable.dentry);
	words_put(process->words);
	if (process->space)
		space_put(process->space);
	process->files = NULL;
	process->space = NULL;
	process->words = NULL;
	process_put(process);
}

/* A child that could not be given a descriptor is found by its id all the same. */
static void pidfd_give(struct process *process, user_t at)
{
	struct file *file;
	int fd = pidfd_new(process, 0, &file);

	if (fd == 0) {
		fd = fd_install(file, 0, true);
		if (fd < 0)
			file_put(file);
	}
	(void)put_user_u32(at, (uint32_t)fd);
}

/* The calling thread is to take a signal or to leave first. */
static bool fork_is_late(const struct thread *thread)
{
	signal_set_t pending = thread->signals.pending | thread->process->pending;

	return pending & ~thread->signals.blocked || __atomic_load_n(&thread->kick, __ATOMIC_RELAXED) & KICK_EXIT;
}

/* Process and thread have never been in any list. */
static void never_introduced(struct process *process, struct thread *thread)
{
	thread->host_alive = 0;
	thread_put(thread);
	process_drop(process);
}

int process_introduce(struct process *process, struct thread *thread, const struct clone_request *request)
{
	struct process *self = process_current();

	process->pid = thread->tid = pid_new();
	/* In one go: our parent may end, and gives its children away then. */
	process_tree_lock();
	/* Who signals a group finds us either with the child, whose id is higher, or before it: then it is not to be. */
	if (fork_is_late(current)) {
		process_tree_unlock();
		never_introduced(process, thread);
		return -ERESTARTNOINTR;
	}
	process->group = self->group;
	process->session = self->session;
	process->parent = request->flags & CLONE_PARENT && self->parent ? self->parent : self;
	if (request->flags & CLONE_PARENT) {
		process->exit_signal = self->exit_signal;
		process->parent_tid = self->parent_tid;
	} else {
		process->parent_tid = current->tid;
	}
	process_register(process);
	lock_acquire(&process->signal_lock);
	thread_link(thread);
	lock_release(&process->signal_lock);
	process_tree_unlock();
	if (request->flags & CLONE_PIDFD)
		pidfd_give(process, request->pidfd);
	if (request->flags & CLONE_PARENT_SETTID)
		(void)put_user_u32(request->parent_tid, (uint32_t)thread->tid);
	return 0;
}

/* Nobody waits for it and nobody is told: it never ran. */
static void process_withdraw(struct process *process, struct thread *thread)
{
	process_tree_lock();
	lock_acquire(&process->signal_lock);
	thread_unlink(thread);
	lock_release(&process->signal_lock);
	process->state = PROCESS_GONE;
	process_tree_unlock();
	process_unregister(process);
	tracee_forget(thread);
	never_introduced(process, thread);
}

/* The host copies memory, the bookkeeping has to be of the same moment. */
static long start(struct process *process, struct thread *thread)
{
	struct address_space *space;
	int pid = process->pid;
	long host = -ENOMEM;

	thread_get(thread);
	space = space_lock();
	process->space = space_copy(space);
	if (process->space)
		host = host_clone(HOSTCALL_CLONE_FORK, thread_frame(thread), thread, NULL, 0);
	space_unlock(space);
	if (host < 0)
		process_withdraw(process, thread);
	else
		thread_publish(thread, (int)host, (int)host);
	thread_put(thread);
	return host >= 0 ? pid : host == -ENOMEM ? -ENOMEM : -EAGAIN;
}

long process_fork(const struct clone_request *request)
{
	struct process *process = process_copy(request);
	struct thread *thread = process ? thread_copy(process, request) : NULL;
	int error;

	if (!thread) {
		if (process)
			process_drop(process);
		return -ENOMEM;
	}
	thread_lead(thread);
	if (request->flags & CLONE_SETTLS)
		thread->set_tls = request->tls;
	error = process_introduce(process, thread, request);
	if (error)
		return error;
	tracee_inherit(thread, request->flags, request->exit_signal);
	return start(process, thread);
}
