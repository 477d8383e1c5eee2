/* The first pages of the arena: struct kernel_boot and the strings it points to. */
#ifndef TENDER_LINUX_BOOT_H
#define TENDER_LINUX_BOOT_H

#include "tender/linux/guest.h"

uint64_t boot_pointer_count(const struct linux_guest *guest);
uint64_t boot_string_bytes(const struct linux_guest *guest);

/* Writes them to the mapped arena, as guest->layout says. Returns 0, or -1 with *error. */
int boot_write(struct linux_guest *guest, struct error *error);

#endif
