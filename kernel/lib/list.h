/*
 * Intrusive doubly linked circular lists. A list head and a member that is in no list both point to themselves.
 * Changes are made under whatever lock guards the list; `next` is stored in one piece, behind what is in the
 * member: others may follow it without the lock (acquiring), or only look whether there is anything (list_peek_empty).
 */
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

static inline void list_set_next(struct list *list, struct list *next)
{
	__atomic_store_n(&list->next, next, __ATOMIC_RELEASE);
}

static inline void list_init(struct list *list)
{
	list_set_next(list, list);
	list->prev = list;
}

static inline bool list_is_empty(const struct list *list)
{
	return list->next == list;
}

/* What list_is_empty said a moment ago, or will say in a moment. */
static inline bool list_peek_empty(const struct list *list)
{
	return __atomic_load_n(&list->next, __ATOMIC_RELAXED) == list;
}

static inline void list_insert_before(struct list *place, struct list *member)
{
	member->prev = place->prev;
	list_set_next(member, place);
	list_set_next(place->prev, member);
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
	list_set_next(from->prev, to->next);
	to->next->prev = from->prev;
	list_set_next(to, from->next);
	from->next->prev = to;
	list_init(from);
}

/* Afterwards the member is in no list; removing it again does nothing. */
static inline void list_remove(struct list *member)
{
	/* Last: who then finds the head's list empty, without the lock, may free the head. */
	member->next->prev = member->prev;
	list_set_next(member->prev, member->next);
	list_init(member);
}

#endif
