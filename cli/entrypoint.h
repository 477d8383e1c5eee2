/* Which program a guest starts with which arguments: the image's entrypoint and command, and what was given instead. */
#ifndef CLI_ENTRYPOINT_H
#define CLI_ENTRYPOINT_H

#include "cli/run_options.h"
#include "image/config.h"

/*
 * As podman has it: the entrypoint, then the operands, or without any the image's own; an entrypoint that was given
 * takes the place of both. *command may stay empty. Its words are the configuration's and the caller's. Returns 0, or
 * 1 after a complaint.
 */
int entrypoint_command(const struct run_options *options, const struct image_config *config, int count, char **operands,
		       struct word_list *command);

#endif
