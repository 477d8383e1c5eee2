/* Netlink messages as bytes: see netlink_message.h. */
#include "kernel/net/netlink_message.h"

#include "kernel/lib/string.h"

/* A datagram is delivered when it is longer; no message is longer than what is then missing to a page. */
#define FLUSH_BYTES 2600

struct attribute_header { /* struct nlattr */
	uint16_t length;  /* with this */
	uint16_t type;
};

bool netlink_next(const uint8_t **data, size_t *bytes, struct netlink_request *request)
{
	size_t whole;

	if (*bytes < sizeof(request->header))
		return false;
	memcpy(&request->header, *data, sizeof(request->header));
	if (request->header.nlmsg_len < sizeof(request->header) || request->header.nlmsg_len > *bytes)
		return false;
	request->body = *data + sizeof(request->header);
	request->bytes = request->header.nlmsg_len - sizeof(request->header);
	/* The last one need not be padded. */
	whole = NLMSG_ALIGN((size_t)request->header.nlmsg_len);
	if (whole > *bytes)
		whole = *bytes;
	*data += whole;
	*bytes -= whole;
	return true;
}

void netlink_body(const struct netlink_request *request, void *body, size_t bytes)
{
	memset(body, 0, bytes);
	memcpy(body, request->body, request->bytes < bytes ? request->bytes : bytes);
}

const uint8_t *netlink_attribute(const struct netlink_request *request, size_t fixed, unsigned type, size_t *length)
{
	size_t at = NLMSG_ALIGN(fixed);

	while (at + sizeof(struct attribute_header) <= request->bytes) {
		struct attribute_header header;

		memcpy(&header, request->body + at, sizeof(header));
		if (header.length < sizeof(header) || header.length > request->bytes - at)
			return NULL;
		if ((header.type & NLA_TYPE_MASK) == type) {
			*length = header.length - sizeof(header);
			return request->body + at + sizeof(header);
		}
		at += NLMSG_ALIGN((size_t)header.length);
	}
	return NULL;
}

bool netlink_attribute_u32(const struct netlink_request *request, size_t fixed, unsigned type, uint32_t *value)
{
	size_t length;
	const uint8_t *data = netlink_attribute(request, fixed, type, &length);

	if (!data || length < sizeof(*value))
		return false;
	memcpy(value, data, sizeof(*value));
	return true;
}

static void padded_add(struct netlink_reply *reply, const void *data, size_t bytes)
{
	static const char zeroes[NLMSG_ALIGNTO];

	text_add(&reply->text, data, bytes);
	text_add(&reply->text, zeroes, NLMSG_ALIGN(bytes) - bytes);
}

void netlink_begin(struct netlink_reply *reply, unsigned type, const void *body, size_t bytes)
{
	const struct nlmsghdr header = {
		.nlmsg_type = (uint16_t)type,
		.nlmsg_flags = (uint16_t)reply->flags,
		.nlmsg_seq = reply->sequence,
		.nlmsg_pid = reply->port,
	};

	reply->message = reply->text.length;
	padded_add(reply, &header, sizeof(header));
	padded_add(reply, body, bytes);
}

void netlink_put(struct netlink_reply *reply, unsigned type, const void *data, size_t bytes)
{
	const struct attribute_header header = {
		.length = (uint16_t)(sizeof(header) + bytes),
		.type = (uint16_t)type,
	};

	padded_add(reply, &header, sizeof(header));
	padded_add(reply, data, bytes);
}

void netlink_put_u8(struct netlink_reply *reply, unsigned type, uint8_t value)
{
	netlink_put(reply, type, &value, sizeof(value));
}

void netlink_put_u32(struct netlink_reply *reply, unsigned type, uint32_t value)
{
	netlink_put(reply, type, &value, sizeof(value));
}

void netlink_put_string(struct netlink_reply *reply, unsigned type, const char *value)
{
	netlink_put(reply, type, value, strlen(value) + 1);
}

void netlink_flush(struct netlink_reply *reply)
{
	if (reply->text.length > 0 || reply->text.failed)
		reply->deliver(reply->to, &reply->text);
	reply->text = (struct text){0};
}

void netlink_end(struct netlink_reply *reply)
{
	uint32_t length = (uint32_t)(reply->text.length - reply->message);

	if (!reply->text.failed)
		memcpy(reply->text.data + reply->message, &length, sizeof(length));
	if (reply->text.length >= FLUSH_BYTES)
		netlink_flush(reply);
}

void netlink_acknowledge(struct netlink_reply *reply, const struct netlink_request *request, int error)
{
	struct nlmsgerr body = {.error = error, .msg = request->header};

	bool is_whole = error && !reply->is_capped;

	reply->flags = is_whole ? 0 : NLM_F_CAPPED;
	netlink_begin(reply, NLMSG_ERROR, &body, sizeof(body));
	if (is_whole)
		padded_add(reply, request->body, request->bytes);
	netlink_end(reply);
	netlink_flush(reply);
}

void netlink_done(struct netlink_reply *reply, int result)
{
	netlink_begin(reply, NLMSG_DONE, &result, sizeof(result));
	netlink_end(reply);
	netlink_flush(reply);
}

void netlink_serve(const uint8_t *data, size_t bytes, struct netlink_reply *reply,
		   int (*serve)(const struct netlink_request *request, struct netlink_reply *reply))
{
	struct netlink_request request;

	while (netlink_next(&data, &bytes, &request)) {
		bool is_question = request.header.nlmsg_flags & NLM_F_REQUEST &&
				   request.header.nlmsg_type >= NLMSG_MIN_TYPE;
		int result;

		reply->sequence = request.header.nlmsg_seq;
		result = is_question ? serve(&request, reply) : 0;
		netlink_flush(reply);
		if (result < 0 || (result == 0 && request.header.nlmsg_flags & NLM_F_ACK))
			netlink_acknowledge(reply, &request, result);
	}
}
