/*
 * Moving bytes between files inside the kernel: what sendfile, copy_file_range, splice and tee do. Files of tmpfs and
 * the
 * overlay are written out from where their bytes are, in the arena or in the image; all else goes through a buffer.
 *
 * Functions return how many bytes were moved, 0 at the end of the source, or -errno if none was. They may block where
 * reading and writing would.
 */
#ifndef KERNEL_FS_TRANSFER_H
#define KERNEL_FS_TRANSFER_H

#include <stdbool.h>
#include <stdint.h>

struct file;
struct pipe;

/* Whether a file can be read from for these calls: one that can be sought in, and is no text made on the fly. */
bool transfer_can_read(const struct file *file);

/* What there is to say of a file that cannot be read from for a pipe: as transfer_to_pipe, of the pipe first. */
int transfer_refuse(struct pipe *out, unsigned flags);

/* From *in_at on, which moves. *out_at likewise; NULL: the file's own position. */
long transfer_to_file(struct file *in, uint64_t *in_at, struct file *out, uint64_t *out_at, uint64_t bytes);
/* As much as the pipe has room for; waits for some room, unless `flags` has PIPE_NONBLOCK. */
long transfer_to_pipe(struct file *in, uint64_t *in_at, struct pipe *out, uint64_t bytes, unsigned flags);
/* What is in the pipe; waits for the first byte, unless PIPE_NONBLOCK. */
long transfer_from_pipe(struct pipe *in, struct file *out, uint64_t *out_at, uint64_t bytes, unsigned flags);
/* From pipe to another pipe; with `keep` the bytes stay in the first one, too. */
long transfer_between_pipes(struct pipe *in, struct pipe *out, uint64_t bytes, unsigned flags, bool keep);
/* Once bytes were moved: tells those who watch one of the files. */
void transfer_tell(const struct file *in, const struct file *out);

#endif
