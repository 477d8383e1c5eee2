/* Privileges and descriptors: see lockdown.h. */
#include "tender/solo5/lockdown.h"

#include "tender/host/descriptors.h"
#include "tender/host/privileges.h"

int privileges_give_up(const struct start *start, struct error *error)
{
	long result = start->is_root ? identity_drop() : 0;

	if (result < 0)
		return error_set(error,
				 "Could not give up uid 0: %s; start as another user, or map id %u in the "
				 "user namespace",
				 error_name(-result), UNPRIVILEGED_ID);
	result = capabilities_drop();
	return result < 0 ? error_set(error, "Could not drop privileges: %s", error_name(-result)) : 0;
}

static size_t descriptor_keep(int *kept, size_t count, int fd)
{
	if (fd >= 0)
		kept[count++] = fd;
	return count;
}

/* The guest's descriptors in kept[], which has room for all; returns their number. */
static size_t descriptors_collect(const struct policy_guest *policy, bool keep_errors, int *kept)
{
	size_t count = 0;

	count = descriptor_keep(kept, count, 1);
	count = descriptor_keep(kept, count, keep_errors ? 2 : -1);
	count = descriptor_keep(kept, count, policy->epoll_fd);
	count = descriptor_keep(kept, count, policy->timer_fd);
	count = descriptor_keep(kept, count, policy->vcpu_fd);
	count = descriptor_keep(kept, count, policy->kick_fd);
	for (unsigned i = 0; i < policy->net_count; i++)
		kept[count++] = policy->net_fds[i];
	for (unsigned i = 0; i < policy->block_count; i++)
		kept[count++] = policy->blocks[i].fd;
	return count;
}

int descriptors_close(const struct policy_guest *policy, bool keep_errors, struct error *error)
{
	int kept[POLICY_DEVICES_MAX + 6];
	long result = descriptors_close_others(kept, descriptors_collect(policy, keep_errors, kept));

	if (result < 0)
		return error_set(error, "Could not close descriptors: close_range: %s; it needs Linux 5.9",
				 error_name(-result));
	return 0;
}
