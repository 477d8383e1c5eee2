/* The application manifest: what is a valid one, what of it is believed, and how entries are found by name. */
#include "tender/manifest/manifest.h"
#include "tests/unit/unit.h"

static struct mft source;
static struct mft mft;

/* A valid manifest: the reserved entry and `devices` network devices named n1, n2, ... */
static void source_start(unsigned devices)
{
	memset(&source, 0, sizeof(source));
	source.version = MFT_VERSION;
	source.entries = devices + 1;
	source.e[0].type = MFT_RESERVED_FIRST;
	for (unsigned i = 1; i <= devices; i++) {
		source.e[i].type = MFT_DEV_NET_BASIC;
		source.e[i].name[0] = 'n';
		source.e[i].name[1] = (char)('0' + i / 10);
		source.e[i].name[2] = (char)('0' + i % 10);
	}
}

/* Checks a copy of which only the first `size` bytes came from the executable. */
static bool source_check(size_t size)
{
	memset(&mft, 0x55, sizeof(mft));
	memcpy(&mft, &source, size < sizeof(source) ? size : sizeof(source));
	return manifest_check(&mft, size);
}

static void every_number_of_devices_is_valid(void **state)
{
	(void)state;
	for (unsigned devices = 0; devices <= 63; devices++) {
		source_start(devices);
		assert_true(source_check(MFT_SIZE(devices + 1)));
		assert_int_equal(mft.entries, devices + 1);
		assert_memory_equal(&mft, &source, MFT_SIZE(devices + 1));
	}
}

static void size_fits_exactly(void **state)
{
	(void)state;
	source_start(2);
	for (size_t size = 0; size <= MFT_SIZE(5); size++)
		assert_int_equal(source_check(size), size == MFT_SIZE(3));
	source_start(63);
	assert_false(source_check(sizeof(source) + 1));
	assert_false(source_check(sizeof(source) - 1));
}

static void entry_count_is_bounded(void **state)
{
	static const uint32_t counts[] = {0, 65, 0x80000000, UINT32_MAX, UINT32_MAX - 7};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(counts); i++) {
		source_start(63);
		source.entries = counts[i];
		assert_false(source_check(sizeof(source)));
		assert_false(source_check(MFT_SIZE(1)));
		assert_false(source_check(offsetof(struct mft, e)));
	}
	/* 8 + 104 * n, computed in 32 bits, would be the size of one entry. */
	source_start(0);
	source.entries = 1 + 0x20000000;
	assert_false(source_check(MFT_SIZE(1)));
}

static void version_is_one(void **state)
{
	(void)state;
	source_start(1);
	source.version = 0;
	assert_false(source_check(MFT_SIZE(2)));
	source.version = 2;
	assert_false(source_check(MFT_SIZE(2)));
}

static void first_entry_is_reserved(void **state)
{
	(void)state;
	source_start(1);
	source.e[0].type = MFT_DEV_NET_BASIC;
	assert_false(source_check(MFT_SIZE(2)));
	source_start(1);
	source.e[0].type = MFT_RESERVED_FIRST + 1;
	assert_false(source_check(MFT_SIZE(2)));
	source_start(1);
	source.e[0].name[0] = 'x';
	assert_false(source_check(MFT_SIZE(2)));
	source_start(1);
	source.e[0].attached = 1;
	assert_false(source_check(MFT_SIZE(2)));
}

static void names_are_letters_and_digits(void **state)
{
	(void)state;
	for (int c = 1; c < 256; c++) {
		bool good = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');

		source_start(1);
		source.e[1].name[2] = (char)c;
		if (source_check(MFT_SIZE(2)) != good)
			fail_msg("a name with the character %d: valid is %d", c, !good);
	}
	source_start(1);
	source.e[1].name[0] = '\0';
	assert_false(source_check(MFT_SIZE(2)));
}

