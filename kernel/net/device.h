/*
 * The network device of the guest, eth0: frames over the packet descriptor (abi/kernel.h, struct kernel_net), each
 * read or written whole. Everything is called with the stack entered unless said otherwise.
 */
#ifndef KERNEL_NET_DEVICE_H
#define KERNEL_NET_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/net/frame.h"
#include "lwip/netif.h"

struct kernel_net;

#define DEVICE_BUFFER_BYTES (FRAME_BYTES_MAX + sizeof(struct frame_header))

struct device {
	struct netif netif; /* first */
	const struct kernel_net *boot;
	bool has_frame_header;
	bool has_segments;      /* TCP segments of many packets, both ways */
	uint16_t segment_bytes; /* of payload that go into packets of the connection that is sending */
	bool is_gone;           /* the other end of the descriptor is */
	bool is_settled;        /* and whoever used it was told */
	bool waits_to_send;     /* it had no room: tell lwIP when there is */
	bool is_busy;           /* frames come closely: look for more before asking ppoll */
	uint64_t last_ns;       /* when the last one came */
	bool has_dhcp_servers;
	uint8_t *receive;  /* DEVICE_BUFFER_BYTES, for the next frame */
	uint8_t *transmit; /* likewise, for frames that are not in one piece */
};

/* Once at boot, the stack entered: the interface, for which there is a descriptor. -ENOMEM */
int device_start(void);
/* The descriptor's other end is gone for good: device_settle (net/stack.h) does the rest. */
void device_end(struct device *device);

/* --- net/device_receive.c --- */

/* Takes what came, up to a number of frames: whether there was any. The stack is not entered. */
bool device_receive(struct device *device);

/* --- net/device_send.c --- */

/* netif->linkoutput */
err_t device_send(struct netif *netif, struct pbuf *p);

#endif
