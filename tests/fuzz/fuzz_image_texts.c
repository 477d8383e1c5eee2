/*
 * Fuzz target: the first byte chooses a parser of the texts that image sources are made of, the rest is its text.
 * What parsers hand out must be strings, and of the kind that is promised.
 */
#include <string.h>

#include "image/accounts.h"
#include "image/apt.h"
#include "image/config.h"
#include "image/interpreter.h"
#include "image/packages.h"
#include "image/program_accounts.h"
#include "tests/fuzz/fuzz.h"

static void config_parse(const char *text, size_t size)
{
	struct image_config config;
	struct error error = {0};

	if (image_config_parse(text, size, &config, &error) != 0)
		return;
	FUZZ_CHECK(!config.workdir[0] || config.workdir[0] == '/');
	for (size_t i = 0; config.env[i]; i++)
		FUZZ_CHECK(strchr(config.env[i], '=') > config.env[i]);
	for (size_t i = 0; config.exposed_ports[i]; i++)
		FUZZ_CHECK(strchr(config.exposed_ports[i], '/'));
	image_config_free(&config);
}

static void accounts_parse(const char *text, size_t size)
{
	struct accounts_text file = {text, size};
	struct account account;
	uint32_t gid;

	if (accounts_user(file, "root", 4, &account))
		FUZZ_CHECK(account.home_length && account.home_length <= ACCOUNT_HOME_MAX);
	accounts_user(file, "7", 1, &account);
	if (accounts_group(file, "staff", 5, &gid))
		FUZZ_CHECK(gid != UINT32_MAX);
}

static void accounts_keep(char *text, size_t size)
{
	size_t kept = program_accounts_keep(text, size);

	FUZZ_CHECK(kept <= size);
	FUZZ_CHECK(program_accounts_keep(text, kept) == kept);
}

static void packages_of(char *text)
{
	char *half = strchr(text, '\f');
	struct packages packages;
	struct error error = {0};

	if (half)
		*half++ = '\0';
	if (packages_parse(&packages, text, &error) != 0)
		return;
	packages_want(&packages, "a");
	if (half)
		packages_owners_parse(&packages, half);
	packages_free(&packages);
}

static void apt_parse(const char *text)
{
	struct error error = {0};
	uint32_t count;
	char **files;

	apt_files_parse(text, &files, &count, &error);
	for (uint32_t i = 0; i < count; i++) {
		FUZZ_CHECK(error.text[0] || (files[i][0] && files[i][0] != '.' && !strchr(files[i], '/')));
		free(files[i]);
	}
	free(files);
}

static void interpreter_of(const void *bytes, size_t size)
{
	struct interpreter interpreter;

	if (interpreter_parse(bytes, size, &interpreter))
		FUZZ_CHECK(!interpreter.path[0] || interpreter.path[0] == '/');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (size < 1)
		return 0;
	text = malloc(size);
	FUZZ_CHECK(text);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	switch (data[0] % 6) {
	case 0:
		config_parse(text, size - 1);
		break;
	case 1:
		accounts_parse(text, size - 1);
		break;
	case 2:
		accounts_keep(text, size - 1);
		break;
	case 3:
		packages_of(text);
		break;
	case 4:
		apt_parse(text);
		break;
	default:
		interpreter_of(text, size - 1);
	}
	free(text);
	return 0;
}
