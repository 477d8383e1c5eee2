/*
 * Solo5 executables: headers, segments and notes.
 *
 * Everything here judges bytes and changes nothing: a function fills its output and returns 0, or returns -1 with one
 * line in *error. The rules are those of the Solo5 ABI; texts begin with the name of the file.
 */
#ifndef TENDER_ELF_ELF_H
#define TENDER_ELF_ELF_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tender/error.h"

/* More program headers than any known tool chain writes: ten are usual. */
#define ELF_PHDR_MAX 32

/* What a file source read last around a small piece: notes lie side by side, and a host call costs more than a copy. */
struct elf_window {
	uint64_t offset;
	size_t bytes;
	uint8_t data[1024];
};

/* Where the bytes of an executable come from: a file, or memory in tests. */
struct elf_source {
	const char *name;
	/* Reads up to size bytes at offset; returns their number, less only at the end, or -errno. */
	long (*read_at)(const struct elf_source *source, void *buf, size_t size, uint64_t offset);
	uint64_t size;
	const void *bytes; /* for memory sources */
	int fd;            /* for file sources */
	struct elf_window *window;
};

/* As in the file: the usual place of the program headers is right behind the ELF header. */
struct elf_image {
	Elf64_Ehdr header;
	Elf64_Phdr phdrs[ELF_PHDR_MAX];
};

/* One loadable segment, checked against the size of guest memory. */
struct elf_segment {
	uint64_t offset;     /* in the file */
	uint64_t file_bytes; /* to read to address */
	uint64_t mem_bytes;  /* the rest is zero */
	uint64_t address;
	uint64_t start; /* the segment's pages: [start, end) */
	uint64_t end;
	int prot; /* PROT_READ, PROT_WRITE, PROT_EXEC */
};

struct elf_plan {
	uint64_t entry;
	uint64_t kernel_end; /* end of the highest segment with bytes in the file */
	uint64_t image_end;  /* end of the image's memory, with what is only zeroes */
	unsigned count;
	struct elf_segment segments[ELF_PHDR_MAX];
};

/* Reads and checks the ELF header for `machine` (EM_*) and reads the program headers. */
int elf_image_read(const struct elf_source *source, uint16_t machine, struct elf_image *image, struct error *error);

/* The same for another ELF type than a unikernel's, ET_EXEC: the library kernel is ET_DYN. */
int elf_image_read_type(const struct elf_source *source, uint16_t machine, uint16_t type, struct elf_image *image,
			struct error *error);

/* Checks every PT_LOAD against the file's size and [SPT_IMAGE_BASE, mem_bytes) and lays out how to load them. */
int elf_plan_make(const struct elf_image *image, const struct elf_source *source, uint64_t mem_bytes,
		  struct elf_plan *plan, struct error *error);

/* Reads the segment's bytes to where they belong. Returns their number, or -errno. */
long elf_segment_read(const struct elf_source *source, const struct elf_segment *segment, void *to);

/* What to look for among an image's notes. The name's size counts its NUL. */
struct elf_note_kind {
	const char *name;
	uint32_t name_bytes;
	uint32_t type;
	uint32_t align; /* of the payload within the note, a power of two */
	uint32_t max_bytes;
	bool is_strict; /* while it is looked for, a note too short to tell whose it is counts as malformed */
};

extern const struct elf_note_kind elf_note_abi1;
extern const struct elf_note_kind elf_note_mft1;
extern const struct elf_note_kind elf_note_tend;

/* What is needed of a note to know whose it is: its header and the longest of the names. */
#define ELF_NOTE_HEAD_BYTES 20

/*
 * Judges a note of file_bytes (its PT_NOTE's size) by its head, of which `available` bytes could be read: 1 if it is
 * of the kind, with its payload's place in the note; 0 if it is another's; -1 if it is the kind's but malformed.
 * `index` is the program header's, for the message.
 */
int elf_note_decode(const struct elf_note_kind *kind, const uint8_t *head, size_t available, uint64_t file_bytes,
		    const char *name, unsigned index, size_t *payload, size_t *payload_bytes, struct error *error);

/* One kind of note to find: its payload goes to out, which has room for kind->max_bytes; bytes is 0 if there is none.
 */
struct elf_note_request {
	const struct elf_note_kind *kind;
	void *out;
	size_t bytes;
};

/*
 * Finds the first note of each kind asked for. Returns 0, or -1 if a note that is asked for is malformed or cannot be
 * read.
 */
int elf_notes_read(const struct elf_source *source, const struct elf_image *image, struct elf_note_request *requests,
		   size_t count, struct error *error);

#endif
