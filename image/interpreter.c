/* What runs a program: see interpreter.h. */
#define _GNU_SOURCE 1

#include "image/interpreter.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "image/mapped_file.h"

#define ENV "/env"

static bool script_parse(const char *line, size_t size, struct interpreter *interpreter)
{
	size_t end = size, length;
	const char *newline = memchr(line, '\n', size);

	if (newline)
		end = (size_t)(newline - line);
	if (memchr(line, '\0', end))
		return false;
	line += 2;
	end -= 2;
	while (end && (*line == ' ' || *line == '\t'))
		line++, end--;
	for (length = 0; length < end && line[length] != ' ' && line[length] != '\t'; length++)
		;
	if (!length || length >= sizeof(interpreter->path) || line[0] != '/')
		return false;
	memcpy(interpreter->path, line, length);
	if (length < strlen(ENV) || memcmp(line + length - strlen(ENV), ENV, strlen(ENV)) != 0)
		return true;
	line += length;
	end -= length;
	while (end && (*line == ' ' || *line == '\t'))
		line++, end--;
	for (length = 0; length < end && line[length] != ' ' && line[length] != '\t'; length++)
		;
	/* With options of env, who knows. */
	if (length && length < sizeof(interpreter->command) && line[0] != '-' && !memchr(line, '/', length))
		memcpy(interpreter->command, line, length);
	return true;
}

static bool elf_parse(const uint8_t *bytes, size_t size, struct interpreter *interpreter)
{
	Elf64_Ehdr header;
	Elf64_Phdr segment;

	if (size < sizeof(header))
		return false;
	memcpy(&header, bytes, sizeof(header));
	if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_machine != EM_X86_64 ||
	    header.e_phentsize != sizeof(segment))
		return false;
	for (unsigned i = 0; i < header.e_phnum; i++) {
		if (header.e_phoff > size || (i + 1ull) * sizeof(segment) > size - header.e_phoff)
			return false;
		memcpy(&segment, bytes + header.e_phoff + i * sizeof(segment), sizeof(segment));
		if (segment.p_type != PT_INTERP)
			continue;
		if (segment.p_offset > size || segment.p_filesz > size - segment.p_offset || !segment.p_filesz ||
		    segment.p_filesz > sizeof(interpreter->path) ||
		    bytes[segment.p_offset + segment.p_filesz - 1] != '\0' || bytes[segment.p_offset] != '/')
			return false;
		/* Linux takes the first, others the last: nobody's linker makes two. */
		if (interpreter->path[0])
			return false;
		memcpy(interpreter->path, bytes + segment.p_offset, segment.p_filesz);
	}
	return true;
}

bool interpreter_parse(const void *bytes, size_t size, struct interpreter *interpreter)
{
	*interpreter = (struct interpreter){.is_script = size >= 2 && memcmp(bytes, "#!", 2) == 0};
	if (interpreter->is_script)
		return script_parse(bytes, size, interpreter);
	return size >= SELFMAG && memcmp(bytes, ELFMAG, SELFMAG) == 0 && elf_parse(bytes, size, interpreter);
}

/* Makes a path of env's command; one that is not found stays a matter of the guest's. */
static void command_find(struct interpreter *interpreter)
{
	const char *variable = getenv("PATH");
	char *path = strdup(variable ? variable : "/usr/local/bin:/usr/bin:/bin"), *rest;
	char found[PATH_MAX] = "";

	for (char *dir = path ? strtok_r(path, ":", &rest) : NULL; dir; dir = strtok_r(NULL, ":", &rest)) {
		char name[PATH_MAX];

		if (dir[0] != '/' ||
		    (size_t)snprintf(name, sizeof(name), "%s/%s", dir, interpreter->command) >= sizeof(name) ||
		    access(name, X_OK) < 0)
			continue;
		memcpy(found, name, strlen(name) + 1);
		break;
	}
	free(path);
	memcpy(interpreter->command, found, strlen(found) + 1);
}

int interpreter_find(const char *path, struct interpreter *interpreter, struct error *error)
{
	struct mapped_file file;
	bool is_known;

	if (mapped_file_open(&file, path) < 0)
		return error_set(error, "%s: could not be read: %s", path, strerror(errno));
	is_known = interpreter_parse(file.bytes, file.size, interpreter);
	mapped_file_close(&file);
	if (!is_known)
		return error_set(error, "%s: neither a program for x86-64 nor a script", path);
	if (interpreter->command[0])
		command_find(interpreter);
	return 0;
}
