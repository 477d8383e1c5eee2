/* One entry of an archive: archive.c's own. */
#ifndef IMAGE_ARCHIVE_ENTRY_H
#define IMAGE_ARCHIVE_ENTRY_H

#include <archive.h>
#include <archive_entry.h>

#include "image/archive.h"

/* Puts the entry into the job's root. Returns 0, or -1; with an empty error, the reader has the words. */
int archive_entry_take(struct archive_job *job, struct archive *archive, struct archive_entry *entry,
		       struct error *error);

#endif
