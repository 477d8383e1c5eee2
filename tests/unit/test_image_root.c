/* A root file system in memory: whatever paths say, nothing leads out of it; what later layers do to former ones. */
#include <stdio.h>
#include <sys/stat.h>

#include "image/root.h"
#include "tests/unit/unit.h"

/* What a path is: "dir", "file", "link", "none". */
static const char *kind_at(const struct root *root, const char *path)
{
	const struct root_inode *inode = root_find(root, path);

	if (!inode)
		return "none";
	if (S_ISDIR(inode->attributes.mode))
		return "dir";
	return S_ISREG(inode->attributes.mode) ? "file" : "other";
}

static void put(struct root *root, const char *path, uint32_t mode, const char *target)
{
	const struct root_attributes attributes = {.mode = mode};
	struct error error = {0};
	struct root_inode *inode = root_inode_make(root, &attributes, &error);

	assert_non_null(inode);
	if (target)
		inode->target = target;
	success_expect(path, root_put(root, path, inode, &error), &error);
}

static void put_refused(struct root *root, const char *path, const char *text)
{
	const struct root_attributes attributes = {.mode = S_IFREG | 0644};
	struct error error = {0};
	struct root_inode *inode = root_inode_make(root, &attributes, &error);

	error_expect(path, root_put(root, path, inode, &error), &error, text);
}

static struct root *root_setup(void)
{
	static struct root root;
	struct error error = {0};

	success_expect("root_make", root_make(&root, &error), &error);
	return &root;
}

static void paths_stay_inside(void **state)
{
	struct root *root = root_setup();

	(void)state;
	put(root, "./a//b/./c", S_IFREG | 0644, NULL);
	assert_string_equal(kind_at(root, "/a/b/c"), "file");
	put_refused(root, "../x", "../x: a path that leads upwards");
	put_refused(root, "a/../../x", "a/../../x: a path that leads upwards");
	put_refused(root, "a/b/c/d", "a/b/c/d: something on the way to it is not a directory");
	put_refused(root, ".", ".: the root must be a directory");
	/* Symbolic links end at the root, however far up they lead. */
	put(root, "up", S_IFLNK | 0777, "../../../a");
	put(root, "absolute", S_IFLNK | 0777, "/a/b");
	put(root, "up/through", S_IFREG | 0644, NULL);
	assert_string_equal(kind_at(root, "a/through"), "file");
	put(root, "absolute/through", S_IFREG | 0644, NULL);
	assert_string_equal(kind_at(root, "a/b/through"), "file");
	put(root, "dangling", S_IFLNK | 0777, "/made/on/the/way");
	put(root, "dangling/x", S_IFREG | 0644, NULL);
	assert_string_equal(kind_at(root, "made/on/the/way/x"), "file");
	put(root, "loop", S_IFLNK | 0777, "loop");
	put_refused(root, "loop/x", "loop/x: loop: Too many levels of symbolic links");
	assert_string_equal(kind_at(root, "loop"), "none");
	root_free(root);
}

static void names_and_depth_have_limits(void **state)
{
	struct root *root = root_setup();
	char path[4200], text[4300];

	(void)state;
	memset(path, 'n', 256);
	path[255] = '\0';
	put(root, path, S_IFREG | 0644, NULL);
	path[255] = 'n';
	path[256] = '\0';
	snprintf(text, sizeof(text), "%.40s...: a name longer than 255 bytes", path);
	put_refused(root, path, text);
	for (unsigned i = 0; i < 2060; i++)
		memcpy(path + i * 2, "d/", 3);
	snprintf(text, sizeof(text), "%s: directories more than 2048 deep", path);
	put_refused(root, path, text);
	root_free(root);
}

static void later_entries_replace_former_ones(void **state)
{
	struct root *root = root_setup();

	(void)state;
	put(root, "dir/file", S_IFREG | 0644, NULL);
	put(root, "dir", S_IFDIR | 0700, NULL);
	assert_string_equal(kind_at(root, "dir/file"), "file");
	assert_int_equal(root_find(root, "dir")->attributes.mode, S_IFDIR | 0700);
	put(root, "dir", S_IFREG | 0644, NULL);
	assert_string_equal(kind_at(root, "dir"), "file");
	put(root, "usr/lib", S_IFDIR | 0755, NULL);
	put(root, "lib", S_IFLNK | 0777, "usr/lib");
	root->keeps_links = true;
	put(root, "lib", S_IFDIR | 0755, NULL);
	put(root, "lib/x", S_IFREG | 0644, NULL);
	assert_string_equal(kind_at(root, "usr/lib/x"), "file");
	root->keeps_links = false;
	put(root, "lib", S_IFDIR | 0755, NULL);
	assert_string_equal(kind_at(root, "lib/x"), "none");
	root_free(root);
}

static void whiteouts_hide_lower_layers_only(void **state)
{
	struct root *root = root_setup();
	struct error error = {0};

	(void)state;
	put(root, "dir/old", S_IFREG | 0644, NULL);
	put(root, "dir/sub/old", S_IFREG | 0644, NULL);
	put(root, "gone", S_IFREG | 0644, NULL);
	root->layer = 1;
	put(root, "dir/sub/new", S_IFREG | 0644, NULL);
	put(root, "dir/sub", S_IFDIR | 0755, NULL);
	put(root, "fresh", S_IFREG | 0644, NULL);
	success_expect("gone", root_whiteout(root, "gone", &error), &error);
	success_expect("fresh", root_whiteout(root, "fresh", &error), &error);
	success_expect("never", root_whiteout(root, "never/was", &error), &error);
	error_expect("up", root_whiteout(root, "../x", &error), &error, "../x: a path that leads upwards");
	success_expect("dir", root_cover(root, "dir", &error), &error);
	assert_string_equal(kind_at(root, "gone"), "none");
	assert_string_equal(kind_at(root, "fresh"), "file");
	assert_string_equal(kind_at(root, "dir"), "dir");
	assert_string_equal(kind_at(root, "dir/old"), "none");
	assert_string_equal(kind_at(root, "dir/sub/new"), "file");
	assert_string_equal(kind_at(root, "dir/sub/old"), "none");
	root_free(root);
}

static void hard_links_are_names_of_files(void **state)
{
	struct root *root = root_setup();
	struct error error = {0};

	(void)state;
	put(root, "a/file", S_IFREG | 0644, NULL);
	put(root, "way", S_IFLNK | 0777, "a");
	success_expect("link", root_link(root, "b/name", "way/file", &error), &error);
	assert_ptr_equal(root_find(root, "b/name"), root_find(root, "a/file"));
	success_expect("itself", root_link(root, "a/file", "a/file", &error), &error);
	assert_string_equal(kind_at(root, "a/file"), "file");
	error_expect("dir", root_link(root, "x", "a", &error), &error, "x: a hard link to a, which is a directory");
	error_expect("none", root_link(root, "x", "none", &error), &error,
		     "x: a hard link to none, which is not there");
	error_expect("up", root_link(root, "x", "../../etc/passwd", &error), &error,
		     "../../etc/passwd: a path that leads upwards");
	root_free(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_stay_inside),
		cmocka_unit_test(names_and_depth_have_limits),
		cmocka_unit_test(later_entries_replace_former_ones),
		cmocka_unit_test(whiteouts_hide_lower_layers_only),
		cmocka_unit_test(hard_links_are_names_of_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
