/* Hypercalls: see hypercall.h. Arguments are copied once, judged, and only then acted upon. */
#include "tender/hvt/hypercall.h"

#include <errno.h>
#include <linux/time.h>
#include <poll.h>
#include <string.h>

#include "abi/solo5_hvt.h"
#include "tender/host/host.h"
#include "tender/hvt/ring.h"

#define NSEC_PER_SEC 1000000000ull
#define CONSOLE_FD 1
/* Linux transfers at most 2 GiB less a page in one call; a power of two below it is whole blocks of any size. */
#define CALL_BYTES_MAX (1ull << 30)

static enum hypercall_result access_error(gpa_t address, uint64_t size, struct error *error)
{
	error_set(error, "Invalid guest access: gpa=0x%lx, sz=%lu", (unsigned long)address.value, (unsigned long)size);
	return HYPERCALL_ERROR;
}

/*
 * Copies the arguments from where the results go, too: the place is judged before anything is done. Returns it, or NULL
 * with *error.
 */
static void *arguments_open(struct hypercall_context *context, gpa_t address, void *arguments, size_t size,
			    struct error *error)
{
	void *place = memory_writable(&context->memory, address, size);

	if (place)
		memcpy(arguments, place, size);
	else
		access_error(address, size, error);
	return place;
}

static enum hypercall_result walltime(struct hypercall_context *context, gpa_t address, struct error *error)
{
	struct hvt_walltime arguments;
	void *place = arguments_open(context, address, &arguments, sizeof(arguments), error);
	uint64_t now[2] = {0, 0};

	if (!place)
		return HYPERCALL_ERROR;
	host_clock_gettime(CLOCK_REALTIME, now);
	arguments.nsecs = now[0] * NSEC_PER_SEC + now[1];
	memcpy(place, &arguments, sizeof(arguments));
	return HYPERCALL_DONE;
}

static enum hypercall_result console_puts(struct hypercall_context *context, gpa_t address, struct error *error)
{
	struct hvt_puts arguments;
	const char *text;

	if (!memory_copy_in(&context->memory, address, &arguments, sizeof(arguments)))
		return access_error(address, sizeof(arguments), error);
	text = memory_readable(&context->memory, gpa(arguments.data), arguments.len);
	if (!text)
		return access_error(gpa(arguments.data), arguments.len, error);
	while (arguments.len) {
		long written = host_write(CONSOLE_FD, text, arguments.len);

		if (written == -EINTR)
			continue;
		/* A console that takes nothing loses the rest. */
		if (written <= 0)
			break;
		text += written;
		arguments.len -= (uint64_t)written;
	}
	return HYPERCALL_DONE;
}

/* Waits once; fills the set of handles that are ready and returns their number. */
static int32_t networks_wait(struct hypercall_context *context, uint64_t timeout_ns, uint64_t *ready)
{
	uint64_t timeout[2] = {timeout_ns / NSEC_PER_SEC, timeout_ns % NSEC_PER_SEC};
	struct pollfd fds[MFT_MAX_ENTRIES];
	uint8_t handles[MFT_MAX_ENTRIES];
	uint64_t gone = __atomic_load_n(&context->gone, __ATOMIC_RELAXED);
	unsigned count = 0;
	int32_t ready_count = 0;
	long result;

	for (unsigned i = 0; i < context->mft->entries; i++) {
		const struct mft_entry *entry = hypercall_device(context->mft, i, MFT_DEV_NET_BASIC);

		if (!entry || gone >> i & 1)
			continue;
		handles[count] = (uint8_t)i;
		fds[count++] = (struct pollfd){.fd = entry->b.hostfd, .events = POLLIN};
	}
	*ready = 0;
	result = host_ppoll(fds, count, timeout);
	for (unsigned i = 0; result > 0 && i < count; i++) {
		if (fds[i].revents & POLLIN) {
			*ready |= 1ull << handles[i];
			ready_count++;
		} else if (fds[i].revents) {
			hypercall_forget(&context->gone, handles[i]);
		}
	}
	return ready_count;
}

static enum hypercall_result poll_networks(struct hypercall_context *context, gpa_t address, struct error *error)
{
	struct hvt_poll arguments;
	void *place = arguments_open(context, address, &arguments, sizeof(arguments), error);

	if (!place)
		return HYPERCALL_ERROR;
	arguments.ret = networks_wait(context, arguments.timeout_nsecs, &arguments.ready_set);
	memcpy(place, &arguments, sizeof(arguments));
	return HYPERCALL_DONE;
}

static bool blocks_are_valid(const struct mft_block_basic *device, uint64_t offset, uint64_t len)
{
	if ((offset | len) & (device->block_size - 1u))
		return false;
	return offset < device->capacity && len <= device->capacity - offset;
}

static int blocks_transfer(const struct mft_entry *entry, uint8_t *data, const struct hvt_block *arguments,
			   bool is_write, struct error *error)
{
	uint64_t done = 0;

	while (done < arguments->len) {
		uint64_t left = arguments->len - done;
		size_t step = left < CALL_BYTES_MAX ? left : CALL_BYTES_MAX;
		long moved = is_write ? host_pwrite(entry->b.hostfd, data + done, step, arguments->offset + done)
				      : host_pread(entry->b.hostfd, data + done, step, arguments->offset + done);

		if (moved == -EINTR)
			continue;
		if (moved < 0)
			return error_set(error, "%s: Could not %s the block device: %s", entry->name,
					 is_write ? "write to" : "read from", error_name(-moved));
		if ((uint64_t)moved != step)
			return error_set(error, "%s: The block device ended early", entry->name);
		done += step;
	}
	return 0;
}

