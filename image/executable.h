/* What a path of this host looks like. */
#ifndef IMAGE_EXECUTABLE_H
#define IMAGE_EXECUTABLE_H

#include <stdbool.h>

/* A directory that is an OCI layout. */
bool directory_is_layout(const char *path);

/* An executable ELF file, or a script that names its interpreter. */
bool file_is_program(const char *path);

#endif
