/* Unikernels from the command line: see unikernel.h. */
#include "cli/unikernel.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "abi/solo5_elf.h"
#include "cli/beside.h"
#include "cli/executable.h"
#include "cli/word_list.h"

/* The word is an option of unikernels alone: with its value, if it has one. */
static bool is_foreign(const struct command *command, const char *word)
{
	return strncmp(word, "--", 2) == 0 && word[2] && strcmp(word, "--help") != 0 &&
	       !option_named(command, word + 2, strcspn(word + 2, "="));
}

bool unikernel_is_meant(const struct option_reader *given, int *operand)
{
	struct option_reader reader = *given;

	reader.is_silent = true;
	for (;;) {
		while (reader.next < reader.argc && !(reader.cluster && *reader.cluster) &&
		       is_foreign(reader.command, reader.argv[reader.next]))
			reader.next++;
		if (option_next(&reader) == 0)
			break;
		/* With --root, the first operand is a program in there. */
		if (strcmp(reader.row->name, "root") == 0)
			return false;
	}
	*operand = reader.next;
	return !reader.failed && reader.next < reader.argc && executable_is_unikernel(reader.argv[reader.next]);
}

/* The target the unikernel was built for (enum abi_target), or -1 after a complaint. */
static int target_of(const char *path)
{
	struct executable executable;
	struct abi1_info abi;
	int target = -1;

	if (executable_open(&executable, path) < 0)
		return -1;
	if (executable_abi(&executable, &abi) == 0)
		target = (int)abi.abi_target;
	executable_close(&executable);
	return target;
}

/* The next option as a tender knows it: --mem N is --mem=N there. Steps over it; returns 0, or 1 after a complaint. */
static int option_add(struct option_reader *reader, struct word_list *words)
{
	const char *word = reader->argv[reader->next];
	bool is_cluster = reader->cluster && *reader->cluster;

	if (!is_cluster && (is_foreign(reader->command, word) || strcmp(word, "--") == 0)) {
		reader->next++;
		return word_add(words, word);
	}
	if (option_next(reader) == 0)
		return 1;
	if (!reader->value)
		return word_print(words, "--%s", reader->row->name);
	return word_print(words, "--%s=%s", reader->row->name, reader->value);
}

static int options_add(const struct option_reader *given, int operand, struct word_list *words)
{
	struct option_reader reader = *given;

	while (reader.next < operand || (reader.cluster && *reader.cluster)) {
		if (option_add(&reader, words) != 0)
			return 1;
	}
	return 0;
}

int unikernel_run(const struct option_reader *reader, int operand)
{
	char path[PATH_MAX];
	struct word_list words = {0};
	int target = target_of(reader->argv[operand]);

	if (target < 0)
		return 1;
	if (target != SPT_ABI_TARGET && target != HVT_ABI_TARGET)
		return complain("%s: Executable is not for the solo5-spt or the solo5-hvt target",
				reader->argv[operand]);
	if (beside_path(target == HVT_ABI_TARGET ? "solo5-hvt" : "solo5-spt", path, sizeof(path)) != 0 ||
	    word_add(&words, "tend") != 0 || options_add(reader, operand, &words) != 0)
		return 1;
	for (int i = operand; i < reader->argc; i++) {
		if (word_add(&words, reader->argv[i]) != 0)
			return 1;
	}
	execv(path, (char *const *)(uintptr_t)words.words);
	return complain("%s: %s; build or install the tender beside tend", path, strerror(errno));
}
