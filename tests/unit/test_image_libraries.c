/* Libraries of programs: dynamic sections, the loader's cache, lists of directories, and what a real program has. */
#define _GNU_SOURCE

#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image/elf_dynamic.h"
#include "image/libraries.h"
#include "image/library_cache.h"
#include "image/library_search.h"
#include "tests/unit/unit.h"

#define LOADER "/lib64/ld-linux-x86-64.so.2"
#define ADDRESS 0x400000

struct object {
	Elf64_Ehdr header;
	Elf64_Phdr segments[2];
	Elf64_Dyn entries[6];
	char strings[32];
};

static struct object object_make(void)
{
	return (struct object){
		.header = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB},
			   .e_type = ET_DYN,
			   .e_machine = EM_X86_64,
			   .e_phoff = offsetof(struct object, segments),
			   .e_phentsize = sizeof(Elf64_Phdr),
			   .e_phnum = 2},
		.segments = {{.p_type = PT_LOAD, .p_vaddr = ADDRESS, .p_filesz = sizeof(struct object)},
			     {.p_type = PT_DYNAMIC,
			      .p_offset = offsetof(struct object, entries),
			      .p_filesz = sizeof(((struct object *)0)->entries)}},
		.entries = {{DT_NEEDED, {1}},
			    {DT_RUNPATH, {6}},
			    {DT_NEEDED, {3}},
			    {DT_STRTAB, {ADDRESS + offsetof(struct object, strings)}},
			    {DT_STRSZ, {sizeof(((struct object *)0)->strings)}}},
		.strings = "\0a\0bc\0/d",
	};
}

/* All needed names, each with a comma; "-" if the object is refused. */
static const char *needed_of(const struct object *object, size_t size)
{
	static char text[200];
	struct elf_dynamic dynamic;
	const char *name;
	size_t at = 0;

	/* At the end of what is allocated, so that a byte more is seen. */
	void *copy = malloc(size);

	assert_non_null(copy);
	memcpy(copy, object, size);
	text[0] = '\0';
	if (!elf_dynamic_open(&dynamic, copy, size))
		strcpy(text, "-");
	else
		while ((name = elf_dynamic_next(&dynamic, DT_NEEDED, &at)) != NULL)
			strcat(strcat(text, name), ",");
	free(copy);
	return text;
}

static void needed_expect(const char *what, const struct object *object, const char *wanted)
{
	if (strcmp(needed_of(object, sizeof(*object)), wanted) != 0)
		fail_msg("%s: \"%s\" instead of \"%s\"", what, needed_of(object, sizeof(*object)), wanted);
}

static void dynamic_sections_are_read(void **state)
{
	struct object object = object_make();
	struct elf_dynamic dynamic;
	size_t at = 0;

	(void)state;
	needed_expect("good", &object, "a,bc,");
	assert_true(elf_dynamic_open(&dynamic, &object, sizeof(object)) && dynamic.is_library);
	assert_string_equal(elf_dynamic_next(&dynamic, DT_RUNPATH, &at), "/d");
	assert_null(elf_dynamic_next(&dynamic, DT_RUNPATH, &at));
	object.entries[1].d_tag = DT_NULL;
	needed_expect("no strings", &object, "-");
	object = object_make();
	object.header.e_phnum = 1;
	needed_expect("no dynamic section", &object, "");
	for (size_t size = 0; size < sizeof(object); size++) {
		object = object_make();
		needed_of(&object, size);
	}
}

static void dynamic_sections_do_not_lead_out(void **state)
{
	struct object object = object_make();

	(void)state;
	object.entries[0].d_un.d_val = sizeof(object.strings);
	object.entries[2].d_un.d_val = UINT64_MAX;
	needed_expect("names behind the strings", &object, "");
	object = object_make();
	memset(object.strings, 'x', sizeof(object.strings));
	needed_expect("names without an end", &object, "");
	object = object_make();
	object.entries[4].d_un.d_val = UINT64_MAX;
	needed_expect("strings to the end of all", &object, "a,bc,");
	object.entries[4].d_un.d_val = 2;
	needed_expect("strings that end before the name does", &object, "");
	object.entries[3].d_un.d_val = ADDRESS - 1;
	needed_expect("strings in front of all", &object, "-");
	object = object_make();
	object.segments[0].p_filesz = UINT64_MAX;
	needed_expect("a segment larger than the file", &object, "-");
	object = object_make();
	object.segments[1].p_offset = UINT64_MAX - 8;
	needed_expect("a dynamic section behind the file", &object, "-");
	object = object_make();
	object.header.e_phoff = UINT64_MAX - 8;
	needed_expect("headers behind the file", &object, "-");
	object = object_make();
	object.header.e_phnum = UINT16_MAX;
	needed_expect("more headers than there are", &object, "-");
}

struct cache_file {
	char magic[20];
	uint32_t count;
	uint32_t others[6];
	struct {
		uint32_t flags, name, path, unused, features[2];
	} entries[5];
	char strings[32];
};

#define STRING(at) ((uint32_t)offsetof(struct cache_file, strings) + (at))

