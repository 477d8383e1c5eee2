/* One network interface: ARP, ping, the interface's MTU. */
#include "net.h"

int solo5_app_main(const struct solo5_start_info *info)
{
	static struct net nets[] = {{.name = "service0", .ip = {10, 0, 0, 2}}};
	solo5_handle_t again;
	struct solo5_net_info ignored;
	int result = net_main(nets, 1, info->cmdline);

	CHECK(solo5_net_acquire("service0", &again, &ignored) == SOLO5_R_EINVAL);
	CHECK(solo5_net_read(63, frame, sizeof(frame), &(size_t){0}) == SOLO5_R_EINVAL);
	return result;
}
