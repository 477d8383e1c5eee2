/* Balanced trees: random insertions and removals compared with a sorted array; balance, order and summaries checked. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/lib/list.h"
#include "kernel/lib/tree.h"
#include "unit.h"

#define KEYS 400

struct item {
	struct tree_node node;
	int key;
	int sum; /* of the keys of the subtree */
	bool present;
};

static struct item items[KEYS];

#define ITEM(n) container_of(n, struct item, node)

static void item_update(struct tree_node *node)
{
	struct item *item = ITEM(node);

	item->sum = item->key;
	if (node->left)
		item->sum += ITEM(node->left)->sum;
	if (node->right)
		item->sum += ITEM(node->right)->sum;
}

static int check_node(const struct tree_node *node, const struct tree_node *parent, int *sum, bool summaries)
{
	int left_sum = 0;
	int right_sum = 0;
	int left;
	int right;

	if (!node)
		return 0;
	assert_ptr_equal(node->parent, parent);
	left = check_node(node->left, node, &left_sum, summaries);
	right = check_node(node->right, node, &right_sum, summaries);
	assert_in_range(left - right + 1, 0, 2);
	assert_int_equal(node->height, (left > right ? left : right) + 1);
	*sum = left_sum + right_sum + ITEM(node)->key;
	if (summaries)
		assert_int_equal(ITEM(node)->sum, *sum);
	return node->height;
}

static void check_tree(const struct tree *tree)
{
	struct tree_node *node = tree_first(tree);
	int sum = 0;

	check_node(tree->root, NULL, &sum, tree->update != NULL);
	for (int key = 0; key < KEYS; key++) {
		if (!items[key].present)
			continue;
		assert_ptr_equal(node, &items[key].node);
		node = tree_next(node);
	}
	assert_null(node);
	node = tree_last(tree);
	for (int key = KEYS - 1; key >= 0; key--) {
		if (!items[key].present)
			continue;
		assert_ptr_equal(node, &items[key].node);
		node = tree_prev(node);
	}
	assert_null(node);
}

static void item_insert(struct tree *tree, struct item *item)
{
	struct tree_node **link = &tree->root;
	struct tree_node *parent = NULL;

	while (*link) {
		parent = *link;
		link = item->key < ITEM(parent)->key ? &parent->left : &parent->right;
	}
	tree_insert(tree, parent, link, &item->node);
}

static void random_operations(struct tree *tree, unsigned seed)
{
	srand(seed);
	memset(items, 0, sizeof(items));
	for (int i = 0; i < KEYS; i++)
		items[i].key = i;
	for (int step = 0; step < 6000; step++) {
		struct item *item = &items[rand() % KEYS];

		if (item->present)
			tree_remove(tree, &item->node);
		else
			item_insert(tree, item);
		item->present = !item->present;
		if (step % 7 == 0)
			check_tree(tree);
	}
}

static void test_random(void **state)
{
	(void)state;
	for (unsigned seed = 0; seed < 8; seed++) {
		struct tree plain = {0};
		struct tree summed = {.update = item_update};

		random_operations(&plain, seed);
		random_operations(&summed, seed);
	}
}

static void test_ascending_and_descending(void **state)
{
	(void)state;
	for (int step = -1; step <= 1; step += 2) {
		struct tree tree = {.update = item_update};

		memset(items, 0, sizeof(items));
		for (int i = 0; i < KEYS; i++)
			items[i].key = i;
		for (int i = 0; i < KEYS; i++) {
			struct item *item = &items[step > 0 ? i : KEYS - 1 - i];

			item_insert(&tree, item);
			item->present = true;
		}
		check_tree(&tree);
		assert_in_range(tree.root->height, 9, 12);
		for (int i = 0; i < KEYS; i++) {
			struct item *item = &items[i];

			tree_remove(&tree, &item->node);
			item->present = false;
			check_tree(&tree);
		}
		assert_null(tree.root);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_ascending_and_descending),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
