/*
 * Fuzz target: the bytes are an archive. It is unpacked as a layer over another one, written as EROFS, and what was
 * written must be readable: every inode, name and byte of it. Then its files are taken for an OCI layout and a docker
 * archive.
 */
#define _GNU_SOURCE

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "freestanding/erofs/erofs.h"
#include "image/archive.h"
#include "image/blobs.h"
#include "image/erofs_write.h"
#include "tests/fuzz/fuzz.h"

#define DEPTH_MAX 3000u
#define RUNS_MAX 4096u

struct bytes_input {
	struct archive_input input;
	const uint8_t *bytes;
	size_t left;
};

static int64_t bytes_read(struct archive_input *input, void *buffer, uint64_t size, struct error *error)
{
	struct bytes_input *from = (struct bytes_input *)input;

	(void)error;
	if (size > from->left)
		size = from->left;
	memcpy(buffer, from->bytes, size);
	from->bytes += size;
	from->left -= size;
	return (int64_t)size;
}

static int unpack(struct root *root, struct spool *spool, const uint8_t *data, size_t size, bool is_layer)
{
	struct bytes_input input = {{bytes_read}, data, size};
	struct progress progress = {0};
	struct error error = {0};
	struct archive_job job = {
		.input = &input.input,
		.name = "archive",
		.root = root,
		.spool = spool,
		.is_layer = is_layer,
		.progress = &progress,
	};
	int result = archive_unpack(&job, &error);

	FUZZ_CHECK(result == 0 || error.text[0]);
	return result;
}

static void inode_visit(const struct erofs *fs, uint64_t nid, unsigned depth);

static void directory_visit(const struct erofs *fs, const struct erofs_inode *dir, unsigned depth)
{
	struct erofs_entry entry;
	uint64_t cookie = 0, found;
	int result;

	while ((result = erofs_readdir(fs, dir, &cookie, &entry)) > 0) {
		FUZZ_CHECK(erofs_lookup(fs, dir, entry.name, entry.length, &found, NULL) == 0 && found == entry.nid);
		if (!(entry.length <= 2 && memcmp(entry.name, "..", entry.length) == 0))
			inode_visit(fs, entry.nid, depth + 1);
	}
	FUZZ_CHECK(result == 0);
}

static void inode_visit(const struct erofs *fs, uint64_t nid, unsigned depth)
{
	struct erofs_xattr_cursor cursor = {0};
	struct erofs_xattr xattr;
	struct erofs_inode inode;
	struct erofs_run run;
	uint64_t offset = 0;

	FUZZ_CHECK(depth < DEPTH_MAX && erofs_inode(fs, nid, &inode) == 0 && inode.nlink);
	while (erofs_xattr_next(fs, &inode, &cursor, &xattr) > 0)
		FUZZ_CHECK(xattr.prefix);
	if (S_ISDIR(inode.mode))
		directory_visit(fs, &inode, depth);
	for (unsigned i = 0; i < RUNS_MAX && offset < inode.size; i++, offset += run.bytes)
		FUZZ_CHECK(erofs_data(fs, &inode, offset, &run) == 0 && run.bytes);
}

static void written_check(struct root *root)
{
	struct output output = {.path = "image", .fd = memfd_create("image", MFD_CLOEXEC)};
	struct progress progress = {0};
	struct error error = {0};
	struct stream stream;
	struct erofs fs;
	uint64_t size;
	void *bytes;

	FUZZ_CHECK(output.fd >= 0 && stream_open(&stream, &output, &error) == 0);
	if (erofs_write(root, &stream, &progress, &error) == 0) {
		size = stream_position(&stream);
		bytes = mmap(NULL, size, PROT_READ, MAP_SHARED, output.fd, 0);
		FUZZ_CHECK(bytes != MAP_FAILED && erofs_open(&fs, bytes, size) == 0);
		inode_visit(&fs, fs.root_nid, 0);
		munmap(bytes, size);
	} else {
		FUZZ_CHECK(error.text[0]);
	}
	stream_close(&stream);
	close(output.fd);
}

static void blobs_take(const struct root *root, const struct spool *spool)
{
	struct blobs blobs = {.root = *root, .spool = *spool, .is_archive = true, .name = "archive"};
	struct progress progress = {0};

	for (unsigned i = 0; i < 2; i++) {
		struct source source = {.progress = &progress, .dir = "/tmp"};
		struct error error = {0};
		int result;

		FUZZ_CHECK(root_make(&source.root, &error) == 0);
		source.spool.fd = memfd_create("spool", MFD_CLOEXEC);
		source.has_spool = true;
		result = i ? blobs_docker(&blobs, NULL, &source, &error) : blobs_oci(&blobs, NULL, &source, &error);
		FUZZ_CHECK(result == 0 || error.text[0]);
		source_close(&source);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct spool spool = {.fd = memfd_create("spool", MFD_CLOEXEC)};
	struct error error = {0};
	struct root root;

	FUZZ_CHECK(spool.fd >= 0 && root_make(&root, &error) == 0);
	if (unpack(&root, &spool, data, size, false) == 0) {
		blobs_take(&root, &spool);
		root.layer++;
		unpack(&root, &spool, data, size, true);
	}
	written_check(&root);
	root_free(&root);
	close(spool.fd);
	return 0;
}
