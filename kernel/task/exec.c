/* execve(2): see exec.h. Scripts are replaced by their interpreters until an ELF executable is found. */
#include "kernel/task/exec.h"

#include <linux/errno.h>
#include <linux/prctl.h>

#include "kernel/lib/heap.h"
#include "kernel/lib/pages.h"
#include "kernel/lib/string.h"
#include "kernel/mm/mm.h"
#include "kernel/mm/plain.h"
#include "kernel/ptrace/ptrace.h"
#include "kernel/signal/signal.h"
#include "kernel/task/children.h"
#include "kernel/task/distance.h"
#include "kernel/task/elf.h"
#include "kernel/task/exit.h"
#include "kernel/task/stack.h"
#include "kernel/vfs/namei.h"

/* How much of a file decides what it is: Linux's BINPRM_BUF_SIZE. */
#define HEAD_BYTES 256
#define SCRIPTS_MAX 5
/* The break is less than this behind the program. */
#define BREAK_RANDOM (32ull << 20)

static void remember_missing(struct exec *exec, const char *path)
{
	size_t length = strnlen(path, sizeof(exec->missing) - 1);

	memcpy(exec->missing, path, length);
	exec->missing[length] = '\0';
}

static int executable_open(struct exec *exec, int dirfd, const char *path, unsigned walk_flags, struct file **out)
{
	struct path place;
	struct inode *inode;
	int error;

	remember_missing(exec, path);
	error = path_walk(dirfd, path, walk_flags, &place);
	if (error)
		return error;
	inode = place.dentry->inode;
	if (!INODE_IS(inode, S_IFREG))
		error = INODE_IS(inode, S_IFLNK) ? -ELOOP : -EACCES;
	if (!error)
		error = inode_permission(inode, MAY_EXEC);
	if (!error && __atomic_load_n(&inode->writers, __ATOMIC_RELAXED))
		error = -ETXTBSY;
	if (!error)
		error = file_open_path(&place, O_RDONLY, out);
	path_put(&place);
	return error;
}

static char *blanks_skip(char *text)
{
	while (*text == ' ' || *text == '\t')
		text++;
	return text;
}

static char *word_skip(char *text)
{
	while (*text && *text != ' ' && *text != '\t')
		text++;
	return text;
}

