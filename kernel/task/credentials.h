/* Who a process is: ids and capabilities, as in credentials(7) and capabilities(7). */
#ifndef KERNEL_TASK_CREDENTIALS_H
#define KERNEL_TASK_CREDENTIALS_H

#include <stdbool.h>
#include <stdint.h>

#define GROUPS_MAX 64 /* supplementary groups kept; setgroups with more: -EINVAL */

/* Sets of capabilities: bit n stands for capability n. */
struct credentials {
	uint32_t uid, euid, suid, fsuid;
	uint32_t gid, egid, sgid, fsgid;
	uint32_t group_count;
	uint32_t groups[GROUPS_MAX];
	uint64_t permitted;
	uint64_t effective;
	uint64_t inheritable;
	uint64_t bounding;
	uint64_t ambient;
	uint32_t secure_bits;
};

/* What a container's root has (the default set of OCI runtimes), and what any other user starts with: nothing. */
#define CAPABILITIES_CONTAINER 0x00000000a80425fbull
#define CAPABILITIES_LAST 40
#define CAPABILITIES_ALL ((1ull << (CAPABILITIES_LAST + 1)) - 1)

/* What follows for the capabilities in `new` from its user ids being others than in `old`; the second for fsuid alone.
 * `keep`: PR_SET_KEEPCAPS was called. */
void credentials_uids_changed(struct credentials *new, const struct credentials *old, bool keep);
void credentials_fsuid_changed(struct credentials *new, const struct credentials *old);

#endif
