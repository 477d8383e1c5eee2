/* An image's layers: see blobs.h. */
#include <stdlib.h>

#include "image/archive.h"
#include "image/blobs.h"
#include "image/json.h"
#include "image/platform.h"

static int layer_take(const struct blobs *blobs, const char *path, const char *digest, const char *diff_id,
		      struct source *source, struct error *error)
{
	const struct content *content = blobs_find(blobs, path);
	struct content_reader reader;
	struct archive_content input;
	struct archive_job job = {
		.input = archive_content_input(&input, &reader, path),
		.name = path,
		.root = &source->root,
		.spool = &source->spool,
		.is_layer = true,
		.progress = source->progress,
	};
	int result;

	if (!content)
		return error_set(error, "%s is missing", path);
	if (content_open(&reader, content, path, error) < 0)
		return -1;
	source->root.layer++;
	progress_stage(source->progress, content->size, "unpacking layer %u", source->root.layer);
	result = archive_unpack(&job, error);
	content_close(&reader);
	if (result < 0 || blobs_digest_check(path, digest, job.packed, error) < 0)
		return -1;
	return blobs_digest_check(path, diff_id, job.unpacked, error);
}

static int layers_take(const struct blobs *blobs, const json_t *layers, const json_t *diff_ids,
		       blobs_layer_place *place, struct source *source, struct error *error)
{
	const json_t *layer;
	size_t index;

	if (!json_is_array(layers) || json_array_size(layers) != json_array_size(diff_ids))
		return error_set(error, "the configuration and the manifest do not agree on the layers");
	json_array_foreach (layers, index, layer) {
		const char *diff_id = json_string_value(json_array_get(diff_ids, index)), *digest = NULL;
		char path[BLOBS_PATH_MAX];

		if (!diff_id || !digest_is_good(diff_id))
			return error_set(error, "the configuration has no SHA-256 digest of layer %zu", index + 1);
		if (place(layer, path, &digest, error) < 0 ||
		    layer_take(blobs, path, digest, diff_id, source, error) < 0)
			return -1;
	}
	return 0;
}

int blobs_image(const struct blobs *blobs, const char *config_path, const char *config_digest, const json_t *layers,
		blobs_layer_place *place, struct source *source, struct error *error)
{
	const json_t *diff_ids;
	json_t *config;
	int result;

	source->config = blobs_text(blobs, config_path, config_digest, &source->config_bytes, error);
	config = source->config ? json_parse(source->config, source->config_bytes, config_path, error) : NULL;
	if (!config)
		return -1;
	diff_ids = json_object_get(json_object_get(config, "rootfs"), "diff_ids");
	result = platform_check(config, error);
	if (result == 0)
		result = layers_take(blobs, layers, diff_ids, place, source, error);
	json_decref(config);
	return result;
}
