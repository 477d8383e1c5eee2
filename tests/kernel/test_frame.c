/* Frames of the packet device: which are taken, and what is left to the other side of those that are sent. */
#include <string.h>

#include "kernel/net/frame.h"
#include "unit.h"

static const uint8_t mac[6] = {2, 0, 0, 0, 0, 1};

/* An Ethernet frame of a type, with an IPv4 or IPv6 header of these addresses' first bytes. */
static size_t frame_make(uint8_t *frame, uint16_t type, uint8_t source, uint8_t destination, size_t payload)
{
	size_t ip = type == 0x86dd ? 40 : 20;

	memset(frame, 0, 14 + ip + payload);
	memcpy(frame, mac, sizeof(mac));
	frame[12] = (uint8_t)(type >> 8);
	frame[13] = (uint8_t)type;
	frame[14] = type == 0x86dd ? 0x60 : 0x45;
	frame[14 + (type == 0x86dd ? 8 : 12)] = source;
	frame[14 + (type == 0x86dd ? 24 : 16)] = destination;
	return 14 + ip + payload;
}

static void test_taken(void **state)
{
	uint8_t frame[200];
	struct frame out;
	size_t bytes;

	(void)state;
	bytes = frame_make(frame, 0x0800, 10, 10, 20);
	assert_true(frame_parse(frame, bytes, false, mac, &out));
	assert_int_equal(out.kind, FRAME_IP4);
	assert_int_equal(out.packet_bytes, 40);
	assert_false(out.is_checked || out.is_broadcast || out.is_multicast);
	memset(frame, 0xff, 6);
	assert_true(frame_parse(frame, bytes, false, mac, &out));
	assert_true(out.is_broadcast);
	memcpy(frame, "\x33\x33\0\0\0\1", 6);
	assert_true(frame_parse(frame, bytes, false, mac, &out));
	assert_true(out.is_multicast);
	bytes = frame_make(frame, 0x86dd, 0xfd, 0xfd, 8);
	assert_true(frame_parse(frame, bytes, false, mac, &out));
	assert_int_equal(out.kind, FRAME_IP6);
	bytes = frame_make(frame, 0x0806, 0, 0, 8);
	assert_true(frame_parse(frame, bytes, false, mac, &out));
	assert_int_equal(out.kind, FRAME_ARP);
}

static void test_refused(void **state)
{
	uint8_t frame[200];
	struct frame out;
	size_t bytes = frame_make(frame, 0x0800, 10, 10, 20);

	(void)state;
	for (size_t count = 0; count < 34; count++)
		assert_false(frame_parse(frame, count, false, mac, &out));
	frame[0] = 4; /* somebody else's */
	assert_false(frame_parse(frame, bytes, false, mac, &out));
	assert_false(frame_parse(frame, frame_make(frame, 0x0800, 127, 10, 20), false, mac, &out));
	assert_false(frame_parse(frame, frame_make(frame, 0x0800, 10, 127, 20), false, mac, &out));
	assert_false(frame_parse(frame, frame_make(frame, 0x0800, 224, 10, 20), false, mac, &out));
	assert_false(frame_parse(frame, frame_make(frame, 0x86dd, 0xff, 0xfd, 20), false, mac, &out));
	bytes = frame_make(frame, 0x86dd, 0, 0xfd, 20);
	frame[14 + 8 + 15] = 1; /* from ::1 */
	assert_false(frame_parse(frame, bytes, false, mac, &out));
	assert_false(frame_parse(frame, frame_make(frame, 0x1234, 10, 10, 20), false, mac, &out));
	assert_false(frame_parse(frame, frame_make(frame, 0x0806, 0, 0, 7), false, mac, &out));
}

static void test_header(void **state)
{
	uint8_t bytes[300] = {0};
	size_t count = 10 + frame_make(bytes + 10, 0x0800, 10, 10, 20);
	struct frame out;

	(void)state;
	assert_true(frame_parse(bytes, count, true, mac, &out));
	assert_false(out.is_checked);
	assert_ptr_equal(out.packet, bytes + 24);
	bytes[0] = FRAME_NEEDS_CHECKSUM;
	assert_true(frame_parse(bytes, count, true, mac, &out) && out.is_checked);
	bytes[0] = FRAME_CHECKSUM_IS_GOOD;
	assert_true(frame_parse(bytes, count, true, mac, &out) && out.is_checked);
	for (count = 0; count < 24; count++)
		assert_false(frame_parse(bytes, count, true, mac, &out));
}

