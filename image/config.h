/*
 * The OCI image configuration of an image file (abi/image.h): what its guest starts with unless told otherwise.
 * https://github.com/opencontainers/image-spec/blob/v1.0.2/config.md; docker's own archives have the same fields.
 *
 * The text is hostile: it comes with images of strangers.
 */
#ifndef IMAGE_CONFIG_H
#define IMAGE_CONFIG_H

#include <stddef.h>
#include <stdint.h>

#include "tender/error.h"

#define IMAGE_CONFIG_BYTES_MAX (4u << 20)

/* Lists end with NULL and are never NULL themselves; strings are never NULL, "" standing for what is not given. */
struct image_config {
	char **entrypoint; /* the command is entrypoint and what the user gives, or else entrypoint and cmd */
	char **cmd;
	char **env;           /* VAR=VALUE, each VAR once, in the configuration's order */
	char *user;           /* as it stands: NAME|UID[:GROUP|GID]; see image_user_find */
	char *workdir;        /* absolute, or "" */
	char **exposed_ports; /* "6379/tcp", in order of their bytes; the protocol is always there */
	char **volumes;       /* absolute paths, in order of their bytes */
	char *stop_signal;    /* as it stands: SIGTERM, TERM, 15 */
	char **labels;        /* KEY=VALUE, in order of their bytes */
};

/*
 * Each returns 0, or -1: not JSON, a field of another type than the specification's, or out of memory. Members unknown
 * here are left alone. The configuration is to be freed after success only.
 */
int image_config_parse(const char *json, size_t bytes, struct image_config *config, struct error *error);

/* Of an open image file, whose header is checked again. A file without configuration has an empty one. */
int image_config_read(int fd, struct image_config *config, struct error *error);

void image_config_free(struct image_config *config);

/*
 * The text itself, NUL-terminated; the caller frees it. `bytes` is 0 and the text empty where there is none. NULL after
 * an error.
 */
char *image_config_text(int fd, size_t *bytes, struct error *error);

#endif
