/*
 * OCI layouts (https://github.com/opencontainers/image-spec/blob/v1.0.2/image-layout.md): an index leads to a manifest,
 * that to a configuration and layers, each named by the digest of its contents.
 */
#include <stdio.h>
#include <string.h>

#include "image/blobs.h"
#include "image/digest.h"
#include "image/json.h"
#include "image/platform.h"

#define INDEX_DEPTH_MAX 4u
#define REFERENCE_NAME "org.opencontainers.image.ref.name"

/* A descriptor's digest, and the path of its file. */
static int descriptor_read(const json_t *descriptor, const char **digest, char path[BLOBS_PATH_MAX],
			   struct error *error)
{
	*digest = json_text(descriptor, "digest");
	if (!digest_is_good(*digest))
		return error_set(error, "a descriptor without a SHA-256 digest: \"%.*s\"", 80, *digest);
	snprintf(path, BLOBS_PATH_MAX, "blobs/sha256/%s", *digest + strlen(DIGEST_PREFIX));
	return 0;
}

static bool is_named(const json_t *descriptor, const char *reference)
{
	const char *name = json_text(json_object_get(descriptor, "annotations"), REFERENCE_NAME), *colon;

	if (strcmp(name, reference) == 0)
		return true;
	/* A whole name where the tag is asked for. */
	colon = strrchr(name, ':');
	return colon && strcmp(colon + 1, reference) == 0;
}

/* Of an index, the one manifest or index that is meant. NULL after an error. */
static const json_t *descriptor_choose(const json_t *index, const char *reference, struct error *error)
{
	const json_t *list = json_object_get(index, "manifests"), *item, *chosen = NULL;
	size_t position;
	unsigned count = 0;

	json_array_foreach (list, position, item) {
		if ((reference && !is_named(item, reference)) || !platform_is_ours(json_object_get(item, "platform")))
			continue;
		chosen = item;
		count++;
	}
	if (count == 1)
		return chosen;
	if (count > 1)
		error_set(error, "it holds %u images: name the one you mean with --reference", count);
	else if (reference)
		error_set(error, "it holds no image %s for linux/amd64", reference);
	else
		error_set(error, "it holds no image for linux/amd64");
	return NULL;
}

/* Follows indexes to a manifest, which the caller drops. */
static json_t *manifest_find(const struct blobs *blobs, const char *reference, struct error *error)
{
	json_t *index = blobs_json(blobs, "index.json", NULL, error);

	for (unsigned depth = 0; index; depth++) {
		char path[BLOBS_PATH_MAX];
		const json_t *chosen;
		const char *digest;
		json_t *next = NULL;

		if (!json_object_get(index, "manifests"))
			return index;
		chosen = descriptor_choose(index, depth ? NULL : reference, error);
		if (depth > INDEX_DEPTH_MAX)
			error_set(error, "indexes more than %u deep", INDEX_DEPTH_MAX);
		else if (chosen && descriptor_read(chosen, &digest, path, error) == 0)
			next = blobs_json(blobs, path, digest, error);
		json_decref(index);
		index = next;
	}
	return NULL;
}

static int layer_place(const json_t *layer, char path[BLOBS_PATH_MAX], const char **digest, struct error *error)
{
	return descriptor_read(layer, digest, path, error);
}

int blobs_oci(const struct blobs *blobs, const char *reference, struct source *source, struct error *error)
{
	json_t *manifest = manifest_find(blobs, reference, error);
	char path[BLOBS_PATH_MAX];
	const char *digest;
	int result = -1;

	if (manifest && descriptor_read(json_object_get(manifest, "config"), &digest, path, error) == 0)
		result = blobs_image(blobs, path, digest, json_object_get(manifest, "layers"), layer_place, source,
				     error);
	json_decref(manifest);
	return result;
}
