/* Options for the bindings at the front of the command line. */
#include "bindings.h"

struct level_option {
	const char *text;
	enum log_level level;
};

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static const char *spaces_skip(const char *text)
{
	while (is_space(*text))
		text++;
	return text;
}

/* The rest of the text behind a whole word, or NULL if it does not begin with that word. */
static const char *word_skip(const char *text, const char *word)
{
	while (*word && *text == *word) {
		text++;
		word++;
	}
	if (*word || (*text && !is_space(*text)))
		return NULL;
	return spaces_skip(text);
}

const char *cmdline_parse(const char *cmdline)
{
	/* Errors are never silenced: quiet is another name for error. */
	static const struct level_option options[] = {
		{"--solo5:quiet", LOG_ERROR}, {"--solo5:error", LOG_ERROR}, {"--solo5:warn", LOG_WARN},
		{"--solo5:info", LOG_INFO},   {"--solo5:debug", LOG_DEBUG},
	};
	const char *rest = spaces_skip(cmdline);

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]);) {
		const char *after = word_skip(rest, options[i].text);

		if (!after) {
			i++;
			continue;
		}
		log_level = options[i].level;
		rest = after;
		i = 0;
	}
	return rest;
}