static void names_end_inside_their_field(void **state)
{
	(void)state;
	source_start(1);
	memset(source.e[1].name, 'a', MFT_NAME_MAX);
	assert_true(source_check(MFT_SIZE(2)));
	source.e[1].name[MFT_NAME_MAX] = 'a';
	assert_false(source_check(MFT_SIZE(2)));
	/* Not even behind the end of a shorter name. */
	source_start(1);
	source.e[1].name[MFT_NAME_MAX] = 'a';
	assert_false(source_check(MFT_SIZE(2)));
}

static void nothing_is_attached_yet(void **state)
{
	(void)state;
	for (unsigned value = 1; value < 256; value++) {
		source_start(2);
		source.e[2].attached = (uint8_t)value;
		assert_false(source_check(MFT_SIZE(3)));
	}
}

/* The executable's claims about what only the tender can know do not survive. */
static void properties_are_cleared(void **state)
{
	(void)state;
	source_start(1);
	memset(&source.e[1].u, 0xff, sizeof(source.e[1].u));
	memset(&source.e[1].b, 0xff, sizeof(source.e[1].b));
	assert_true(source_check(MFT_SIZE(2)));
	assert_int_equal(mft.e[1].u.block_basic.capacity, 0);
	assert_int_equal(mft.e[1].u.block_basic.block_size, 0);
	assert_int_equal(mft.e[1].b.data, 0);
}

static void future_types_are_kept(void **state)
{
	(void)state;
	source_start(1);
	source.e[1].type = 77;
	assert_true(source_check(MFT_SIZE(2)));
	assert_int_equal(mft.e[1].type, 77);
	assert_true(manifest_is_device(&mft.e[1]));
	assert_false(manifest_is_device(&mft.e[0]));
	assert_string_equal(manifest_type_name(77), "UNKNOWN");
	assert_string_equal(manifest_type_name(MFT_DEV_NET_BASIC), "NET_BASIC");
	assert_string_equal(manifest_type_name(MFT_DEV_BLOCK_BASIC), "BLOCK_BASIC");
	assert_string_equal(manifest_type_name(MFT_RESERVED_FIRST), "UNKNOWN");
}

static void entries_are_found_by_name_and_type(void **state)
{
	(void)state;
	source_start(3);
	source.e[2].type = MFT_DEV_BLOCK_BASIC;
	memcpy(source.e[3].name, "n0", 3); /* a prefix of the others' names */
	assert_true(source_check(MFT_SIZE(4)));
	assert_ptr_equal(manifest_find(&mft, "n01", 3, MFT_DEV_NET_BASIC), &mft.e[1]);
	assert_ptr_equal(manifest_find(&mft, "n02=rest", 3, MFT_DEV_BLOCK_BASIC), &mft.e[2]);
	assert_ptr_equal(manifest_find(&mft, "n01", 2, MFT_DEV_NET_BASIC), &mft.e[3]);
	assert_null(manifest_find(&mft, "n02", 3, MFT_DEV_NET_BASIC));
	assert_null(manifest_find(&mft, "n01", 3, MFT_DEV_BLOCK_BASIC));
	assert_null(manifest_find(&mft, "n011", 4, MFT_DEV_NET_BASIC));
	assert_null(manifest_find(&mft, "N01", 3, MFT_DEV_NET_BASIC));
	assert_null(manifest_find(&mft, "", 0, MFT_DEV_NET_BASIC));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_number_of_devices_is_valid),
		cmocka_unit_test(size_fits_exactly),
		cmocka_unit_test(entry_count_is_bounded),
		cmocka_unit_test(version_is_one),
		cmocka_unit_test(first_entry_is_reserved),
		cmocka_unit_test(names_are_letters_and_digits),
		cmocka_unit_test(names_end_inside_their_field),
		cmocka_unit_test(nothing_is_attached_yet),
		cmocka_unit_test(properties_are_cleared),
		cmocka_unit_test(future_types_are_kept),
		cmocka_unit_test(entries_are_found_by_name_and_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
