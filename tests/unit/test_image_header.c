/* The checks of what lies behind an image's file system: every field, bent, is noticed. */
#include <errno.h>
#include <stdlib.h>

#include "freestanding/image/image.h"
#include "tests/unit/unit.h"

#define PAGE IMAGE_PAGE_BYTES
#define OBJECTS 3u
#define RUNS 5u

struct file {
	struct image_header header;
	uint8_t rest[PAGE - sizeof(struct image_header)];
	uint8_t stubs[2 * PAGE];
	uint8_t pages[2 * PAGE];
	struct image_object objects[OBJECTS];
	struct image_run runs[RUNS];
	char config[8];
};

static const struct file good = {
	.header = {.magic = IMAGE_MAGIC,
		   .version = IMAGE_VERSION,
		   .file_bytes = sizeof(struct file),
		   .erofs_bytes = PAGE,
		   .objects = offsetof(struct file, objects),
		   .object_count = OBJECTS,
		   .runs = offsetof(struct file, runs),
		   .run_count = RUNS,
		   .config = offsetof(struct file, config),
		   .config_bytes = 2},
	.objects = {{.nid = 5, .vaddr_end = PAGE, .stubs = PAGE, .stub_bytes = PAGE, .run_count = 1},
		    {.nid = 10,
		     .vaddr_start = 8 * PAGE,
		     .vaddr_end = 16 * PAGE,
		     .stubs = offsetof(struct file, stubs),
		     .stub_bytes = 2 * PAGE,
		     .site_count = 1,
		     .run_first = 2,
		     .run_count = 3},
		    {.nid = 1ull << 40}},
	.runs = {[2] = {.file_offset = PAGE, .bytes = PAGE, .image_offset = 3 * PAGE, .vaddr = 8 * PAGE},
		 [4] = {.file_offset = 3 * PAGE,
			.bytes = 2 * PAGE,
			.image_offset = offsetof(struct file, pages),
			.vaddr = 14 * PAGE}},
};

/* A 64-bit or 32-bit field of the file that gets another value. */
struct bend {
	size_t offset;
	unsigned bytes;
	uint64_t value;
	int result;
};

#define FIELD(member) offsetof(struct file, member), sizeof(good.member)

static void bend_apply(struct file *file, const struct bend *bend)
{
	*file = good;
	memcpy((uint8_t *)file + bend->offset, &bend->value, bend->bytes);
}

static void headers_are_checked(void **state)
{
	static const struct bend bends[] = {
		{FIELD(header.version), IMAGE_VERSION, 0},
		{FIELD(header.magic), 0x0047415444544554, -EINVAL},
		{FIELD(header.version), IMAGE_VERSION + 1, -EOPNOTSUPP},
		{FIELD(header.reserved), 1, -EOPNOTSUPP},
		{FIELD(header.file_bytes), sizeof(struct file) - 1, -EUCLEAN},
		{FIELD(header.file_bytes), sizeof(struct file) + 1, -EUCLEAN},
		{FIELD(header.erofs_bytes), 0, -EUCLEAN},
		{FIELD(header.erofs_bytes), PAGE + 1, -EUCLEAN},
		{FIELD(header.erofs_bytes), 100 * PAGE, -EUCLEAN},
		{FIELD(header.objects), 0, -EUCLEAN},
		{FIELD(header.objects), offsetof(struct file, objects) + 4, -EUCLEAN},
		{FIELD(header.objects), sizeof(struct file) - 8, -EUCLEAN},
		{FIELD(header.objects), UINT64_MAX - 7, -EUCLEAN},
		{FIELD(header.object_count), 100, -EUCLEAN},
		{FIELD(header.object_count), UINT64_MAX / 48 + 1, -EUCLEAN},
		{FIELD(header.object_count), UINT64_MAX, -EUCLEAN},
		{FIELD(header.runs), 0, -EUCLEAN},
		{FIELD(header.run_count), 200, -EUCLEAN},
		{FIELD(header.run_count), 1ull << 59, -EUCLEAN},
		{FIELD(header.config), 8, -EUCLEAN},
		{FIELD(header.config_bytes), 9, -EUCLEAN},
		{FIELD(header.config_bytes), UINT64_MAX, -EUCLEAN},
	};
	struct image image;
	struct file file;

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(bends); i++) {
		bend_apply(&file, &bends[i]);
		if (image_open(&image, &file, sizeof(file)) != bends[i].result)
			fail_msg("case %zu", i);
	}
	assert_int_equal(image_open(&image, &good, sizeof(good.header) - 1), -EINVAL);
	assert_int_equal(image_open(&image, &good, PAGE), -EUCLEAN);
}

