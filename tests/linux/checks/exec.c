/* execve and execveat that fail: what succeeds is told by the page `restart`. */
#include "matrix.h"

#include <elf.h>
#include <stdlib.h>

static const char *const arguments[] = {"name", NULL};
static const char *const environment[] = {NULL};

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
		"\x7f"
		"ELF",
		"\x7f"
		"ELF\2\1\1 and then something that is much too short to be one, or at least not a good one",
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

/* A program of one page, whose interpreter is named at its end. */
struct program {
	Elf64_Ehdr header;
	Elf64_Phdr segments[3];
	char interpreter[9];
	char other[9];
};

static void program_try(struct program *program, const char *interpreter)
{
	memcpy(program->interpreter, interpreter, sizeof program->interpreter);
	executable_make("a", program, sizeof *program);
	NOTE("%s: %s", interpreter, result_name(QUIET(execve, "a", arguments, environment)));
}

CHECK(exec_interpreters, "execve")
{
	struct program program = {.header = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
					     .e_type = ET_DYN,
					     .e_machine = EM_X86_64,
					     .e_version = EV_CURRENT,
					     .e_phoff = sizeof(Elf64_Ehdr),
					     .e_ehsize = sizeof(Elf64_Ehdr),
					     .e_phentsize = sizeof(Elf64_Phdr),
					     .e_phnum = 2},
				  .segments = {{.p_type = PT_LOAD,
						.p_flags = PF_R | PF_X,
						.p_filesz = sizeof program,
						.p_memsz = sizeof program,
						.p_align = PAGE},
					       {.p_type = PT_INTERP,
						.p_offset = offsetof(struct program, interpreter),
						.p_filesz = sizeof program.interpreter,
						.p_memsz = sizeof program.interpreter,
						.p_align = 1},
					       {.p_type = PT_INTERP,
						.p_offset = offsetof(struct program, other),
						.p_filesz = sizeof program.other,
						.p_memsz = sizeof program.other,
						.p_align = 1}},
				  .other = "/usr/bin"};
	program_try(&program, "/missing");
	program_try(&program, "/usr/bin"); /* a directory */
	program_try(&program, "/dev/nul");
	program_try(&program, "no ending");
	program.header.e_phnum = 3; /* the first of two counts */
	program_try(&program, "/missing");
	program_try(&program, "/usr/bin");
	program.header.e_phnum = 2;
	program.segments[1].p_filesz = 1;
	program_try(&program, "/missing");
	program.segments[1].p_filesz = 5000;
	program_try(&program, "/missing");
	program.segments[1].p_filesz = sizeof program.interpreter;
	program.header.e_machine = EM_386;
	program_try(&program, "/missing");
	program.header.e_machine = EM_X86_64;
	program.header.e_phentsize = 32;
	program_try(&program, "/missing");
}

CHECK(exec_sizes, "execve")
{
	static const char *many[400001];
	char *longest = malloc(200000);
	const char *one[] = {"name", longest, NULL};
	memset(longest, 'x', 200000);
	longest[131072] = '\0';
	CALL(execve, "/proc/self/exe", one, environment); /* the string and its NUL: 32 pages and a byte */
	for (int i = 0; i < 400000; i++)
		many[i] = "12345678";
	CALL(execve, "/proc/self/exe", many, environment);
	CALL(execve, "/proc/self/exe", arguments, many);
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
