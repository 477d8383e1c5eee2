/*
 * gen-manifest: see manifest_source.h.
 *
 *     {"type": "solo5.manifest", "version": 1, "devices": [{"name": NAME, "type": "NET_BASIC"|"BLOCK_BASIC"}]}
 *
 * Everything is checked before the output is opened.
 */
#include "cli/manifest_source.h"

#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "abi/manifest.h"
#include "cli/command.h"
#include "cli/json_line.h"

static const char *type_name(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return "OBJECT";
	case JSON_ARRAY:
		return "ARRAY";
	case JSON_STRING:
		return "STRING";
	case JSON_INTEGER:
		return "INTEGER";
	case JSON_REAL:
		return "REAL";
	case JSON_TRUE:
	case JSON_FALSE:
		return "BOOLEAN";
	case JSON_NULL:
		break;
	}
	return "NULL";
}

/* A JSON object, where it stands in the text, and the words for that ("" for the root). */
struct place {
	const char *file;
	const char *text;
	const char *value;
	char where[32];
};

/* "FILE:LINE" of the place's member `key`, or of the place itself where it has none or key is NULL. */
#define PLACE_FORMAT "%s:%zu: %s"
#define PLACE(place, key) (place)->file, json_line((place)->text, (place)->value, key), (place)->where

static int expect(const struct place *place, const char *key, const json_t *value, json_type type, const char *name)
{
	if (json_typeof(value) == type)
		return 0;
	return complain(PLACE_FORMAT ".%s: expected %s, got %s", PLACE(place, key), key, name, type_name(value));
}

static int expect_object(const struct place *place, const json_t *value)
{
	if (json_is_object(value))
		return 0;
	return complain(PLACE_FORMAT "%s: expected OBJECT, got %s", PLACE(place, NULL), *place->where ? "" : "(root)",
			type_name(value));
}

static int keys_check(const struct place *place, json_t *object, const char *const *keys)
{
	const char *key;
	json_t *value;

	json_object_foreach (object, key, value) {
		size_t i = 0;

		while (keys[i] && strcmp(keys[i], key) != 0)
			i++;
		if (!keys[i])
			return complain(PLACE_FORMAT "%s: unknown key: %s", PLACE(place, key),
					*place->where ? "" : "(root)", key);
	}
	return 0;
}

static int name_check(const struct place *place, const char *name)
{
	if (!*name)
		return complain(PLACE_FORMAT ": .name may not be empty", PLACE(place, "name"));
	if (strlen(name) > MFT_NAME_MAX)
		return complain(PLACE_FORMAT ": name too long, maximum %d characters", PLACE(place, "name"),
				MFT_NAME_MAX);
	for (; *name; name++) {
		if (!isascii((unsigned char)*name) || !isalnum((unsigned char)*name))
			return complain(PLACE_FORMAT ": name is not alphanumeric", PLACE(place, "name"));
	}
	return 0;
}

static int device_check(const struct place *place, json_t *device)
{
	static const char *const keys[] = {"name", "type", NULL};
	const json_t *name;
	const json_t *type;

	if (expect_object(place, device) || keys_check(place, device, keys))
		return 1;
	name = json_object_get(device, "name");
	type = json_object_get(device, "type");
	if (!name || !type)
		return complain(PLACE_FORMAT ": missing .%s", PLACE(place, NULL), name ? "type" : "name");
	if (expect(place, "name", name, JSON_STRING, "STRING") || expect(place, "type", type, JSON_STRING, "STRING"))
		return 1;
	if (name_check(place, json_string_value(name)))
		return 1;
	if (strcmp(json_string_value(type), "NET_BASIC") != 0 && strcmp(json_string_value(type), "BLOCK_BASIC") != 0)
		return complain(PLACE_FORMAT ".type: invalid value, expected \"NET_BASIC\" or \"BLOCK_BASIC\"",
				PLACE(place, "type"));
	return 0;
}

static struct place device_place(const struct place *root, size_t index)
{
	struct place place = *root;

	place.value = json_element(json_member(root->value, "devices"), index);
	snprintf(place.where, sizeof(place.where), ".devices[%zu]", index);
	return place;
}

/* Two devices of one name could not be told apart on the command line. */
static int duplicates_check(const struct place *root, const json_t *devices)
{
	for (size_t i = 0; i < json_array_size(devices); i++) {
		const char *name = json_string_value(json_object_get(json_array_get(devices, i), "name"));

		for (size_t k = 0; k < i; k++) {
			const json_t *other = json_object_get(json_array_get(devices, k), "name");
			struct place place = device_place(root, i);

			if (strcmp(name, json_string_value(other)) == 0)
				return complain(PLACE_FORMAT ": the name %s stands twice", PLACE(&place, "name"), name);
		}
	}
	return 0;
}

