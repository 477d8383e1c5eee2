/*
 * Answers for the gateway and its neighbour, which have no services: libslirp leaves who asks without one. Pure
 * function over hostile bytes.
 */
#ifndef TENDER_SLIRP_REFUSE_H
#define TENDER_SLIRP_REFUSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tender/slirp/arguments.h"

/* Ethernet, IPv6, TCP */
#define REFUSE_FRAME_MAX (14 + 40 + 20)

/*
 * If the frame asks for a connection to one of libslirp's own addresses: the frame that refuses it, and its length;
 * else 0.
 */
size_t refuse_connection(const struct arguments *arguments, const uint8_t *frame, size_t bytes,
			 uint8_t answer[REFUSE_FRAME_MAX]);

#endif
