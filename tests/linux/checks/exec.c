/* execve and execveat that fail: what succeeds is told by the page `restart`. */
#include "matrix.h"

#include <stdlib.h>
#include <sys/resource.h>

static char *const arguments[] = {"name", NULL};
static char *const environment[] = {NULL};

CHECK(exec_errors, "execve")
{
	FOR_PATHS(execve, PATH, arguments, environment); /* none of them is executable */
	FOR_ADDRESSES(execve, BAD, arguments, environment);
	CALL(execve, "/proc/self/exe", 8, environment);
	CALL(execve, "/proc/self/exe", arguments, 8);
	CALL(execve, "/proc/self/exe/x", arguments, environment);
	CALL(execve, "/dev/null", arguments, environment);
}

static void executable_make(const char *path, const void *bytes, size_t count)
{
	long fd = QUIET(open, path, O_CREAT | O_WRONLY | O_TRUNC, 0755);
	QUIET(write, fd, bytes, count);
	QUIET(close, fd);
}

CHECK(exec_formats, "execve,open,chmod")
{
	static const char *const contents[] = {
		"",
		"x",
		"#",
		"#!",
		"#!\n",
		"#! \t \n",
		"#!/missing\n",
		"#!/missing argument\n",
		"#!missing",
		"#!.\n",
		"#!/dev/null\n",
		"#!self\n",
		"\x7f" "ELF",
		"\x7f" "ELF\2\1\1 and then something that is much too short to be one, or at least not a good one",
	};
	for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++) {
		executable_make("self", contents[i], strlen(contents[i]));
		NOTE("%zu: %s", i, result_name(QUIET(execve, "./self", arguments, environment)));
	}
	executable_make("last", "#!/missing\n", 11);
	char name[] = "#!./l5\n", file[] = "l0";
	for (int depth = 0; depth < 6; depth++) { /* scripts whose interpreters are scripts */
		file[1] = (char)('0' + depth);
		name[5] = (char)('1' + depth);
		executable_make(file, depth == 5 ? "#!/missing\n" : name, depth == 5 ? 11 : 7);
	}
	for (int depth = 5; depth >= 0; depth--) {
		file[1] = (char)('0' + depth);
		NOTE("%d before the last: %s", 5 - depth, result_name(QUIET(execve, file, arguments, environment)));
	}
	CALL(chmod, "last", 0644);
	CALL(execve, "last", arguments, environment);
	CALL(chmod, "last", 0755);
	CALL(open, "last", O_WRONLY);
	CALL(execve, "last", arguments, environment); /* somebody writes to it */
}

CHECK(exec_interpreters, "execve")
{
	/* An ELF header of the right kind, with one program header: an interpreter that is not there. */
	static const unsigned char header[] = {
		0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 62, 0, 1, 0, 0, 0, /* ET_DYN */
		0, 0, 0, 0, 0, 0, 0, 0, 64, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,           /* e_phoff */
		0, 0, 0, 0, 64, 0, 56, 0, 1, 0, 0, 0, 0, 0, 0, 0,                                 /* e_phnum */
		3, 0, 0, 0, 4, 0, 0, 0, 120, 0, 0, 0, 0, 0, 0, 0, 120, 0, 0, 0, 0, 0, 0, 0,        /* PT_INTERP */
		120, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0};
	unsigned char file[sizeof header + 9];
	memcpy(file, header, sizeof header);
	memcpy(file + sizeof header, "/missing", 9);
	executable_make("a", file, sizeof file);
	CALL(execve, "a", arguments, environment);
	memcpy(file + sizeof header, "/dev/nul", 9);
	executable_make("a", file, sizeof file);
	CALL(execve, "a", arguments, environment);
	file[sizeof file - 1] = 'x'; /* without its NUL */
	executable_make("a", file, sizeof file);
	CALL(execve, "a", arguments, environment);
	file[18] = 40; /* another machine */
	executable_make("a", file, sizeof file);
	CALL(execve, "a", arguments, environment);
}

CHECK(exec_sizes, "execve,prlimit64")
{
	static char *many[400001];
	char *longest = malloc(200000);
	char *one[] = {"name", longest, NULL};
	memset(longest, 'x', 200000);
	longest[131072] = '\0';
	CALL(execve, "/proc/self/exe", one, environment); /* the string and its NUL: 32 pages and a byte */
	for (int i = 0; i < 400000; i++)
		many[i] = "12345678";
	CALL(execve, "/proc/self/exe", many, environment);
	CALL(execve, "/proc/self/exe", arguments, many);
	many[1] = (char *)8;
	CALL(execve, "/proc/self/exe", many, environment);
	free(longest);
}

CHECK(exec_at, "execveat,open")
{
	FOR_FDS(execveat, FD, "", arguments, environment, AT_EMPTY_PATH);
	FOR_FDS(execveat, FD, "inner", arguments, environment, 0);
	FOR_PATHS(execveat, AT_FDCWD, PATH, arguments, environment, AT_SYMLINK_NOFOLLOW);
	executable_make("a", "#!/missing\n", 11);
	CALL(symlink, "a", "b");
	CALL(execveat, AT_FDCWD, "a", arguments, environment, 0);
	CALL(execveat, AT_FDCWD, "b", arguments, environment, AT_SYMLINK_NOFOLLOW);
	CALL(execveat, AT_FDCWD, "", arguments, environment, 0);
	CALL(execveat, AT_FDCWD, "a", arguments, environment, 0x8000);
	CALL(execveat, 77, "a", arguments, environment, 0);
	CALL(execveat, QUIET(open, "a", O_RDONLY), "", arguments, environment, AT_EMPTY_PATH);
}
