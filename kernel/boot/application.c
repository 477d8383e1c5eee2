/* The guest's first process: see application.h. */
#include "kernel/boot/application.h"

#include <linux/errno.h>

#include "kernel/boot/faults.h"
#include "kernel/boot/filesystems.h"
#include "kernel/boot/mounts.h"
#include "kernel/boot/network_files.h"
#include "kernel/boot/program.h"
#include "kernel/boot/refusal.h"
#include "kernel/boot/service.h"
#include "kernel/host/boot.h"
#include "kernel/host/host.h"
#include "kernel/lib/print.h"
#include "kernel/mm/mm.h"
#include "kernel/net/stack.h"
#include "kernel/task/create.h"
#include "kernel/task/exec.h"
#include "kernel/task/pid.h"
#include "kernel/vfs/namei.h"

static struct thread *first_thread_new(void)
{
	struct process *process = process_new();
	struct thread *thread = process ? thread_new(process) : NULL;

	if (!thread)
		return NULL;
	process->pid = process->group = process->session = pid_new();
	thread->tid = process->pid;
	thread->host_pid = thread->host_tid = kernel_boot()->host_pid;
	process->space = space_new();
	process->files = fd_table_new();
	if (!process->space || !process->files)
		return NULL;
	thread_lead(thread);
	process_tree_lock();
	process_register(process);
	thread_link(thread);
	process_tree_unlock();
	return thread;
}

static void directory_enter(struct process *process)
{
	const char *text = (const char *)(uintptr_t)kernel_boot()->directory;
	struct path place;
	int error = path_walk(AT_FDCWD, text, WALK_FOLLOW | WALK_DIRECTORY, &place);

	if (error) {
		kernel_log("--workdir=%s: %s in the image", text,
			   error == -ENOTDIR ? "not a directory" : "no such directory");
		host_exit_group(STATUS_FAILED);
	}
	path_put(&process->directory);
	process->directory = place;
}

void application_start(uint32_t *ready)
{
	struct thread *thread = first_thread_new();
	struct frame *frame;
	struct exec exec = {0};
	int error;

	if (!thread)
		boot_refuse("memory for the first process", -ENOMEM);
	arch_thread_set(thread);
	arch_kick_unblock(kernel_boot()->signal_stacks[KERNEL_ROLE_APPLICATION]);
	error = filesystems_mount(thread->process);
	if (!error)
		error = service_prepare();
	if (!error)
		error = stack_start();
	if (error)
		image_refuse(error);
	__atomic_store_n(ready, 1, __ATOMIC_RELEASE);
	host_futex_wake(ready, 1);
	device_await();
	network_files_write(&kernel_boot()->net);
	/* Behind what is written to /etc: -v may show another file there, and the root may be read-only. */
	given_mount(thread->process);
	directory_enter(thread->process);
	faults_begin();
	program_find(&exec);
	/* Where a frame of the entry path would be. */
	frame = (struct frame *)(uintptr_t)(thread->kernel_stack - sizeof(*frame));
	exec_commit(&exec, frame);
	arch_enter_user(frame);
}
