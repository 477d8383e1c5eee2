/*
 * The image file of a Linux guest: an EROFS file system, whose first 1024 bytes EROFS leaves to others and which hold
 * struct image_header here; behind the file system page-aligned patched text and stubs, the patch index, and the OCI
 * image configuration (JSON). All numbers are little-endian; offsets are from the start of the file.
 *
 * Whoever reads it treats it as hostile: every offset and length is checked against the file's size before use.
 */
#ifndef ABI_IMAGE_H
#define ABI_IMAGE_H

#include <stdint.h>

#define IMAGE_MAGIC "TENDIMG"
#define IMAGE_VERSION 1
#define IMAGE_PAGE_BYTES 4096u

struct image_header {
	char magic[8]; /* IMAGE_MAGIC and its NUL */
	uint32_t version;
	uint32_t reserved;
	uint64_t file_bytes;  /* of the whole file: a truncated one is noticed */
	uint64_t erofs_bytes; /* the file system is [0, erofs_bytes), whole pages */
	uint64_t objects;     /* struct image_object[object_count], sorted by nid */
	uint64_t object_count;
	uint64_t runs; /* struct image_run[run_count] */
	uint64_t run_count;
	uint64_t config; /* OCI image configuration, config_bytes of JSON; 0 bytes: none */
	uint64_t config_bytes;
};

/*
 * One ELF file with patched system call sites. Its patched pages replace the file's own where the file is mapped
 * executable; read() and other mappings see the file's own bytes. Addresses are as in the ELF program headers.
 */
struct image_object {
	uint64_t nid;         /* EROFS inode number of the file */
	uint64_t vaddr_start; /* lowest page of the PT_LOAD segments, page-aligned */
	uint64_t vaddr_end;   /* end of the highest, p_memsz included, page-aligned: the stubs' place */
	uint64_t stubs;       /* offset of the stubs in the image file, page-aligned */
	uint32_t stub_bytes;  /* whole pages; mapped read-execute at vaddr_end */
	uint32_t site_count;
	uint32_t run_first; /* its runs, sorted by file_offset, not overlapping */
	uint32_t run_count;
};

/* Consecutive pages of an object's file of which patched copies exist. */
struct image_run {
	uint64_t file_offset;  /* page-aligned, in the ELF file */
	uint64_t bytes;        /* whole pages */
	uint64_t image_offset; /* of the patched pages, page-aligned */
	uint64_t vaddr;        /* the address the ELF program header gives file_offset */
};

_Static_assert(sizeof(struct image_header) == 80, "size of the image header");
_Static_assert(sizeof(struct image_object) == 48, "size of an image object");
_Static_assert(sizeof(struct image_run) == 32, "size of an image run");

#endif