static void caches_are_searched(void **state)
{
	/* a.so /a /av b.so */
	const struct cache_file good = {
		.magic = "glibc-ld.so.cache1.1",
		.count = 5,
		.entries = {{0x303, STRING(0), STRING(8), 0, {3, 1u << 30}},
			    {0x003, STRING(0), STRING(5), 0, {0, 0}},
			    {0x303, STRING(12), STRING(5), 0, {0, 0}},
			    {0x303, STRING(0), UINT32_MAX, 0, {0, 0}},
			    {0x303, STRING(0), STRING(5), 0, {0, 0}}},
		.strings = "a.so\0/a\0/av\0b.so",
	};
	struct cache_file file = good;
	struct library_cache cache;
	uint32_t at = 0;
	bool is_variant;

	(void)state;
	assert_true(library_cache_open(&cache, &file, sizeof(file)));
	assert_string_equal(library_cache_next(&cache, "a.so", &at, &is_variant), "/av");
	assert_true(is_variant);
	assert_string_equal(library_cache_next(&cache, "a.so", &at, &is_variant), "/a");
	assert_false(is_variant);
	assert_null(library_cache_next(&cache, "a.so", &at, &is_variant));
	file.count = UINT32_MAX;
	assert_false(library_cache_open(&cache, &file, sizeof(file)));
	file = good;
	memset(file.strings, 'x', sizeof(file.strings));
	assert_true(library_cache_open(&cache, &file, sizeof(file)));
	assert_null(library_cache_next(&cache, "a.so", &(uint32_t){0}, &is_variant));
	for (size_t size = 0; size < offsetof(struct cache_file, strings); size++)
		assert_false(library_cache_open(&cache, &good, size));
}

static void lists_are_taken_apart(void **state)
{
	static const struct {
		const char *list;
		const char *wanted;
	} cases[] = {
		{"/a:/b/c", "/a|/b/c|"},
		{"$ORIGIN/../lib:${ORIGIN}", "/o/x/../lib|/o/x|"},
		{":/a::", "|/a||"},
		{"relative:$LIB/x:/usr/$LIB:/usr/$PLATFORM/", "||||"},
		{"", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		const char *list = cases[i].list;
		char directory[PATH_MAX], text[200] = "";

		while (library_directory_next(&list, "/o/x", directory))
			strcat(strcat(text, directory), "|");
		assert_string_equal(text, cases[i].wanted);
	}
}

static void lists_without_end_are_cut(void **state)
{
	char list[2 * PATH_MAX], directory[PATH_MAX];
	const char *next = list;

	(void)state;
	memset(list, '/', sizeof(list));
	strcpy(list + sizeof(list) - 9, "$ORIGIN:");
	assert_true(library_directory_next(&next, "/o", directory));
	assert_string_equal(directory, "");
	assert_false(library_directory_next(&next, "/o", directory));
}

static void names_are_file_names(void **state)
{
	static const char *const bad[] = {"", ".", "..", "a/b", "/a", "a\n", "$ORIGIN", "a b", "\303\244"};

	(void)state;
	assert_true(library_name_is_good("libstdc++.so.6"));
	assert_true(library_name_is_good("ld-linux-x86-64.so.2"));
	for (size_t i = 0; i < ARRAY_COUNT(bad); i++)
		assert_false(library_name_is_good(bad[i]));
}

/* A library that is a library, but lies elsewhere. */
static void library_copy(const char *path)
{
	const struct object object = object_make();
	FILE *file = fopen(path, "wx");

	assert_true(file && fwrite(&object, sizeof(object), 1, file) == 1 && fclose(file) == 0);
}

/* Directories of the system are believed, whatever way leads there; others are not. */
static void directories_are_the_systems(void **state)
{
	struct library_paths *found = calloc(1, sizeof(*found));
	char directory[] = "/tmp/tend-libraries-XXXXXX", path[PATH_MAX];

	(void)state;
	assert_non_null(found);
	library_search_list("/nowhere:$ORIGIN/../lib/x86_64-linux-gnu", "/usr/bin", "libc.so.6", found);
	assert_true(found->has_plain);
	assert_string_equal(found->paths[found->count - 1], "/usr/bin/../lib/x86_64-linux-gnu/libc.so.6");
	*found = (struct library_paths){.count = 0};
	library_search_list("/usr/bin:/etc", "", "ld.so.cache", found);
	assert_int_equal(found->count, 0);
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/libc.so.6", directory);
	library_copy(path);
	library_search_list("$ORIGIN:/usr/$ORIGIN:/usr/..$ORIGIN", directory, "libc.so.6", found);
	assert_int_equal(found->count, 0);
	unlink(path);
	rmdir(directory);
	free(found);
}

static int object_check(struct dl_phdr_info *info, size_t size, void *context)
{
	const struct libraries *libraries = context;
	struct stat loaded, found;

	(void)size;
	/* The program has no name, the vDSO no file. */
	if (info->dlpi_name[0] != '/' || stat(info->dlpi_name, &loaded) < 0)
		return 0;
	for (uint32_t i = 1; i < libraries->count; i++) {
		if (stat(libraries->all[i].path, &found) == 0 && found.st_ino == loaded.st_ino &&
		    found.st_dev == loaded.st_dev)
			return 0;
	}
	if (strstr(info->dlpi_name, "/ld-linux-x86-64.so.2") == NULL)
		fail_msg("%s is loaded, and was not found", info->dlpi_name);
	return 0;
}

static void libraries_are_those_that_are_loaded(void **state)
{
	struct libraries libraries;
	struct error error = {0};

	(void)state;
	success_expect("libraries", libraries_find("/proc/self/exe", LOADER, &libraries, &error), &error);
	assert_true(libraries.count > 2);
	dl_iterate_phdr(object_check, &libraries);
	libraries_free(&libraries);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dynamic_sections_are_read),   cmocka_unit_test(dynamic_sections_do_not_lead_out),
		cmocka_unit_test(caches_are_searched),         cmocka_unit_test(lists_are_taken_apart),
		cmocka_unit_test(lists_without_end_are_cut),   cmocka_unit_test(names_are_file_names),
		cmocka_unit_test(directories_are_the_systems), cmocka_unit_test(libraries_are_those_that_are_loaded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
