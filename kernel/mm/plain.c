/* Memory as debuggers see it: see plain.h. */
#include "kernel/mm/plain.h"

#include "abi/entry.h"
#include "arch.h"
#include "freestanding/image/image.h"
#include "kernel/host/boot.h"
#include "kernel/lib/pages.h"
#include "kernel/lib/string.h"
#include "kernel/mm/patch.h"
#include "kernel/mm/space.h"
#include "length.h"
#include "site.h"

/* A page of text in three forms; a heap block. */
struct page_forms {
	uint8_t now[PAGE_BYTES], patched[PAGE_BYTES], plain[PAGE_BYTES];
};

/* Bytes that are still as they were patched become plain: others were changed since. */
static void bytes_restore(struct page_forms *forms, const struct vma *vma, uint64_t page)
{
	for (size_t i = 0; i < PAGE_BYTES; i++) {
		if (forms->now[i] == forms->patched[i])
			forms->now[i] = forms->plain[i];
	}
	(void)text_write(vma, page, forms->now, PAGE_BYTES);
}

/* What the file has there, of an image's text. */
static bool plain_find(const struct vma *vma, uint64_t page, uint8_t *out)
{
	enum mapping_kind kind;
	uint64_t host_offset, bytes = PAGE_BYTES;

	if (vma->source.page(vma->file, vma->offset + (page - vma->start), false, &kind, &host_offset, &bytes) < 0 ||
	    kind != MAPPING_IMAGE)
		return false;
	memcpy(out, (const uint8_t *)kernel_image_at(vma->source.image).base + host_offset, PAGE_BYTES);
	return true;
}

/* The pages of a run, `patched` in the image, that lie from `at` on. */
static void run_restore(struct vma *vma, struct page_forms *forms, uint64_t at, const uint8_t *patched, uint64_t bytes)
{
	for (uint64_t page = at; page < at + bytes; page += PAGE_BYTES, patched += PAGE_BYTES) {
		if (user_read(forms->now, page, PAGE_BYTES) < PAGE_BYTES || !plain_find(vma, page, forms->plain))
			continue;
		memcpy(forms->patched, patched, PAGE_BYTES);
		/* Shared with others again, where nobody wrote to it. */
		if (memcmp(forms->now, forms->patched, PAGE_BYTES) != 0 ||
		    backing_map(vma, page, page + PAGE_BYTES, GROUND_ANY))
			bytes_restore(forms, vma, page);
	}
}

static void image_text_restore(struct vma *vma, struct page_forms *forms)
{
	const uint8_t *base = kernel_image_at(vma->source.image).base;
	struct image image;
	struct image_object object;

	if (!patch_object_find(&vma->source, &image, &object))
		return;
	for (uint32_t index = 0; index < object.run_count; index++) {
		struct image_run run;

		if (image_run_get(&image, &object, index, &run) == 0 && patch_run_clip(vma, &run))
			run_restore(vma, forms, vma->start + (run.file_offset - vma->offset), base + run.image_offset,
				    run.bytes);
	}
}

/* Text that was patched where it trapped: the stubs tell. */
static void sites_restore(const struct address_space *space, const struct vma *stubs)
{
	for (uint32_t index = 0; index < stubs->stub_count; index++) {
		uint64_t address = stubs->start + index * SITE_STUB_BYTES;
		uint8_t stub[SITE_STUB_BYTES], now[SITE_PATCH_BYTES], jump[SITE_PATCH_BYTES];
		uint64_t site;
		const struct vma *text;

		if (user_read(stub, address, sizeof(stub)) < sizeof(stub))
			continue;
		site = site_of_stub(stub, address);
		text = vma_at(space, site);
		if (!text || !text->file || !site_jump(jump, site, address) ||
		    user_read(now, site - sizeof(now), sizeof(now)) < sizeof(now) ||
		    memcmp(now, jump, sizeof(now)) != 0)
			continue;
		/* A stub begins with what it took the place of. */
		(void)text_write(text, site - sizeof(now), stub, sizeof(now));
	}
}

