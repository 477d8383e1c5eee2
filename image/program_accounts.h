/* Users and groups of this host for the image of a program. */
#ifndef IMAGE_PROGRAM_ACCOUNTS_H
#define IMAGE_PROGRAM_ACCOUNTS_H

#include "image/scan.h"

/* Adds /etc/passwd and /etc/group with the system's own accounts: who uses this host is nobody's business. */
int program_accounts_add(struct scan *scan, struct error *error);

/*
 * Keeps the lines of such a file whose number, the third field, is a system account's; returns how long the text is
 * then.
 */
size_t program_accounts_keep(char *text, size_t size);

#endif
