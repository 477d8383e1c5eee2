/* What a tender for Solo5 unikernels is made of, beside what main.c does for all of them. */
#ifndef TENDER_SOLO5_TENDER_H
#define TENDER_SOLO5_TENDER_H

#include "tender/error.h"
#include "tender/host/start.h"
#include "tender/solo5/unikernel.h"

/* The tender's own: runs the kernel named by argv[kernel_index]. Returns only if that fails, with *error. */
void tender_run(const struct start *start, int kernel_index, struct error *error);

/* What it serves. */
extern const struct unikernel_target tender_target;

/* Writes to standard error; at most about 9000 characters. */
__attribute__((format(printf, 1, 2))) void tender_say(const char *format, ...);

#endif
