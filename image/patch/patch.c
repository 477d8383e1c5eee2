/* From an ELF file to its patched pages and stubs: see patch.h. */
#include "image/patch/patch.h"

#include <stdlib.h>
#include <string.h>

#include "image/patch/code.h"
#include "image/patch/decoder.h"
#include "image/patch/rules.h"
#include "image/patch/runs.h"
#include "image/patch/stub.h"
#include "image/patch/sweep.h"
#include "image/patch/targets.h"

static int object_fill(struct code *code, struct patch_object *object, struct error *error)
{
	uint32_t patched = 0;

	if (decoder_open(error) < 0)
		return -1;
	if (!code_marks_make(code))
		return error_set(error, "out of memory for the marks on %lu bytes of code",
				 (unsigned long)code->file_bytes);
	targets_mark_functions(code);
	if (sweep_sites(code, object, error) < 0)
		return -1;
	if (!object->site_count)
		return 0;
	targets_mark_words(code);
	if (!sweep_targets(code))
		return 0;
	rules_apply(code, object);
	if (stubs_make(code, object, error) < 0)
		return -1;
	for (uint32_t i = 0; i < object->site_count; i++) {
		object->counts[object->sites[i].kind]++;
		patched += object->sites[i].kind >= PATCH_BEFORE;
	}
	if (!patched)
		return 0;
	return runs_make(code, object, error) < 0 ? -1 : 1;
}

int patch_object_make(const void *elf, size_t bytes, struct patch_object *object, struct error *error)
{
	struct code *code = malloc(sizeof(*code));
	int result = 0;

	*object = (struct patch_object){0};
	if (!code)
		return error_set(error, "out of memory");
	if (code_open(code, elf, bytes) && sweep_is_needed(code)) {
		object->vaddr_start = code->vaddr_start;
		object->vaddr_end = code->vaddr_end;
		result = object_fill(code, object, error);
		code_close(code);
	}
	free(code);
	return result;
}

void patch_object_free(struct patch_object *object)
{
	for (uint32_t i = 0; i < object->run_count; i++)
		free(object->runs[i].data);
	free(object->runs);
	free(object->stubs);
	free(object->sites);
	*object = (struct patch_object){0};
}
