/* Intrusive doubly linked circular lists. A list head and a member that is in no list both point to themselves. */
#ifndef KERNEL_LIB_LIST_H
#define KERNEL_LIB_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct list {
	struct list *next;
	struct list *prev;
};

#define container_of(pointer, type, member) ((type *)((uintptr_t)(pointer)-offsetof(type, member)))
#define list_entry(pointer, type, member) container_of(pointer, type, member)
#define list_for_each(at, head) for (struct list *at = (head)->next; at != (head); at = at->next)
/* The member `at` may be removed from the list in the loop's body. */
#define list_for_each_safe(at, after, head)                                                                            \
	for (struct list *at = (head)->next, *after = at->next; at != (head); at = after, after = at->next)

static inline void list_init(struct list *list)
{
	list->next = list;
	list->prev = list;
}

static inline bool list_is_empty(const struct list *list)
{
	return list->next == list;
}

static inline void list_insert_before(struct list *place, struct list *member)
{
	member->prev = place->prev;
	member->next = place;
	place->prev->next = member;
	place->prev = member;
}

static inline void list_push(struct list *head, struct list *member)
{
	list_insert_before(head->next, member);
}

static inline void list_append(struct list *head, struct list *member)
{
	list_insert_before(head, member);
}

/* Moves all members of `from` to the front of `to`. */
static inline void list_splice(struct list *to, struct list *from)
{
	if (list_is_empty(from))
		return;
	from->prev->next = to->next;
	to->next->prev = from->prev;
	to->next = from->next;
	from->next->prev = to;
	list_init(from);
}

/* Afterwards the member is in no list; removing it again does nothing. */
static inline void list_remove(struct list *member)
{
	member->prev->next = member->next;
	member->next->prev = member->prev;
	list_init(member);
}

#endif
