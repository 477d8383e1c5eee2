/* tend elf, also solo5-elftool: manifests and notes of unikernels. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/elf.h"
#include "cli/executable.h"
#include "cli/manifest_source.h"
#include "tender/manifest/manifest.h"

static int usage(void)
{
	fprintf(stderr,
		"usage: %s%s COMMAND ...\n"
		"%s version %s\n\n"
		"COMMAND is:\n"
		"    gen-manifest SOURCE OUTPUT:\n"
		"        Generate application manifest from SOURCE, writing to OUTPUT.\n"
		"    query-abi BINARY:\n"
		"        Display the ABI target and version from BINARY.\n"
		"    query-manifest BINARY:\n"
		"        Display the application manifest from BINARY.\n",
		program_name, strcmp(program_name, "tend") == 0 ? " elf" : "", program_name, TEND_VERSION);
	return 1;
}

static const char *target_name(uint32_t target)
{
	switch (target) {
	case HVT_ABI_TARGET:
		return "hvt";
	case SPT_ABI_TARGET:
		return "spt";
	case VIRTIO_ABI_TARGET:
		return "virtio";
	case MUEN_ABI_TARGET:
		return "muen";
	case GENODE_ABI_TARGET:
		return "genode";
	case XEN_ABI_TARGET:
		return "xen";
	default:
		return "unknown";
	}
}

static int query_abi(const char *path)
{
	struct executable executable;
	struct abi1_info abi;
	int result;

	if (executable_open(&executable, path) < 0)
		return 1;
	result = executable_abi(&executable, &abi);
	executable_close(&executable);
	if (result < 0)
		return 1;
	printf("{\n"
	       "  \"type\": \"solo5.abi\",\n"
	       "  \"target\": \"%s\",\n"
	       "  \"version\": %u\n"
	       "}\n",
	       target_name(abi.abi_target), abi.abi_version);
	return 0;
}

static void manifest_print(const struct mft *manifest)
{
	const char *separator = "";

	printf("{\n"
	       "  \"type\": \"solo5.manifest\",\n"
	       "  \"version\": %d,\n"
	       "  \"devices\": [",
	       MFT_VERSION);
	for (unsigned i = 0; i < manifest->entries; i++) {
		const struct mft_entry *entry = &manifest->e[i];

		if (!manifest_is_device(entry))
			continue;
		printf("%s\n    { \"name\": \"%s\", \"type\": \"%s\" }", separator, entry->name,
		       manifest_type_name(entry->type));
		separator = ",";
	}
	printf("\n  ]\n}\n");
}

static int query_manifest(const char *path)
{
	struct executable executable;
	struct mft manifest;
	int result;

	if (executable_open(&executable, path) < 0)
		return 1;
	result = executable_manifest(&executable, &manifest);
	executable_close(&executable);
	if (result < 0)
		return 1;
	manifest_print(&manifest);
	return 0;
}

int elf_run(int argc, char **argv)
{
	int result;

	if (argc == 4 && strcmp(argv[1], "gen-manifest") == 0)
		return manifest_source_generate(argv[2], argv[3]);
	if (argc == 3 && strcmp(argv[1], "query-abi") == 0)
		result = query_abi(argv[2]);
	else if (argc == 3 && strcmp(argv[1], "query-manifest") == 0)
		result = query_manifest(argv[2]);
	else
		return usage();
	return output_end(result);
}

const struct command command_elf = {
	.name = "elf",
	.arguments = "gen-manifest SOURCE OUTPUT | query-manifest BINARY | query-abi BINARY",
	.summary = "work with a unikernel's notes (also: solo5-elftool)",
	.run = elf_run,
};
