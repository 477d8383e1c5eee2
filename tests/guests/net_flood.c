/* Sends more than the host takes: every frame is sent or dropped silently, none fails, none blocks. */
#include "net.h"

#define FRAMES 20000

int solo5_app_main(const struct solo5_start_info *info)
{
	struct net net = {.name = "service0"};
	/* Fewer where the machine is slow. */
	unsigned count = *info->cmdline ? number_parse(info->cmdline) : FRAMES;

	CHECK(solo5_net_acquire(net.name, &net.handle, &net.info) == SOLO5_R_OK);
	for (int i = 0; i < 6; i++) {
		frame[i] = 0xff;
		frame[6 + i] = net.info.mac_address[i];
	}
	frame[12] = 0x88;
	frame[13] = 0xb5; /* IEEE 802 local experimental EtherType */
	for (unsigned i = 0; i < count; i++)
		CHECK(solo5_net_write(net.handle, frame, 1514) == SOLO5_R_OK);
	return success();
}
