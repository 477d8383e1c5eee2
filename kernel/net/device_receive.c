/* Frames that arrive: see device.h. */
#include <linux/errno.h>

#include "kernel/host/boot.h"
#include "kernel/host/host.h"
#include "kernel/lib/heap.h"
#include "kernel/lib/string.h"
#include "kernel/net/device.h"
#include "kernel/net/stack.h"
#include "kernel/net/stack_timer.h"
#include "lwip/etharp.h"
#include "lwip/ip4.h"
#include "lwip/ip6.h"
#include "lwip/pbuf.h"

#define BATCH_FRAMES 64
#define BUSY_NS 15000ull /* frames that come as close as this come in crowds */
/* Larger packets are handed on in the buffer they were read into; smaller ones would waste most of it. */
#define COPY_BYTES_MAX 24576u

/* A buffer that is a packet now. */
struct loan {
	struct pbuf_custom pbuf;
	uint8_t *buffer;
};

static void loan_end(struct pbuf *p)
{
	struct loan *loan = (struct loan *)p;

	heap_free(loan->buffer);
	heap_free(loan);
}

static struct pbuf *packet_lend(struct device *device, const struct frame *frame)
{
	uint8_t *next = heap_alloc(DEVICE_BUFFER_BYTES);
	struct loan *loan = next ? heap_new(struct loan) : NULL;
	struct pbuf *p;

	if (!loan) {
		heap_free(next);
		return NULL;
	}
	loan->buffer = device->receive;
	loan->pbuf.custom_free_function = loan_end;
	p = pbuf_alloced_custom(PBUF_RAW, (u16_t)frame->packet_bytes, PBUF_REF, &loan->pbuf,
				(void *)(uintptr_t)frame->packet, (u16_t)frame->packet_bytes);
	device->receive = next;
	return p;
}

static struct pbuf *packet_copy(const struct frame *frame)
{
	struct pbuf *p = pbuf_alloc(PBUF_RAW, (u16_t)frame->packet_bytes, PBUF_RAM);

	if (p)
		memcpy(p->payload, frame->packet, frame->packet_bytes);
	return p;
}

/* Consumes p. */
static void packet_deliver(struct device *device, const struct frame *frame, struct pbuf *p)
{
	struct netif *netif = &device->netif;
	uint16_t check = NETIF_CHECKSUM_CHECK_TCP | NETIF_CHECKSUM_CHECK_UDP;

	p->if_idx = netif_get_index(netif);
	if (frame->is_multicast)
		p->flags |= PBUF_FLAG_LLMCAST;
	if (frame->is_broadcast)
		p->flags |= PBUF_FLAG_LLBCAST;
	NETIF_SET_CHECKSUM_CTRL(netif, frame->is_checked ? netif->chksum_flags & ~check : netif->chksum_flags | check);
	switch (frame->kind) {
	case FRAME_IP4:
		ip4_input(p, netif);
		break;
	case FRAME_IP6:
		ip6_input(p, netif);
		break;
	case FRAME_ARP:
		etharp_input(p, netif);
		break;
	case FRAME_OTHER:
		kernel_statistics()->net.receive_drops++;
		pbuf_free(p);
		break;
	}
}

static void frame_arrive(struct device *device, size_t count)
{
	struct kernel_net_statistics *counts = &kernel_statistics()->net;
	struct frame frame;
	struct pbuf *p;

	stack_ticks_expect();
	counts->receive_packets++;
	counts->receive_bytes += count - (device->has_frame_header ? sizeof(struct frame_header) : 0);
	if (!frame_parse(device->receive, count, device->has_frame_header, device->netif.hwaddr, &frame)) {
		counts->receive_errors++;
		return;
	}
	p = frame.packet_bytes > COPY_BYTES_MAX ? packet_lend(device, &frame) : packet_copy(&frame);
	if (p)
		packet_deliver(device, &frame, p);
	else
		counts->receive_drops++;
}

/* One frame: whether there was one. */
static bool frame_read(struct device *device)
{
	long count = host_read(device->boot->fd, device->receive, DEVICE_BUFFER_BYTES);

	kernel_statistics()->net.calls++;
	if (count > 0) {
		frame_arrive(device, (size_t)count);
		return true;
	}
	if (count != -EAGAIN && count != -EINTR && count != -ENOBUFS)
		device_end(device);
	return false;
}

bool device_receive(struct device *device)
{
	unsigned done = 0;
	uint64_t now_ns;

	stack_enter();
	if (!device->is_gone && frame_read(device)) {
		done++;
		now_ns = host_monotonic_ns();
		/* On a quiet link one frame is all there is: asking for a second would cost a host call. */
		device->is_busy = now_ns - device->last_ns < BUSY_NS;
		device->last_ns = now_ns;
		while (device->is_busy && done < BATCH_FRAMES && !device->is_gone && frame_read(device))
			done++;
	} else {
		device->is_busy = false;
	}
	stack_leave();
	return done != 0;
}
