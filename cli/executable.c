/* Reading a unikernel's notes from a file: see executable.h. */
#include "cli/executable.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/command.h"
#include "tender/elf/source.h"
#include "tender/manifest/manifest.h"

/* Tools look at unikernels for other machines too. */
static uint16_t machine_of(const struct elf_source *source)
{
	Elf64_Ehdr header = {0};

	source->read_at(source, &header, sizeof(header), 0);
	return header.e_machine;
}

int executable_open(struct executable *executable, const char *path)
{
	struct error error = {0};
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		complain("%s: Could not open: %s", path, strerror(errno));
		return -1;
	}
	executable->source = elf_source_file(path, fd, &executable->window);
	if (elf_image_read(&executable->source, machine_of(&executable->source), &executable->image, &error) < 0) {
		complain("%s", error.text);
		close(fd);
		return -1;
	}
	return 0;
}

/* Reads the first note of the kind to out: returns its size, 0 if there is none, or -1 after a complaint. */
static long note_read(const struct executable *executable, const struct elf_note_kind *kind, void *out)
{
	struct elf_note_request request = {.kind = kind, .out = out};
	struct error error = {0};

	if (elf_notes_read(&executable->source, &executable->image, &request, 1, &error) < 0) {
		complain("%s", error.text);
		return -1;
	}
	return (long)request.bytes;
}

int executable_abi(const struct executable *executable, struct abi1_info *abi)
{
	uint8_t bytes[ABI1_NOTE_MAX_SIZE];
	long size = note_read(executable, &elf_note_abi1, bytes);

	if (size >= (long)sizeof(*abi)) {
		memcpy(abi, bytes, sizeof(*abi));
		return 0;
	}
	if (size >= 0)
		complain("%s: No Solo5 ABI information found in executable", executable->source.name);
	return -1;
}

int executable_manifest(const struct executable *executable, struct mft *manifest)
{
	long size = note_read(executable, &elf_note_mft1, manifest);

	if (size > 0 && manifest_check(manifest, (size_t)size))
		return 0;
	if (size == 0)
		complain("%s: No Solo5 manifest found in executable", executable->source.name);
	else if (size > 0)
		complain("%s: Manifest validation failed", executable->source.name);
	return -1;
}

void executable_close(struct executable *executable)
{
	close(executable->source.fd);
}

bool executable_is_unikernel(const char *path)
{
	uint8_t bytes[ABI1_NOTE_MAX_SIZE];
	struct elf_note_request request = {.kind = &elf_note_abi1, .out = bytes};
	struct executable executable;
	struct error error = {0};
	struct stat status;
	bool result = false;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
		executable.source = elf_source_file(path, fd, &executable.window);
		result = elf_image_read(&executable.source, machine_of(&executable.source), &executable.image,
					&error) == 0 &&
			 elf_notes_read(&executable.source, &executable.image, &request, 1, &error) == 0 &&
			 request.bytes > 0;
	}
	if (fd >= 0)
		close(fd);
	return result;
}
