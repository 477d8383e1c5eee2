/* Two network interfaces at once: yield tells them apart. */
#include "net.h"

int solo5_app_main(const struct solo5_start_info *info)
{
	static struct net nets[] = {
		{.name = "service0", .ip = {10, 0, 0, 2}},
		{.name = "service1", .ip = {10, 1, 0, 2}},
	};

	return net_main(nets, 2, info->cmdline);
}
