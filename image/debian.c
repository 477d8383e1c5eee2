/*
 * Debian packages as a source: apt resolves, fetches and verifies them, with directories of its own in which nothing is
 * installed; so it needs no root and changes nothing. Maintainers' scripts do not run.
 */
#define _GNU_SOURCE 1

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "image/apt.h"
#include "image/archive.h"
#include "image/child.h"
#include "image/made_config.h"
#include "image/source.h"

/* The directories that Debian merged: packages have files in both places. */
static int merged_directories_make(struct root *root, struct error *error)
{
	static const char *const names[] = {"bin", "sbin", "lib", "lib64"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct root_attributes link = {.mode = S_IFLNK | 0777}, dir = {.mode = S_IFDIR | 0755};
		struct root_inode *inode = root_inode_make(root, &dir, error);
		char target[16];

		snprintf(target, sizeof(target), "usr/%s", names[i]);
		if (!inode || root_put(root, target, inode, error) < 0)
			return -1;
		inode = root_inode_make(root, &link, error);
		if (!inode)
			return -1;
		inode->target = arena_text(&root->arena, target, strlen(target));
		if (!inode->target)
			return error_set(error, "out of memory");
		if (root_put(root, names[i], inode, error) < 0)
			return -1;
	}
	return 0;
}

static int package_unpack(struct source *source, const char *path, struct error *error)
{
	const char *const arguments[] = {"dpkg-deb", "--fsys-tarfile", path, NULL};
	struct archive_descriptor input;
	struct error why = {0};
	struct child child;
	struct archive_job job = {
		.name = path,
		.root = &source->root,
		.spool = &source->spool,
		.progress = source->progress,
	};
	int result;

	if (child_start(&child, arguments, "dpkg", error) < 0)
		return -1;
	job.input = archive_descriptor_input(&input, child.output, path);
	result = archive_unpack(&job, &why);
	/* Its own words are better where it failed; where it was cut off, ours. */
	if (child_end(&child, error) < 0 && result == 0)
		return -1;
	return result < 0 ? error_set(error, "%s", why.text) : 0;
}

static int packages_unpack(struct source *source, struct apt *apt, struct error *error)
{
	for (uint32_t i = 0; i < apt->count; i++) {
		char path[PATH_MAX];

		progress_stage(source->progress, 0, "unpacking package %u of %u", i + 1, apt->count);
		if ((size_t)snprintf(path, sizeof(path), "%s/%s", apt->archives, apt->files[i]) >= sizeof(path))
			return error_set(error, "%s: path too long", apt->archives);
		if (package_unpack(source, path, error) < 0)
			return -1;
	}
	return 0;
}

/* What base-passwd's script would install. */
static int accounts_link(struct root *root, struct error *error)
{
	static const char *const names[][2] = {
		{"etc/passwd", "usr/share/base-passwd/passwd.master"},
		{"etc/group", "usr/share/base-passwd/group.master"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct root_inode *master = root_find(root, names[i][1]);
		struct root_inode *copy;

		if (!master || !S_ISREG(master->attributes.mode) || root_find(root, names[i][0]))
			continue;
		copy = root_inode_make(root, &master->attributes, error);
		if (!copy)
			return -1;
		copy->content = master->content;
		if (root_put(root, names[i][0], copy, error) < 0)
			return -1;
	}
	return 0;
}

/* The program that has the name of the first package, if there is one. */
static int command_choose(struct source *source, const char *packages, struct error *error)
{
	static const char *const places[] = {"/usr/bin/", "/usr/sbin/", "/usr/games/"};
	size_t length = strcspn(packages, ", =/");
	char path[256] = "";

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const struct root_inode *inode;

		snprintf(path, sizeof(path), "%s%.*s", places[i], (int)length, packages);
		inode = root_find(&source->root, path);
		if (inode && S_ISREG(inode->attributes.mode))
			return made_config_set(source, "Cmd", path, error);
	}
	return made_config_set(source, "Cmd", NULL, error);
}

int source_debian(struct source *source, const char *packages, struct error *error)
{
	struct apt apt;
	int result;

	if (spool_open(&source->spool, source->dir, error) < 0)
		return -1;
	source->has_spool = true;
	if (apt_fetch(&apt, packages, source->progress, error) < 0)
		return -1;
	source->root.keeps_links = true;
	result = merged_directories_make(&source->root, error);
	if (result == 0)
		result = packages_unpack(source, &apt, error);
	apt_close(&apt);
	if (result == 0)
		result = accounts_link(&source->root, error);
	return result < 0 ? -1 : command_choose(source, packages, error);
}
