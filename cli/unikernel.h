/* Unikernels from the command line: `tend run FILE.spt` becomes the tender the file was built for. */
#ifndef CLI_UNIKERNEL_H
#define CLI_UNIKERNEL_H

#include <stdbool.h>

#include "cli/option.h"

/*
 * Whether the first operand of `tend run` is a unikernel; *operand is its index then. Options of unikernels, which the
 * reader's command does not know, are words of their own. Opens the operand, changes nothing.
 */
bool unikernel_is_meant(const struct option_reader *reader, int *operand);

/*
 * Becomes the tender with the options, in the form it knows them, and what follows the unikernel. Returns an exit
 * status, having complained.
 */
int unikernel_run(const struct option_reader *reader, int operand);

#endif