static void objects_are_checked(void **state)
{
	static const struct bend bends[] = {
		{FIELD(objects[1].site_count), 7, 1},
		{FIELD(objects[1].nid), 11, 0},
		{FIELD(objects[1].vaddr_start), 8 * PAGE + 1, -EUCLEAN},
		{FIELD(objects[1].vaddr_start), 16 * PAGE, -EUCLEAN},
		{FIELD(objects[1].vaddr_end), 16 * PAGE + 8, -EUCLEAN},
		{FIELD(objects[1].vaddr_end), 1ull << 47, -EUCLEAN},
		{FIELD(objects[1].vaddr_end), UINT64_MAX - PAGE + 1, -EUCLEAN},
		{FIELD(objects[1].stubs), 0, -EUCLEAN},
		{FIELD(objects[1].stubs), PAGE + 8, -EUCLEAN},
		{FIELD(objects[1].stubs), 5 * PAGE, -EUCLEAN},
		{FIELD(objects[1].stub_bytes), 0, -EUCLEAN},
		{FIELD(objects[1].stub_bytes), PAGE + 1, -EUCLEAN},
		{FIELD(objects[1].stub_bytes), 8 * PAGE, -EUCLEAN},
		{FIELD(objects[1].run_first), 3, -EUCLEAN},
		{FIELD(objects[1].run_first), UINT32_MAX, -EUCLEAN},
		{FIELD(objects[1].run_count), 0, -EUCLEAN},
		{FIELD(objects[1].run_count), UINT32_MAX, -EUCLEAN},
	};
	struct image_object object;
	struct image image;
	struct file file;

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(bends); i++) {
		bend_apply(&file, &bends[i]);
		assert_int_equal(image_open(&image, &file, sizeof(file)), 0);
		if (image_object_find(&image, 10, &object) != bends[i].result)
			fail_msg("case %zu", i);
	}
	assert_int_equal(image_open(&image, &good, sizeof(good)), 0);
	assert_int_equal(image_object_find(&image, 4, &object), 0);
	assert_int_equal(image_object_find(&image, UINT64_MAX, &object), 0);
	assert_int_equal(image_object_find(&image, 5, &object), 1);
	assert_int_equal(image_object_find(&image, 1ull << 40, &object), -EUCLEAN);
}

static void runs_are_checked(void **state)
{
	static const struct bend bends[] = {
		{FIELD(runs[4].file_offset), 0, 0},
		{FIELD(runs[4].file_offset), 1, -EUCLEAN},
		{FIELD(runs[4].file_offset), 1ull << 63, -EUCLEAN},
		{FIELD(runs[4].file_offset), INT64_MAX - 4095, -EUCLEAN},
		{FIELD(runs[4].bytes), 0, -EUCLEAN},
		{FIELD(runs[4].bytes), PAGE - 1, -EUCLEAN},
		{FIELD(runs[4].bytes), 3 * PAGE, -EUCLEAN},
		{FIELD(runs[4].bytes), UINT64_MAX - 4095, -EUCLEAN},
		{FIELD(runs[4].image_offset), 0, -EUCLEAN},
		{FIELD(runs[4].image_offset), PAGE + 1, -EUCLEAN},
		{FIELD(runs[4].image_offset), 5 * PAGE, -EUCLEAN},
		{FIELD(runs[4].vaddr), 7 * PAGE, -EUCLEAN},
		{FIELD(runs[4].vaddr), 15 * PAGE, -EUCLEAN},
		{FIELD(runs[4].vaddr), 14 * PAGE + 1, -EUCLEAN},
		{FIELD(runs[4].vaddr), 16 * PAGE, -EUCLEAN},
	};
	struct image_object object;
	struct image_run run;
	struct image image;
	struct file file;

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(bends); i++) {
		bend_apply(&file, &bends[i]);
		assert_int_equal(image_open(&image, &file, sizeof(file)), 0);
		assert_int_equal(image_object_find(&image, 10, &object), 1);
		if (image_run_get(&image, &object, 2, &run) != bends[i].result)
			fail_msg("case %zu", i);
		assert_int_equal(image_run_get(&image, &object, 0, &run), 0);
		assert_int_equal(image_run_get(&image, &object, 1, &run), -EUCLEAN);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_are_checked),
		cmocka_unit_test(objects_are_checked),
		cmocka_unit_test(runs_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
