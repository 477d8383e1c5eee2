/* Docker archives (docker save, podman save, skopeo docker-archive:): manifest.json, a configuration, layers. */
#include <stdio.h>
#include <string.h>

#include "image/blobs.h"
#include "image/digest.h"
#include "image/json.h"

/* The whole name, or what follows a slash in it: tools put a registry and "library/" before what they were told. */
static bool is_name(const char *tag, const char *reference)
{
	size_t tag_length = strlen(tag), length = strlen(reference);

	if (tag_length < length || strcmp(tag + tag_length - length, reference) != 0)
		return false;
	return tag_length == length || tag[tag_length - length - 1] == '/';
}

static bool is_named(const json_t *image, const char *reference)
{
	const json_t *tags = json_object_get(image, "RepoTags"), *tag;
	size_t index;

	json_array_foreach (tags, index, tag) {
		if (json_is_string(tag) && is_name(json_string_value(tag), reference))
			return true;
	}
	return false;
}

/* NULL after an error. */
static const json_t *image_choose(const json_t *manifest, const char *reference, struct error *error)
{
	const json_t *image, *chosen = NULL;
	size_t index;
	unsigned count = 0;

	json_array_foreach (manifest, index, image) {
		if (reference && !is_named(image, reference))
			continue;
		chosen = image;
		count++;
	}
	if (count == 1)
		return chosen;
	if (count > 1)
		error_set(error, "it holds %u images: name the one you mean with --reference", count);
	else if (reference)
		error_set(error, "it holds no image %s", reference);
	else
		error_set(error, "it holds no image");
	return NULL;
}

/* The configuration's digest, where its name is one. */
static const char *name_digest(const char *path, char digest[DIGEST_TEXT_BYTES])
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	snprintf(digest, DIGEST_TEXT_BYTES, DIGEST_PREFIX "%.64s", name);
	if (!digest_is_good(digest) || (name[DIGEST_HEX] && strcmp(name + DIGEST_HEX, ".json") != 0))
		return NULL;
	return digest;
}

static int layer_place(const json_t *layer, char path[BLOBS_PATH_MAX], const char **digest, struct error *error)
{
	const char *name = json_string_value(layer);

	if (!name || strlen(name) >= BLOBS_PATH_MAX)
		return error_set(error, "a layer without a name, or with one that is too long");
	memcpy(path, name, strlen(name) + 1);
	*digest = NULL;
	return 0;
}

int blobs_docker(const struct blobs *blobs, const char *reference, struct source *source, struct error *error)
{
	json_t *manifest = blobs_json(blobs, "manifest.json", NULL, error);
	const json_t *image = manifest ? image_choose(manifest, reference, error) : NULL;
	const char *config = json_text(image, "Config");
	char digest[DIGEST_TEXT_BYTES];
	int result = -1;

	if (image)
		result = blobs_image(blobs, config, name_digest(config, digest), json_object_get(image, "Layers"),
				     layer_place, source, error);
	json_decref(manifest);
	return result;
}