static uint32_t words_add(const uint8_t *at, size_t bytes, uint32_t sum)
{
	for (size_t i = 0; i < bytes; i += 2)
		sum += (uint32_t)(at[i] << 8 | at[i + 1]);
	return sum;
}

/* What the other side does with the checksum leaves a packet whose sum is right. */
static void checksum_finish(uint8_t *frame, size_t bytes, const struct frame_header *header)
{
	uint32_t sum = words_add(frame + header->checksum_start, bytes - header->checksum_start, 0);

	sum = (sum & 0xffff) + (sum >> 16);
	sum = ~((sum & 0xffff) + (sum >> 16)) & 0xffff;
	frame[header->checksum_start + header->checksum_offset] = (uint8_t)(sum >> 8);
	frame[header->checksum_start + header->checksum_offset + 1] = (uint8_t)sum;
}

static void test_offload(void **state)
{
	uint8_t frame[2000];
	struct frame_header header;
	size_t bytes = frame_make(frame, 0x0800, 10, 11, 40);
	uint32_t sum;

	(void)state;
	frame[14 + 9] = 6;
	frame[34 + 12] = 0x50;
	memset(frame + 54, 0xa7, 20);
	frame_offload(frame, bytes, bytes, 1460, &header);
	assert_int_equal(header.flags, FRAME_NEEDS_CHECKSUM);
	assert_int_equal(header.segments, FRAME_SEGMENTS_NONE);
	assert_int_equal(header.checksum_start, 34);
	checksum_finish(frame, bytes, &header);
	sum = words_add(frame + 34, bytes - 34, words_add(frame + 26, 8, 6 + (uint32_t)(bytes - 34)));
	sum = (sum & 0xffff) + (sum >> 16);
	assert_int_equal((sum & 0xffff) + (sum >> 16), 0xffff);
	/* Longer than packets may be. */
	frame_offload(frame, 54, 54 + 14600, 1460, &header);
	assert_int_equal(header.segments, FRAME_SEGMENTS_TCP4);
	assert_int_equal(header.header_bytes, 54);
	assert_int_equal(header.segment_bytes, 1460);
	/* Two packets for a peer that takes short ones, though one would do for the link; and nothing is to be cut. */
	frame_offload(frame, 54, 54 + 1000, 600, &header);
	assert_int_equal(header.segments, FRAME_SEGMENTS_TCP4);
	assert_int_equal(header.segment_bytes, 600);
	frame_offload(frame, 54, 54 + 600, 600, &header);
	assert_int_equal(header.segments, FRAME_SEGMENTS_NONE);
	frame_offload(frame, 54, 54 + 1000, 0, &header);
	assert_int_equal(header.segments, FRAME_SEGMENTS_NONE);
}

static void test_offload_not(void **state)
{
	uint8_t frame[200];
	struct frame_header header;
	size_t bytes = frame_make(frame, 0x0800, 10, 11, 40);

	(void)state;
	frame[14 + 9] = 17;
	frame_offload(frame, bytes, bytes, 1460, &header);
	assert_int_equal(header.flags, 0);
	frame[14 + 9] = 6;
	frame[14 + 6] = 0x20; /* a fragment */
	frame_offload(frame, bytes, bytes, 1460, &header);
	assert_int_equal(header.flags, 0);
	frame[14 + 6] = 0;
	for (size_t count = 0; count < 54; count++) {
		frame_offload(frame, count, bytes, 1460, &header);
		assert_int_equal(header.flags, 0);
	}
	bytes = frame_make(frame, 0x86dd, 0xfd, 0xfd, 40);
	frame[14 + 6] = 6;
	frame[54 + 12] = 0x50;
	frame_offload(frame, bytes, bytes + 3000, 1220, &header);
	assert_int_equal(header.segments, FRAME_SEGMENTS_TCP6);
	assert_int_equal(header.segment_bytes, 1220);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken),   cmocka_unit_test(test_refused),     cmocka_unit_test(test_header),
		cmocka_unit_test(test_offload), cmocka_unit_test(test_offload_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
