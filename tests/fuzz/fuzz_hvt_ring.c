/*
 * Fuzz target: the bytes are what a guest writes to its net ring, in several rounds. Whatever it does, requests are
 * served in order or the guest is ended with one line, and nothing outside of its memory is touched.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tender/hvt/ring.h"
#include "tests/fuzz/fuzz.h"

#define RING_AT 0x1000u
#define MEMORY_BYTES (RING_AT + sizeof(struct hvt_ring) + 4096u)
#define ROUNDS_MAX 8

static const struct elf_plan plan = {.count = 1, .segments = {{.start = 0, .end = 0x800, .prot = PROT_READ}}};

static struct mft mft = {
	.version = MFT_VERSION,
	.entries = 2,
	.e = {{.type = MFT_RESERVED_FIRST}, {.name = "net", .type = MFT_DEV_NET_BASIC, .attached = 1}},
};

static void devices_open(void)
{
	int pair[2];

	FUZZ_CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair) == 0);
	mft.e[1].b.hostfd = pair[0];
}

/* A round of the guest's: offset into the ring, length, bytes. */
static bool guest_write(uint8_t *ring, const uint8_t **data, size_t *size)
{
	uint16_t offset;
	size_t length;

	if (*size < 3)
		return false;
	memcpy(&offset, *data, sizeof(offset));
	length = (*data)[2];
	*data += 3;
	*size -= 3;
	if (length > *size)
		length = *size;
	if (offset + length > sizeof(struct hvt_ring))
		offset = 0;
	memcpy(ring + offset, *data, length);
	*data += length;
	*size -= length;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool is_open;
	uint8_t *bytes = calloc(1, MEMORY_BYTES);
	struct hypercall_context context = {.memory = {.base = bytes, .bytes = MEMORY_BYTES, .plan = &plan},
					    .mft = &mft};
	struct error error = {0};
	struct ring ring;

	if (!is_open)
		devices_open();
	is_open = true;
	FUZZ_CHECK(bytes);
	ring_init(&ring, (void *)(bytes + RING_AT), &context);
	for (unsigned i = 0; i < ROUNDS_MAX && guest_write(bytes + RING_AT, &data, &size); i++) {
		uint32_t head = ring.ent_head;
		int served = ring_drain(&ring, &error);

		if (served < 0) {
			fuzz_error_check(&error);
			break;
		}
		FUZZ_CHECK((uint32_t)served <= HVT_RING_ENTRIES && ring.ent_head - head == (uint32_t)served);
	}
	for (unsigned i = 0; i < 0x800; i++)
		FUZZ_CHECK(bytes[i] == 0);
	free(bytes);
	return 0;
}
