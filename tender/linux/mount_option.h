/* The options of what is mounted besides the root: --tmpfs=BYTES:MODE:PATH and --volume=FD:dir|file:PATH. */
#ifndef TENDER_LINUX_MOUNT_OPTION_H
#define TENDER_LINUX_MOUNT_OPTION_H

#include "tender/linux/options.h"

/* Both append to options->mounts. They return 0, or -1 with *error. */
int linux_mount_parse_tmpfs(struct linux_options *options, const char *value, struct error *error);
int linux_mount_parse_volume(struct linux_options *options, const char *value, struct error *error);

#endif
