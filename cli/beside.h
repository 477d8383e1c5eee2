/* Files that lie beside this program, wherever it was installed. */
#ifndef CLI_BESIDE_H
#define CLI_BESIDE_H

#include <stddef.h>

/* The path of `name`, relative to the folder of this program. Returns 0, or 1 after a complaint. */
int beside_path(const char *name, char *path, size_t size);

#endif