static enum hypercall_result blocks(struct hypercall_context *context, gpa_t address, bool is_write,
				    struct error *error)
{
	const struct mft_entry *entry;
	struct hvt_block arguments;
	void *place = arguments_open(context, address, &arguments, sizeof(arguments), error);

	if (!place)
		return HYPERCALL_ERROR;
	entry = hypercall_device(context->mft, arguments.handle, MFT_DEV_BLOCK_BASIC);
	if (!entry || !blocks_are_valid(&entry->u.block_basic, arguments.offset, arguments.len)) {
		arguments.ret = RESULT_EINVAL;
	} else {
		/* The host only reads what is written to the device. */
		void *data = is_write ? (void *)(uintptr_t)memory_readable(&context->memory, gpa(arguments.data),
									   arguments.len)
				      : memory_writable(&context->memory, gpa(arguments.data), arguments.len);

		if (!data)
			return access_error(gpa(arguments.data), arguments.len, error);
		if (blocks_transfer(entry, data, &arguments, is_write, error) < 0)
			return HYPERCALL_ERROR;
		arguments.ret = RESULT_OK;
	}
	memcpy(place, &arguments, sizeof(arguments));
	return HYPERCALL_DONE;
}

static enum hypercall_result net_write(struct hypercall_context *context, gpa_t address, struct error *error)
{
	const struct mft_entry *entry;
	struct hvt_net arguments;
	void *place = arguments_open(context, address, &arguments, sizeof(arguments), error);
	const void *frame;

	if (!place)
		return HYPERCALL_ERROR;
	entry = hypercall_device(context->mft, arguments.handle, MFT_DEV_NET_BASIC);
	frame = memory_readable(&context->memory, gpa(arguments.data), arguments.len);
	if (!frame)
		return access_error(gpa(arguments.data), arguments.len, error);
	/* Frames leave in the order in which the guest sent them. */
	if (context->ring && ring_drain(context->ring, error) < 0)
		return HYPERCALL_ERROR;
	arguments.ret = entry ? frame_write(entry, frame, arguments.len) : RESULT_EINVAL;
	memcpy(place, &arguments, sizeof(arguments));
	return HYPERCALL_DONE;
}

static enum hypercall_result net_read(struct hypercall_context *context, gpa_t address, struct error *error)
{
	const struct mft_entry *entry;
	struct hvt_net arguments;
	void *place = arguments_open(context, address, &arguments, sizeof(arguments), error);
	void *frame;
	bool is_gone;

	if (!place)
		return HYPERCALL_ERROR;
	entry = hypercall_device(context->mft, arguments.handle, MFT_DEV_NET_BASIC);
	frame = memory_writable(&context->memory, gpa(arguments.data), arguments.len);
	if (!frame)
		return access_error(gpa(arguments.data), arguments.len, error);
	if (entry) {
		arguments.ret = frame_read(entry, frame, &arguments.len, &is_gone);
		if (is_gone)
			hypercall_forget(&context->gone, arguments.handle);
	} else {
		arguments.ret = RESULT_EINVAL;
	}
	memcpy(place, &arguments, sizeof(arguments));
	return HYPERCALL_DONE;
}

static enum hypercall_result halt(struct hypercall_context *context, gpa_t address, struct error *error)
{
	struct hvt_halt arguments;

	if (!memory_copy_in(&context->memory, address, &arguments, sizeof(arguments)))
		return access_error(address, sizeof(arguments), error);
	if (arguments.cookie && !memory_readable(&context->memory, gpa(arguments.cookie), HVT_COOKIE_BYTES))
		return access_error(gpa(arguments.cookie), HVT_COOKIE_BYTES, error);
	/* What was sent before the end leaves. */
	if (context->ring && ring_drain(context->ring, error) < 0)
		return HYPERCALL_ERROR;
	context->cookie = arguments.cookie;
	context->exit_status = arguments.exit_status;
	return HYPERCALL_HALT;
}

enum hypercall_result hypercall_serve(struct hypercall_context *context, unsigned number, gpa_t address,
				      struct error *error)
{
	switch (number) {
	case HVT_HYPERCALL_WALLTIME:
		return walltime(context, address, error);
	case HVT_HYPERCALL_PUTS:
		return console_puts(context, address, error);
	case HVT_HYPERCALL_POLL:
		return poll_networks(context, address, error);
	case HVT_HYPERCALL_BLOCK_WRITE:
	case HVT_HYPERCALL_BLOCK_READ:
		return blocks(context, address, number == HVT_HYPERCALL_BLOCK_WRITE, error);
	case HVT_HYPERCALL_NET_WRITE:
		return net_write(context, address, error);
	case HVT_HYPERCALL_NET_READ:
		return net_read(context, address, error);
	case HVT_HYPERCALL_HALT:
		return halt(context, address, error);
	default:
		error_set(error, "Invalid guest hypercall: num=%u", number);
		return HYPERCALL_ERROR;
	}
}
