/* What every tender gives up before its guest runs. Functions return 0, or -1 with *error. */
#ifndef TENDER_SOLO5_LOCKDOWN_H
#define TENDER_SOLO5_LOCKDOWN_H

#include <stdbool.h>

#include "tender/error.h"
#include "tender/host/start.h"
#include "tender/policy/policy.h"

/* Uid 0 and all capabilities. */
int privileges_give_up(const struct start *start, struct error *error);

/* Every descriptor but standard output, what the policy has and, if asked for, standard error. */
int descriptors_close(const struct policy_guest *policy, bool keep_errors, struct error *error);

#endif
