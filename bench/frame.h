/*
 * The Ethernet frame that benchmarks send: broadcast, of the type for local experiments (IEEE 802), which nobody
 * listens to: the host's stack takes it and drops it.
 */
#ifndef BENCH_FRAME_H
#define BENCH_FRAME_H

#include <stdint.h>

static const uint8_t bench_frame[1514] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, /* to everybody */
	0x02, 0x00, 0x00, 0x00, 0x00, 0x01, /* from a locally administered address */
	0x88, 0xb5,
};

#endif
