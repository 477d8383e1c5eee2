/*
 * Seeds for the fuzzers out of real unikernels: seeds IMAGE_DIR NOTE_DIR UNIKERNEL...
 * IMAGE_DIR gets headers and notes of each without its code, NOTE_DIR each note with the byte that fuzz_note.c expects.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tender/elf/source.h"

#define NOTE_MAX 8192
/* Segments keep this much of their bytes: the beginning of the file. */
#define SEGMENT_BYTES 64

_Noreturn static void fail(const char *path, const char *why)
{
	fprintf(stderr, "seeds: %s: %s\n", path, why);
	exit(1);
}

static FILE *seed_open(const char *dir, const char *unikernel, const char *suffix)
{
	char path[4096];
	char *copy = strdup(unikernel);
	FILE *seed;

	if (!copy || (size_t)snprintf(path, sizeof(path), "%s/%s%s", dir, basename(copy), suffix) >= sizeof(path))
		fail(dir, "path too long");
	free(copy);
	seed = fopen(path, "wb");
	if (!seed)
		fail(path, strerror(errno));
	return seed;
}

/* The linker script puts a decoy first, then the notes in the order of fuzz_note.c's kinds. */
static void note_write(const char *dir, const char *unikernel, unsigned index, const uint8_t *note, size_t bytes)
{
	char suffix[16];
	FILE *seed;

	snprintf(suffix, sizeof(suffix), ".%u", index);
	seed = seed_open(dir, unikernel, suffix);
	fputc((int)(index + 2) % 3, seed);
	fwrite(note, 1, bytes, seed);
	fclose(seed);
}

/* Moves every note behind the program headers and every segment to the beginning of the file. */
static void image_write(const char *image_dir, const char *note_dir, const struct elf_source *source,
			struct elf_image *image)
{
	static uint8_t notes[ELF_PHDR_MAX * NOTE_MAX];
	size_t front = sizeof(image->header) + image->header.e_phnum * sizeof(image->phdrs[0]);
	size_t used = 0;
	unsigned count = 0;
	FILE *seed;

	image->header.e_phoff = sizeof(image->header);
	for (unsigned i = 0; i < image->header.e_phnum; i++) {
		Elf64_Phdr *phdr = &image->phdrs[i];

		if (phdr->p_type == PT_LOAD) {
			phdr->p_offset = 0;
			if (phdr->p_filesz > SEGMENT_BYTES)
				phdr->p_filesz = SEGMENT_BYTES;
		}
		if (phdr->p_type != PT_NOTE || phdr->p_filesz > NOTE_MAX)
			continue;
		if (source->read_at(source, notes + used, phdr->p_filesz, phdr->p_offset) != (long)phdr->p_filesz)
			fail(source->name, "ends inside a note");
		note_write(note_dir, source->name, count++, notes + used, phdr->p_filesz);
		phdr->p_offset = front + used;
		used += phdr->p_filesz;
	}
	seed = seed_open(image_dir, source->name, "");
	fwrite(image, 1, front, seed);
	fwrite(notes, 1, used, seed);
	if (fclose(seed) != 0)
		fail(image_dir, "could not write");
}

int main(int argc, char **argv)
{
	if (argc < 3)
		fail("usage", "seeds IMAGE_DIR NOTE_DIR UNIKERNEL...");
	for (int i = 3; i < argc; i++) {
		int fd = open(argv[i], O_RDONLY);
		struct elf_window window;
		struct elf_source source = elf_source_file(argv[i], fd, &window);
		struct elf_image image;
		Elf64_Ehdr header;
		struct error error = {0};

		if (fd < 0 || pread(fd, &header, sizeof(header), 0) != sizeof(header))
			fail(argv[i], "could not read");
		if (elf_image_read(&source, header.e_machine, &image, &error) < 0)
			fail(argv[i], error.text);
		image_write(argv[1], argv[2], &source, &image);
		close(fd);
	}
	return 0;
}
