/*
 * Patches of real objects, executed: every site of Debian's C library and others runs once as it was, up to and past
 * its system call, and once patched, through its stub into a stand-in for the library kernel. Registers, flags, memory
 * and red zone must be the same, and RCX the address that the hardware would put there.
 */
#define _GNU_SOURCE

#include <elf.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image/patch/patch.h"
#include "tests/unit/trial.h"
#include "tests/unit/unit.h"

#define INT3 0xcc

struct object {
	const char *path;
	uint8_t *file;
	size_t file_bytes;
	struct patch_object patched;
	uint8_t *mapping;
	size_t mapping_bytes;
};

static void object_read(struct object *object)
{
	int fd = open(object->path, O_RDONLY);
	struct stat status;

	assert_true(fd >= 0 && fstat(fd, &status) == 0);
	object->file_bytes = (size_t)status.st_size;
	object->file = mmap(NULL, object->file_bytes, PROT_READ, MAP_PRIVATE, fd, 0);
	assert_true(object->file != MAP_FAILED);
	close(fd);
}

/* As a loader does, stubs behind the object, all of it writable for the test's breakpoints. */
static void object_map(struct object *object)
{
	const Elf64_Ehdr *header = (const Elf64_Ehdr *)(const void *)object->file;
	const struct patch_object *patched = &object->patched;
	bool is_fixed = header->e_type == ET_EXEC;
	void *wanted = is_fixed ? (void *)(uintptr_t)patched->vaddr_start : NULL;

	object->mapping_bytes = patched->vaddr_end - patched->vaddr_start + patched->stub_bytes;
	object->mapping = mmap(wanted, object->mapping_bytes, PROT_READ | PROT_WRITE | PROT_EXEC,
			       MAP_PRIVATE | MAP_ANONYMOUS | (is_fixed ? MAP_FIXED_NOREPLACE : 0), -1, 0);
	assert_true(object->mapping != MAP_FAILED);
}

/* Trials may write to the object's data: each of the two rounds begins with fresh ones. */
static void object_load(struct object *object)
{
	const Elf64_Ehdr *header = (const Elf64_Ehdr *)(const void *)object->file;
	const Elf64_Phdr *segment = (const Elf64_Phdr *)(const void *)(object->file + header->e_phoff);
	const struct patch_object *patched = &object->patched;

	memset(object->mapping, 0, object->mapping_bytes);
	for (unsigned i = 0; i < header->e_phnum; i++) {
		if (segment[i].p_type == PT_LOAD)
			memcpy(object->mapping + (segment[i].p_vaddr - patched->vaddr_start),
			       object->file + segment[i].p_offset, segment[i].p_filesz);
	}
	memcpy(object->mapping + (patched->vaddr_end - patched->vaddr_start), patched->stubs, patched->stub_bytes);
}

static uint8_t *place(const struct object *object, uint64_t vaddr)
{
	return object->mapping + (vaddr - object->patched.vaddr_start);
}

/* Runs from the site's start; breakpoints where the call is made (0: at the entry) and behind the site. */
static void site_run(const struct object *object, const struct patch_site *site, uint64_t call, uint64_t resume,
		     struct trial *trial)
{
	uint64_t end = site->kind == PATCH_AFTER ? site->end : site->vaddr + 2;
	uint8_t saved_call = call ? *place(object, call) : 0, saved_end = *place(object, end);

	if (call)
		*place(object, call) = INT3;
	*place(object, end) = INT3;
	trial_run((uint64_t)(uintptr_t)place(object, site->start), resume, trial);
	*place(object, end) = saved_end;
	if (call)
		*place(object, call) = saved_call;
}

static void stops_compare(const struct object *object, const struct patch_site *site, const char *what,
			  const struct stop *native, const struct stop *patched, bool is_entered)
{
	if (native->signal != patched->signal || native->memory != patched->memory)
		fail_msg("%s: site %lx: %s: signal %d instead of %d, or memory differs", object->path, site->vaddr,
			 what, patched->signal, native->signal);
	for (int i = REG_R8; i <= REG_EFL; i++) {
		/* What the hardware changes is checked elsewhere; moved instructions run elsewhere. */
		if (i == REG_RIP || (is_entered && i == REG_RCX))
			continue;
		if (native->registers[i] != patched->registers[i])
			fail_msg("%s: site %lx: %s: register %d is %llx instead of %llx", object->path, site->vaddr,
				 what, i, patched->registers[i], native->registers[i]);
	}
}

