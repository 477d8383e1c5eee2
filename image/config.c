/* The OCI image configuration: see config.h. */
#include "image/config.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image/json.h"

/* More are beyond what any program can be given; and they are compared with one another. */
#define ENV_MAX 10000

static int compare(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

static size_t list_length(char *const *list)
{
	size_t count = 0;

	while (list[count])
		count++;
	return count;
}

static void list_free(char **list)
{
	for (size_t i = 0; list && list[i]; i++)
		free(list[i]);
	free(list);
}

/* "KEY=VALUE", "KEY/tcp" where `value` has no slash of its own, or KEY alone if `value` is NULL. */
static char *pair_make(const char *key, const char *between, const char *value)
{
	size_t bytes = strlen(key) + (value ? strlen(between) + strlen(value) : 0) + 1;
	char *text = malloc(bytes);

	if (text)
		snprintf(text, bytes, "%s%s%s", key, value ? between : "", value ? value : "");
	return text;
}

/* A member that is an array of strings; null and absence are an empty one. */
static int array_read(const json_t *config, const char *name, char ***list, struct error *error)
{
	const json_t *array = json_object_get(config, name), *item;
	size_t index;

	if (array && !json_is_null(array) && !json_is_array(array))
		return error_set(error, "%s: is not an array of strings", name);
	*list = calloc(json_array_size(array) + 1, sizeof(char *));
	if (!*list)
		return error_set(error, "out of memory");
	json_array_foreach (array, index, item) {
		if (!json_is_string(item))
			return error_set(error, "%s: is not an array of strings", name);
		(*list)[index] = strdup(json_string_value(item));
		if (!(*list)[index])
			return error_set(error, "out of memory");
	}
	return 0;
}

/* How a member of an object becomes an item of a list; NULL: out of memory, or the value is not of the type. */
typedef char *item_make(const char *key, const json_t *value);

static char *key_item(const char *key, const json_t *value)
{
	(void)value;
	return pair_make(key, "", NULL);
}

static char *port_item(const char *key, const json_t *value)
{
	(void)value;
	return pair_make(key, "/", strchr(key, '/') ? NULL : "tcp");
}

static char *label_item(const char *key, const json_t *value)
{
	return json_is_string(value) ? pair_make(key, "=", json_string_value(value)) : NULL;
}

/* A member that is an object, as a sorted list. */
static int object_read(json_t *config, const char *name, item_make *make, char ***list, struct error *error)
{
	json_t *object = json_object_get(config, name), *value;
	const char *key;
	size_t count = 0;

	if (object && !json_is_null(object) && !json_is_object(object))
		return error_set(error, "%s: is not an object", name);
	*list = calloc(json_object_size(object) + 1, sizeof(char *));
	if (!*list)
		return error_set(error, "out of memory");
	json_object_foreach (object, key, value) {
		(*list)[count] = make(key, value);
		if (!(*list)[count++])
			return error_set(error, "%s: %s: is not a string, or out of memory", name, key);
	}
	if (count)
		qsort(*list, count, sizeof(char *), compare);
	return 0;
}

static int string_read(const json_t *config, const char *name, char **text, struct error *error)
{
	const json_t *value = json_object_get(config, name);

	if (value && !json_is_null(value) && !json_is_string(value))
		return error_set(error, "%s: is not a string", name);
	*text = strdup(json_is_string(value) ? json_string_value(value) : "");
	return *text ? 0 : error_set(error, "out of memory");
}

/* Of variables of one name the last counts, in the place of the first. What has no name is none. */
static void env_tidy(char **env)
{
	size_t used = 0;

	for (size_t i = 0; env[i]; i++) {
		size_t name_length = strcspn(env[i], "="), known = 0;

		while (known < used &&
		       (strncmp(env[known], env[i], name_length) != 0 || env[known][name_length] != '='))
			known++;
		if (!name_length || env[i][name_length] != '=') {
			free(env[i]);
		} else if (known < used) {
			free(env[known]);
			env[known] = env[i];
		} else {
			env[used++] = env[i];
		}
	}
	env[used] = NULL;
}

static int workdir_check(const struct image_config *config, struct error *error)
{
	if (config->workdir[0] && config->workdir[0] != '/')
		return error_set(error, "WorkingDir: %s: is not absolute", config->workdir);
	return 0;
}

static int fields_read(json_t *config, struct image_config *to, struct error *error)
{
	if (config && !json_is_null(config) && !json_is_object(config))
		return error_set(error, "config: is not an object");
	if (array_read(config, "Entrypoint", &to->entrypoint, error) < 0 ||
	    array_read(config, "Cmd", &to->cmd, error) < 0 || array_read(config, "Env", &to->env, error) < 0 ||
	    string_read(config, "User", &to->user, error) < 0 ||
	    string_read(config, "WorkingDir", &to->workdir, error) < 0 ||
	    object_read(config, "ExposedPorts", port_item, &to->exposed_ports, error) < 0 ||
	    object_read(config, "Volumes", key_item, &to->volumes, error) < 0 ||
	    string_read(config, "StopSignal", &to->stop_signal, error) < 0 ||
	    object_read(config, "Labels", label_item, &to->labels, error) < 0 || workdir_check(to, error) < 0)
		return -1;
	if (list_length(to->env) > ENV_MAX)
		return error_set(error, "Env: more than %d variables", ENV_MAX);
	if (list_length(to->env))
		env_tidy(to->env);
	return 0;
}

int image_config_parse(const char *json, size_t bytes, struct image_config *config, struct error *error)
{
	json_t *root = json_parse(json, bytes, "image configuration", error);
	struct error why = {0};
	int result;

	if (!root)
		return -1;
	*config = (struct image_config){0};
	result = json_is_object(root) ? fields_read(json_object_get(root, "config"), config, &why)
				      : error_set(&why, "is not an object");
	json_decref(root);
	if (result < 0) {
		image_config_free(config);
		error_set(error, "image configuration: %s", why.text);
	}
	return result;
}

void image_config_free(struct image_config *config)
{
	list_free(config->entrypoint);
	list_free(config->cmd);
	list_free(config->env);
	free(config->user);
	free(config->workdir);
	list_free(config->exposed_ports);
	list_free(config->volumes);
	free(config->stop_signal);
	list_free(config->labels);
	*config = (struct image_config){0};
}
