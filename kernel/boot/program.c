/* Finding the guest's first program: see program.h. */
#include "kernel/boot/program.h"

#include <linux/errno.h>

#include "kernel/boot/refusal.h"
#include "kernel/host/boot.h"
#include "kernel/lib/print.h"
#include "kernel/lib/string.h"
#include "kernel/vfs/namei.h"

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

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

/* Whether an error is about the path itself, and not the interpreter of what is there. */
static bool is_about(const struct exec *exec, const char *path)
{
	return strncmp(exec->missing, path, sizeof(exec->missing) - 1) == 0;
}

/*
 * As execvp(3), but a program that is there and lacks something else ends the search: that is what the user is to hear
 * of. Puts the place of what was found into `path`, which is the name as long as nothing was.
 */
static int search(struct exec *exec, const char *name, char path[PATH_BYTES_MAX])
{
	char tried[PATH_BYTES_MAX];
	int result = -ENOENT;

	for (const char *folder = path_variable(); folder;) {
		const char *end = strchr(folder, ':');
		int length = end ? (int)(end - folder) : (int)strlen(folder);
		/* No folder is the working directory. */
		size_t bytes = text_format(tried, sizeof(tried), length ? "%.*s/%s" : "%.*s%s", length, folder, name) +
			       1;
		int error = prepare(exec, tried);

		folder = end ? end + 1 : NULL;
		if (is_about(exec, tried) && (error == -ENOENT || error == -ENOTDIR))
			continue;
		if (result == -ENOENT)
			memcpy(path, tried, bytes);
		if (!is_about(exec, tried) || error != -EACCES) {
			memcpy(path, tried, bytes);
			return error;
		}
		result = error;
	}
	/* It tells of the last folder now. */
	text_format(exec->missing, sizeof(exec->missing), "%s", path);
	return result;
}

void program_find(struct exec *exec)
{
	const char *name = ((char *const *)(uintptr_t)kernel_boot()->arguments)[0];
	char path[PATH_BYTES_MAX];
	int error;

	text_format(path, sizeof(path), "%s", name);
	error = strchr(name, '/') ? prepare(exec, path) : search(exec, name, path);
	if (error)
		program_refuse(path, is_about(exec, path) ? NULL : exec->missing, error);
}