static void site_check(const struct object *object, const struct patch_site *site, const struct trial *native,
		       const struct trial *patched)
{
	uint64_t behind = site->kind == PATCH_AFTER ? 0 : (uint64_t)(uintptr_t)place(object, site->vaddr + 2);
	bool is_entered = native->call.signal == SIGTRAP;

	stops_compare(object, site, "at the call", &native->call, &patched->call, is_entered);
	stops_compare(object, site, "behind it", &native->end, &patched->end, false);
	if (!is_entered)
		return;
	assert_int_equal(patched->call.registers[REG_RIP], trial_entry());
	assert_int_equal(patched->end.registers[REG_RIP], native->end.registers[REG_RIP]);
	if (behind && patched->call.registers[REG_RCX] != (greg_t)behind)
		fail_msg("%s: site %lx: rcx is %llx", object->path, site->vaddr, patched->call.registers[REG_RCX]);
}

static unsigned object_run(struct object *object)
{
	const struct patch_object *patched = &object->patched;
	struct trial *trials = calloc(patched->site_count, sizeof(*trials)), trial;
	unsigned entered = 0;

	assert_non_null(trials);
	object_map(object);
	object_load(object);
	for (uint32_t i = 0; i < patched->site_count; i++) {
		const struct patch_site *site = &patched->sites[i];

		if (site->kind >= PATCH_BEFORE)
			site_run(object, site, site->vaddr, (uint64_t)(uintptr_t)place(object, site->vaddr + 2),
				 &trials[i]);
	}
	object_load(object);
	for (uint32_t i = 0; i < patched->run_count; i++)
		memcpy(place(object, patched->runs[i].vaddr), patched->runs[i].data, patched->runs[i].bytes);
	for (uint32_t i = 0; i < patched->site_count; i++) {
		const struct patch_site *site = &patched->sites[i];

		if (site->kind < PATCH_BEFORE)
			continue;
		site_run(object, site, 0, 0, &trial);
		site_check(object, site, &trials[i], &trial);
		entered += trial.call.signal == SIGTRAP;
	}
	free(trials);
	munmap(object->mapping, object->mapping_bytes);
	return entered;
}

static void objects_run_as_before(void **state)
{
	static const struct {
		const char *path;
		bool is_optional;
		uint32_t sites;
		uint32_t left; /* __restore_rt */
	} cases[] = {
		{"/lib/x86_64-linux-gnu/libc.so.6", false, 500, 1},
		{"/lib64/ld-linux-x86-64.so.2", false, 40, 1},
		{"/usr/bin/busybox", true, 250, 1},
		{"/usr/lib/x86_64-linux-musl/libc.so", true, 450, 1},
		{"/usr/lib/x86_64-linux-gnu/libgomp.so.1", true, 30, 0},
		{"/usr/lib/go-1.19/bin/gofmt", true, 40, 1},
		{"/usr/sbin/ldconfig", true, 140, 1},
	};

	(void)state;
	trial_prepare();
	for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
		struct object object = {.path = cases[i].path};
		struct error error = {0};
		unsigned entered;

		if (access(object.path, R_OK) < 0 && cases[i].is_optional)
			continue;
		object_read(&object);
		if (patch_object_make(object.file, object.file_bytes, &object.patched, &error) != 1)
			fail_msg("%s: %s", object.path, error.text);
		if (object.patched.site_count < cases[i].sites || object.patched.counts[PATCH_NONE] ||
		    object.patched.counts[PATCH_RESTORE] != cases[i].left)
			fail_msg("%s: %u sites, %u and %u left", object.path, object.patched.site_count,
				 object.patched.counts[PATCH_NONE], object.patched.counts[PATCH_RESTORE]);
		entered = object_run(&object);
		print_message("# %s: %u sites, %u entered\n", object.path, object.patched.site_count, entered);
		assert_true(entered >= object.patched.site_count * 9 / 10);
		patch_object_free(&object.patched);
		munmap(object.file, object.file_bytes);
	}
}

/* OpenSSL's table of a curve, among its code, has the bytes of a system call: a patch there would break signatures. */
static void data_among_code_are_left_alone(void **state)
{
	static const char *const paths[] = {"/usr/lib/x86_64-linux-gnu/libcrypto.so.3", "/usr/bin/node"};

	(void)state;
	for (size_t i = 0; i < ARRAY_COUNT(paths); i++) {
		struct object object = {.path = paths[i]};
		struct error error = {0};

		if (access(object.path, R_OK) < 0)
			continue;
		object_read(&object);
		assert_int_equal(patch_object_make(object.file, object.file_bytes, &object.patched, &error), 0);
		assert_int_equal(object.patched.site_count, 0);
		patch_object_free(&object.patched);
		munmap(object.file, object.file_bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_run_as_before),
		cmocka_unit_test(data_among_code_are_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