static int devices_check(const struct place *root, const json_t *devices)
{
	size_t index;
	json_t *device;

	if (json_array_size(devices) > MFT_MAX_ENTRIES - 1)
		return complain(PLACE_FORMAT ".devices[]: too many entries, maximum %d", PLACE(root, "devices"),
				MFT_MAX_ENTRIES - 1);
	json_array_foreach (devices, index, device) {
		struct place place = device_place(root, index);

		if (device_check(&place, device))
			return 1;
	}
	return duplicates_check(root, devices);
}

static int manifest_check(const char *file, const char *text, json_t *root)
{
	static const char *const keys[] = {"type", "version", "devices", NULL};
	struct place place = {.file = file, .text = text, .value = text + strspn(text, " \t\r\n")};
	const json_t *values[3];

	if (expect_object(&place, root) || keys_check(&place, root, keys))
		return 1;
	for (int i = 0; i < 3; i++) {
		values[i] = json_object_get(root, keys[i]);
		if (!values[i])
			return complain(PLACE_FORMAT "missing .%s%s", PLACE(&place, NULL), keys[i], i == 2 ? "[]" : "");
	}
	if (expect(&place, "type", values[0], JSON_STRING, "STRING") ||
	    expect(&place, "version", values[1], JSON_INTEGER, "INTEGER") ||
	    expect(&place, "devices", values[2], JSON_ARRAY, "ARRAY"))
		return 1;
	if (strcmp(json_string_value(values[0]), "solo5.manifest") != 0)
		return complain(PLACE_FORMAT ".type: invalid value, expected \"solo5.manifest\"",
				PLACE(&place, "type"));
	if (json_integer_value(values[1]) != MFT_VERSION)
		return complain(PLACE_FORMAT ".version: invalid version %lld, expected %d", PLACE(&place, "version"),
				(long long)json_integer_value(values[1]), MFT_VERSION);
	return devices_check(&place, values[2]);
}

/* Closes the output; half a file is removed. */
static int output_close(FILE *out, const char *path)
{
	struct stat status;
	bool is_file = out != stdout && fstat(fileno(out), &status) == 0 && S_ISREG(status.st_mode);
	bool failed = fflush(out) != 0 || ferror(out);
	int number = errno;

	if (out != stdout)
		failed |= fclose(out) != 0;
	if (!failed)
		return 0;
	if (is_file)
		remove(path);
	return complain("%s: Could not write: %s", path, strerror(number));
}

static int source_write(const json_t *root, const char *path)
{
	const json_t *devices = json_object_get(root, "devices");
	FILE *out = strcmp(path, "-") == 0 ? stdout : fopen(path, "w");
	size_t index;
	const json_t *device;

	if (!out)
		return complain("%s: Could not open for writing: %s", path, strerror(errno));
	fprintf(out,
		"/* Generated by solo5-elftool version %s, do not edit */\n\n"
		"#define MFT_ENTRIES %zu\n"
		"#include \"mft_abi.h\"\n\n"
		"MFT1_NOTE_DECLARE_BEGIN\n"
		"{\n"
		"  .version = MFT_VERSION, .entries = %zu,\n"
		"  .e = {\n"
		"    { .name = \"\", .type = MFT_RESERVED_FIRST },\n",
		TEND_VERSION, json_array_size(devices) + 1, json_array_size(devices) + 1);
	json_array_foreach (devices, index, device) {
		fprintf(out, "    { .name = \"%s\", .type = MFT_DEV_%s },\n",
			json_string_value(json_object_get(device, "name")),
			json_string_value(json_object_get(device, "type")));
	}
	fprintf(out, "  }\n}\nMFT1_NOTE_DECLARE_END\n");
	return output_close(out, path);
}

/* A manifest of 63 devices is far smaller. */
#define SOURCE_BYTES_MAX (1u << 20)

/* The whole file as a string, to be freed by the caller; NULL after a complaint. */
static char *text_read(const char *path)
{
	FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
	char *text = malloc(SOURCE_BYTES_MAX + 1);
	size_t size;

	if (!in || !text) {
		complain("%s: Could not open for reading: %s", path, strerror(errno));
		free(text);
		return NULL;
	}
	size = fread(text, 1, SOURCE_BYTES_MAX, in);
	text[size] = '\0';
	if (ferror(in) || size == SOURCE_BYTES_MAX || strlen(text) != size) {
		complain("%s: Could not read: %s", path, ferror(in) ? strerror(errno) : "not a manifest");
		free(text);
		text = NULL;
	}
	if (in != stdin)
		fclose(in);
	return text;
}

int manifest_source_generate(const char *json_path, const char *c_path)
{
	json_error_t error;
	char *text = text_read(json_path);
	json_t *root;
	int status;

	if (!text)
		return 1;
	root = json_loads(text, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (root) {
		status = manifest_check(json_path, text, root);
		if (status == 0)
			status = source_write(root, c_path);
		json_decref(root);
	} else {
		status = complain("%s:%d: JSON parse error: %s", json_path, error.line, error.text);
	}
	free(text);
	return status;
}
