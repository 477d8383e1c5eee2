/* A root directory with nothing in it, for guests with all namespaces. */
#ifndef TENDER_LINUX_EMPTY_ROOT_H
#define TENDER_LINUX_EMPTY_ROOT_H

/*
 * Leaves the process, which has a mount namespace of its own and the privilege to mount, with an empty read-only root
 * directory; what it has open stays open. Returns 0 or -errno.
 */
long root_empty(void);

#endif