/* The interpreter and its one argument (NULL: none) out of the first line of a script, in place. */
static int script_parse(char *head, char **interpreter, char **argument)
{
	char *last = head + HEAD_BYTES - 1; /* a NUL */
	char *end = memchr(head, '\n', HEAD_BYTES);
	char *text = blanks_skip(head + 2);

	/* A first line that does not end here must at least have its interpreter whole. */
	if (!end && (text == last || word_skip(text) == last))
		return -ENOEXEC;
	if (!end)
		end = last;
	while (end > head + 2 && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*end = '\0';
	if (text >= end)
		return -ENOEXEC;
	*interpreter = text;
	text = word_skip(text);
	*argument = NULL;
	if (*text) {
		*text++ = '\0';
		text = blanks_skip(text);
		*argument = *text ? text : NULL;
	}
	return 0;
}

/* Replaces a script by its interpreter: exec->file, and the arguments in front. */
static int script_follow(struct exec *exec, char *head, const char *script)
{
	char *interpreter;
	char *argument;
	int error = script_parse(head, &interpreter, &argument);

	if (error)
		return error;
	file_put(exec->file);
	exec->file = NULL;
	strings_remove_first(&exec->arguments);
	error = strings_prepend(&exec->arguments, script);
	if (!error && argument)
		error = strings_prepend(&exec->arguments, argument);
	if (!error)
		error = strings_prepend(&exec->arguments, interpreter);
	if (!error)
		error = executable_open(exec, AT_FDCWD, interpreter, WALK_FOLLOW | WALK_EMPTY, &exec->file);
	return error;
}

/* Follows scripts until exec->file is none. */
static int scripts_follow(struct exec *exec, const char *path)
{
	char head[HEAD_BYTES];
	char script[HEAD_BYTES];

	for (unsigned depth = 0;; depth++) {
		struct io io;
		long got;
		int error;

		if (depth > SCRIPTS_MAX)
			return -ELOOP;
		memset(head, 0, sizeof(head));
		io_kernel(&io, head, sizeof(head) - 1);
		got = file_read_at(exec->file, &io, 0);
		if (got < 0)
			return (int)got;
		if (got < 2 || head[0] != '#' || head[1] != '!')
			return 0;
		error = script_follow(exec, head, path);
		if (error)
			return error;
		memcpy(script, exec->missing, sizeof(script));
		path = script;
	}
}

static int elf_open(struct file *file, struct elf **out)
{
	*out = heap_new(struct elf);
	return *out ? elf_read(file, *out) : -ENOMEM;
}

static int interpreter_open(struct exec *exec)
{
	char path[PATH_BYTES_MAX];
	int error = elf_interpreter(exec->elf, path, sizeof(path));

	if (error)
		return error;
	error = executable_open(exec, AT_FDCWD, path, WALK_FOLLOW, &exec->interpreter);
	if (error)
		return error;
	error = elf_open(exec->interpreter, &exec->interpreter_elf);
	return error == -ENOEXEC ? -ELIBBAD : error;
}

static int prepare(struct exec *exec, int dirfd, const char *path, unsigned walk_flags)
{
	int error = executable_open(exec, dirfd, path, walk_flags, &exec->file);

	if (!error && exec->arguments.count == 0)
		error = strings_add(&exec->arguments, "");
	if (!error)
		error = scripts_follow(exec, exec->name);
	if (!error)
		error = elf_open(exec->file, &exec->elf);
	if (!error)
		error = exec_capabilities_read(exec->file->inode, &exec->capabilities);
	if (!error && exec->elf->interpreter)
		error = interpreter_open(exec);
	return error;
}

int exec_prepare(struct exec *exec, int dirfd, const char *path, unsigned walk_flags)
{
	size_t bytes = strlen(path) + 1;
	int error = -ENOMEM;

	exec->name = heap_alloc(bytes);
	if (exec->name) {
		memcpy(exec->name, path, bytes);
		error = prepare(exec, dirfd, path, walk_flags);
	}
	if (error)
		exec_cancel(exec);
	return error;
}

void exec_cancel(struct exec *exec)
{
	file_put(exec->file);
	file_put(exec->interpreter);
	heap_free(exec->elf);
	heap_free(exec->interpreter_elf);
	heap_free(exec->name);
	strings_free(&exec->arguments);
	strings_free(&exec->environment);
	exec->file = exec->interpreter = NULL;
	exec->elf = exec->interpreter_elf = NULL;
	exec->name = NULL;
}

/* The thread's name: the file's, up to 15 bytes. A file that was given by descriptor has its own. */
static void name_set(struct thread *thread, const struct exec *exec)
{
	const char *slash = strrchr(exec->name, '/');
	const char *name = slash ? slash + 1 : *exec->name ? exec->name : exec->file->path.dentry->name;
	size_t length = strnlen(name, sizeof(thread->name) - 1);

	memset(thread->name, 0, sizeof(thread->name));
	memcpy(thread->name, name, length);
}

static int program_map(const struct exec *exec, struct elf_place *program, struct elf_place *start)
{
	struct address_space *space = process_current()->space;
	int error = elf_map(exec->elf, space->program_base, program);

	*start = *program;
	if (!error && exec->interpreter)
		error = elf_map(exec->interpreter_elf, 0, start);
	if (error)
		return error;
	mm_break_set(program->end, distance_choose(BREAK_RANDOM, PAGE_BYTES));
	space->code_start = program->code_start;
	space->code_end = program->code_end;
	space->data_start = program->data_start;
	space->data_end = program->data_end;
	return 0;
}

static void executable_set(struct process *process, struct file *file)
{
	struct path old;

	executable_get(file->path.dentry);
	/* Others look at it in /proc. */
	lock_acquire(&process->lock);
	old = process->executable;
	process->executable = file->path;
	lock_release(&process->lock);
	executable_put(old.dentry);
}

void exec_commit(struct exec *exec, struct frame *frame)
{
	struct thread *thread = current;
	struct process *process = thread->process;
	struct elf_place program = {0};
	struct elf_place start = {0};
	struct stack_contents stack = {
		.exec = exec,
		.program = &program,
		.interpreter = exec->interpreter ? &start : NULL,
	};
	bool secure = exec_credentials_apply(process, exec->file->inode, &exec->capabilities);
	int error;

	if (secure)
		thread->personality &= ~PERSONALITY_INSECURE;
	fd_table_close_on_exec(process->files);
	signal_actions_reset(process);
	process_timers_exec(process);
	space_clear(process->space);
	mm_text_keep(thread_is_traced(thread));
	error = stack_map(process->space, exec->elf->executable_stack);
	if (!error)
		error = program_map(exec, &program, &start);
	if (!error)
		error = stack_fill(&stack, secure, &frame->rsp);
	process->space->stack_start = frame->rsp;
	executable_set(process, exec->file);
	process->dumpable = !secure;
	name_set(thread, exec);
	exec_cancel(exec);
	process->remains = NULL;
	process_executed(process);
	if (error)
		process_kill(SIGSEGV); /* as Linux does behind the point of no return */
	*frame = (struct frame){.rsp = frame->rsp, .rip = start.entry, .rcx = start.entry, .rflags = RFLAGS_START};
	arch_set_fs(0);
	if (thread->tracee)
		tracee_executed();
}
