/* Pseudoterminals: pty(7), pts(4). A master is made by opening /dev/ptmx, its slave is /dev/pts/N. */
#ifndef KERNEL_TTY_PTY_H
#define KERNEL_TTY_PTY_H

#include "kernel/vfs/file.h"

#define PTY_SLAVE_MAJOR 136
#define PTY_MASTER_MAJOR 5
#define PTY_MASTER_MINOR 2
#define TTY_GROUP 5

/* At boot: registers the devices. `first`: the lowest number that a new one may have. 0 or -errno. */
int pty_init(unsigned first);
/* Mounts /dev/pts. The guest's own terminal is number 0 there, if it has one. */
int devpts_mount(void);

/* For devpts: the first number >= from that there is, or -1; who owns a slave. False: it is gone. */
int pty_next(int from);
struct pty_owner {
	uint32_t mode; /* permissions */
	uint32_t uid;
	uint32_t gid;
};
bool pty_owner_get(unsigned number, struct pty_owner *owner);
void pty_owner_set(unsigned number, const struct pty_owner *owner);

#endif
