/* The guest's first process: see application.h. */
#include "kernel/boot/application.h"

#include <linux/errno.h>

#include "kernel/boot/faults.h"
#include "kernel/boot/filesystems.h"
#include "kernel/boot/service.h"
#include "kernel/host/boot.h"
#include "kernel/host/host.h"
#include "kernel/lib/print.h"
#include "kernel/lib/string.h"
#include "kernel/mm/mm.h"
#include "kernel/syscall/names.h"
#include "kernel/task/create.h"
#include "kernel/task/exec.h"
#include "kernel/task/pid.h"
#include "kernel/vfs/namei.h"

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
/* As shells and container runtimes have them. */
#define STATUS_FAILED 125
#define STATUS_NOT_EXECUTABLE 126
#define STATUS_NOT_FOUND 127

_Noreturn static void fail(const char *what, int error)
{
	kernel_log("%s: %s", what, names_error(-error));
	host_exit_group(STATUS_FAILED);
}

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
	process_register(process);
	thread_link(thread);
	return thread;
}

/* The working directory is made if it is missing, as container runtimes do. */
static void directory_enter(struct process *process)
{
	const char *text = (const char *)(uintptr_t)kernel_boot()->directory;
	struct path place;
	int error = path_walk(AT_FDCWD, text, WALK_FOLLOW | WALK_DIRECTORY, &place);

	if (error)
		fail(text, error);
	path_put(&process->directory);
	process->directory = place;
}

static int strings_copy(struct strings *to, uint64_t array, unsigned count)
{
	char *const *texts = (char *const *)(uintptr_t)array;
	int error = 0;

	for (unsigned i = 0; i < count && !error; i++)
		error = strings_add(to, texts[i]);
	return error;
}

static const char *path_variable(void)
{
	char *const *environment = (char *const *)(uintptr_t)kernel_boot()->environment;

	for (unsigned i = 0; i < kernel_boot()->environment_count; i++) {
		if (strncmp(environment[i], "PATH=", 5) == 0)
			return environment[i] + 5;
	}
	return DEFAULT_PATH;
}

static int prepare(struct exec *exec, const char *path)
{
	const struct kernel_boot *boot = kernel_boot();
	int error;

	*exec = (struct exec){0};
	error = strings_copy(&exec->arguments, boot->arguments, boot->argument_count);
	if (!error)
		error = strings_copy(&exec->environment, boot->environment, boot->environment_count);
	if (!error)
		return exec_prepare(exec, AT_FDCWD, path, WALK_FOLLOW);
	exec_cancel(exec);
	return error;
}

/* As execvp(3): names without a slash are looked for in PATH. */
static int search(struct exec *exec, const char *name)
{
	int result = -ENOENT;

	for (const char *folder = path_variable(); folder;) {
		const char *end = strchr(folder, ':');
		int length = end ? (int)(end - folder) : (int)strlen(folder);
		char path[PATH_BYTES_MAX];
		int error;

		text_format(path, sizeof(path), "%.*s/%s", length, folder, name);
		error = prepare(exec, path);
		if (error != -ENOENT && error != -ENOTDIR && error != -EACCES)
			return error;
		if (error == -EACCES)
			result = error;
		folder = end ? end + 1 : NULL;
	}
	return result;
}

_Noreturn static void program_fail(const struct exec *exec, const char *name, int error)
{
	const char *where = exec->missing[0] && strcmp(exec->missing, name) != 0 ? exec->missing : NULL;

	if (error == -ENOENT && where && strchr(name, '/'))
		kernel_log("%s: its interpreter %s is not in the image", name, where);
	else if (error == -ENOENT)
		kernel_log("%s: no such program in the image", name);
	else if (error == -ENOEXEC)
		kernel_log("%s: not a program for this machine (x86-64 ELF or script)", where ? where : name);
	else
		kernel_log("%s: cannot be executed: %s", where ? where : name, names_error(-error));
	host_exit_group(error == -ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE);
}

static void program_find(struct exec *exec)
{
	const char *name = ((char *const *)(uintptr_t)kernel_boot()->arguments)[0];
	int error = strchr(name, '/') ? prepare(exec, name) : search(exec, name);

	if (error)
		program_fail(exec, name, error);
}

void application_start(uint32_t *ready)
{
	struct thread *thread = first_thread_new();
	struct frame *frame;
	struct exec exec = {0};
	int error;

	if (!thread)
		fail("memory for the first process", -ENOMEM);
	arch_thread_set(thread);
	arch_kick_unblock(kernel_boot()->signal_stacks[KERNEL_ROLE_APPLICATION]);
	error = filesystems_mount(thread->process);
	if (!error)
		error = service_prepare();
	if (error)
		fail("the guest's file systems", error);
	__atomic_store_n(ready, 1, __ATOMIC_RELEASE);
	host_futex_wake(ready, 1);
	directory_enter(thread->process);
	faults_begin();
	program_find(&exec);
	/* Where a frame of the entry path would be. */
	frame = (struct frame *)(uintptr_t)(thread->kernel_stack - sizeof(*frame));
	exec_commit(&exec, frame);
	arch_enter_user(frame);
}
