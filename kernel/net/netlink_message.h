/* Netlink messages as bytes: what a request says, and answers in the making. What comes in is hostile. netlink(7) */
#ifndef KERNEL_NET_NETLINK_MESSAGE_H
#define KERNEL_NET_NETLINK_MESSAGE_H

#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/lib/text.h"

/* One message of what an application sent, inside its copy in kernel memory. */
struct netlink_request {
	struct nlmsghdr header; /* nlmsg_len was checked */
	const uint8_t *body;
	size_t bytes; /* of the body */
};

/*
 * Takes the next message off [*data, *data + *bytes), which move behind it. False if there is none, or a broken one:
 * the rest is then ignored, as in Linux.
 */
bool netlink_next(const uint8_t **data, size_t *bytes, struct netlink_request *request);

/* Copies the fixed part of the body, of which a part that is missing is zero. */
void netlink_body(const struct netlink_request *request, void *body, size_t bytes);

/*
 * The first attribute of that type behind a fixed part of `fixed` bytes: its payload, inside the request, and *length;
 * NULL if there is none.
 */
const uint8_t *netlink_attribute(const struct netlink_request *request, size_t fixed, unsigned type, size_t *length);
/* Of four bytes. False: there is none, or it is shorter. */
bool netlink_attribute_u32(const struct netlink_request *request, size_t fixed, unsigned type, uint32_t *value);

/*
 * Where answers go: whole datagrams, each of whole messages, so small that readers with a page of room get all of one.
 */
struct netlink_reply {
	struct text text;
	size_t message; /* where the message being made begins */
	uint32_t port;  /* of the one who asked */
	uint32_t uid;   /* whose process that is */
	uint32_t sequence;
	unsigned flags; /* of every message: NLM_F_MULTI */
	bool is_capped; /* NETLINK_CAP_ACK: errors come without the request */
	/* Takes over text->data. */
	void (*deliver)(void *to, struct text *text);
	void *to;
};

void netlink_begin(struct netlink_reply *reply, unsigned type, const void *body, size_t bytes);
void netlink_put(struct netlink_reply *reply, unsigned type, const void *data, size_t bytes);
void netlink_put_u8(struct netlink_reply *reply, unsigned type, uint8_t value);
void netlink_put_u32(struct netlink_reply *reply, unsigned type, uint32_t value);
void netlink_put_string(struct netlink_reply *reply, unsigned type, const char *value);
void netlink_end(struct netlink_reply *reply);
/* Delivers what there is. */
void netlink_flush(struct netlink_reply *reply);

/* NLMSG_ERROR about the request; 0 is an acknowledgement. */
void netlink_acknowledge(struct netlink_reply *reply, const struct netlink_request *request, int error);
/* NLMSG_DONE behind a dump: how it went, 0 or -errno. */
void netlink_done(struct netlink_reply *reply, int result);

/*
 * Has `serve` answer each question of a datagram: -errno, 0, which is acknowledged to who wants that, or 1: it was a
 * dump, whose end is its acknowledgement.
 */
void netlink_serve(const uint8_t *data, size_t bytes, struct netlink_reply *reply,
		   int (*serve)(const struct netlink_request *request, struct netlink_reply *reply));

#endif
