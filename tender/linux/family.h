/* The processes of a Linux guest: see guest.h for who is who. */
#ifndef TENDER_LINUX_FAMILY_H
#define TENDER_LINUX_FAMILY_H

#include "tender/linux/guest.h"

/* Starts them. Returns init's pid, or -1 with *error and nothing running. */
int family_start(struct linux_guest *guest, struct error *error);

/* Forwards signals and what the guest wishes of its terminal until init ends; returns its exit status. */
int family_supervise(struct linux_guest *guest, int init_pid);

/* Init: does not return. In the front's memory, of which it changes nothing but its own stack. */
__attribute__((visibility("hidden"))) /* its address is taken, and there is no GOT */
void init_run(void *argument);

/* A member, in a process of its own: locks it down and becomes the library kernel in that role. */
_Noreturn void member_become(struct linux_guest *guest, enum kernel_role role);

/* The host's signals that the front takes for the guest; the guest's processes ignore them. */
#define FAMILY_FORWARDED                                                                                               \
	(HOST_SIGNAL_BIT(SIGHUP) | HOST_SIGNAL_BIT(SIGINT) | HOST_SIGNAL_BIT(SIGQUIT) | HOST_SIGNAL_BIT(SIGTERM) |     \
	 HOST_SIGNAL_BIT(SIGUSR1) | HOST_SIGNAL_BIT(SIGUSR2) | HOST_SIGNAL_BIT(SIGWINCH) | HOST_SIGNAL_BIT(SIGCONT))

#endif