static void text_restore(struct address_space *space)
{
	struct page_forms *forms = pages_alloc((sizeof(*forms) + PAGE_BYTES - 1) / PAGE_BYTES);

	if (!forms)
		return;
	for (struct vma *vma = vma_find(space, 0); vma; vma = vma_next(vma)) {
		if (vma->is_filled_up)
			sites_restore(space, vma);
		else if (vma->file && vma->stubs && vma->source.kind == MAPPING_IMAGE)
			image_text_restore(vma, forms);
	}
	pages_free(forms, (sizeof(*forms) + PAGE_BYTES - 1) / PAGE_BYTES);
}

/* jmp *%gs:ENTRY_GS_OFFSET */
static const uint8_t enter[] = {0x65, 0xff, 0x24, 0x25, ENTRY_GS_OFFSET, 0, 0, 0};

/*
 * A system call from a stub goes on in the stub if instructions behind it were moved there. A jump behind them leads
 * behind their old place, which is as long.
 */
static void frame_move(const struct address_space *space, struct frame *frame)
{
	const struct vma *stubs = vma_at(space, frame->rip);
	uint8_t code[4 * INSTRUCTION_BYTES_MAX] = {0};
	size_t read, at = 0;

	if (!stubs || stubs->file || !stubs->stubs ||
	    user_read(code, frame->rip - sizeof(enter), sizeof(enter)) < sizeof(enter) ||
	    memcmp(code, enter, sizeof(enter)) != 0)
		return;
	read = user_read(code, frame->rip, sizeof(code));
	while (at + INSTRUCTION_BYTES_MAX <= read) {
		int length = instruction_length(code + at);
		uint64_t target = site_jump_target(code + at, frame->rip + at);

		if (target && !(target >= stubs->start && target < stubs->end)) {
			frame->rip = target - at;
			return;
		}
		if (length <= 0 || memcmp(code + at, enter, sizeof(enter)) == 0)
			return;
		at += (size_t)length;
	}
}

void mm_text_restore(struct frame *frame)
{
	struct address_space *space = space_lock();

	if (!space->keeps_text)
		text_restore(space);
	space->keeps_text = true;
	frame_move(space, frame);
	space_unlock(space);
}

void mm_text_keep(bool keep)
{
	struct address_space *space = space_lock();

	space->keeps_text = keep;
	space_unlock(space);
}

/* Part of one page. The space is locked, so that who runs into the page meanwhile waits for it to be as it was. */
static size_t page_force(const struct address_space *space, uint64_t address, void *buffer, size_t bytes, bool write)
{
	struct vma *vma = vma_at(space, address);
	uint64_t page = PAGE_ROUND_DOWN(address);
	struct vma lent;
	size_t done = 0;

	if (!vma || (write && vma->flags & MAP_SHARED && !(vma->protection & PROT_WRITE)))
		return 0;
	vma->pristine = false;
	lent = *vma;
	lent.protection = PROT_READ | (write ? PROT_WRITE : 0);
	if (backing_protect(&lent, page, page + PAGE_BYTES) == 0)
		done = write ? user_write(address, buffer, bytes) : user_read(buffer, address, bytes);
	(void)backing_protect(vma, page, page + PAGE_BYTES);
	return done;
}

size_t mm_force(uint64_t address, void *buffer, size_t bytes, bool write)
{
	struct address_space *space = space_lock();
	size_t done = 0;

	while (done < bytes) {
		size_t piece = PAGE_BYTES - (address + done) % PAGE_BYTES;
		size_t moved;

		if (piece > bytes - done)
			piece = bytes - done;
		moved = page_force(space, address + done, (char *)buffer + done, piece, write);
		done += moved;
		if (moved < piece)
			break;
	}
	space_unlock(space);
	return done;
}
