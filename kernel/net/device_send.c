/* Frames that leave: see device.h. */
#include <linux/errno.h>

#include "kernel/host/boot.h"
#include "kernel/host/host.h"
#include "kernel/lib/string.h"
#include "kernel/net/device.h"
#include "kernel/net/stack_timer.h"
#include "lwip/pbuf.h"

/* The bytes of a frame with room for the header in front: as it is, or as a copy. */
static uint8_t *frame_bytes_of(struct device *device, struct pbuf *p)
{
	if (!p->next && device->has_frame_header && pbuf_add_header(p, sizeof(struct frame_header)) == 0) {
		uint8_t *bytes = (uint8_t *)p->payload;

		pbuf_remove_header(p, sizeof(struct frame_header));
		return bytes + sizeof(struct frame_header);
	}
	if (!p->next && !device->has_frame_header)
		return p->payload;
	pbuf_copy_partial(p, device->transmit + sizeof(struct frame_header), p->tot_len, 0);
	return device->transmit + sizeof(struct frame_header);
}

static long frame_write(struct device *device, struct pbuf *p)
{
	uint8_t *bytes = frame_bytes_of(device, p);
	size_t count = p->tot_len;
	struct frame_header header;

	if (device->has_frame_header) {
		frame_offload(bytes, count, count, device->segment_bytes, &header);
		bytes -= sizeof(header);
		memcpy(bytes, &header, sizeof(header));
		count += sizeof(header);
	}
	return host_write(device->boot->fd, bytes, count);
}

err_t device_send(struct netif *netif, struct pbuf *p)
{
	struct device *device = netif->state;
	struct kernel_net_statistics *counts = &kernel_statistics()->net;
	long result;

	if (device->is_gone) {
		counts->transmit_drops++;
		return ERR_IF;
	}
	stack_ticks_expect();
	counts->calls++;
	result = frame_write(device, p);
	if (result > 0) {
		counts->transmit_packets++;
		counts->transmit_bytes += p->tot_len;
		return ERR_OK;
	}
	if (result == -EAGAIN || result == -ENOBUFS) {
		/* TCP keeps the segment; anything else is lost, as on a wire. */
		device->waits_to_send = true;
		counts->transmit_drops++;
		return ERR_MEM;
	}
	counts->transmit_errors++;
	if (result != -EINTR && result != -EINVAL && result != -EMSGSIZE)
		device_end(device);
	return ERR_IF;
}
