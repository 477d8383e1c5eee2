/* What the two halves of state.h share: the files of a guest with a name. */
#ifndef CLI_STATE_FILES_H
#define CLI_STATE_FILES_H

#include <stddef.h>

#define STATE_LOCK "lock"
#define STATE_LOG "log"
#define STATE_STATUS "status"
#define STATE_REMOVE "remove"

/* The folder of all guests, made if it is missing. Both return 0, or 1 after a complaint. */
int state_folder(char *path, size_t size);
int state_name_check(const char *name);

#endif
