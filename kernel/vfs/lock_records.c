/* What a request makes of the locks of an inode: conflicts, and the joining and splitting of ranges. */
#include "kernel/vfs/lock_records.h"

#include "kernel/lib/bug.h"
#include "kernel/lib/heap.h"

static bool overlap(const struct lock_record *record, const struct lock_request *request)
{
	return record->start <= request->end && request->start <= record->end;
}

static bool is_own(const struct lock_record *record, const struct lock_request *request)
{
	return record->owner == request->owner && record->kind == request->kind;
}

const struct lock_record *lock_conflict(const struct file_locks *locks, const struct lock_request *request)
{
	const struct list *list = request->kind == LOCK_FLOCK ? &locks->flocks : &locks->records;

	list_for_each(at, list)
	{
		const struct lock_record *record = list_entry(at, struct lock_record, list);

		if (!overlap(record, request))
			continue;
		if (request->type == F_UNLCK
			    ? is_own(record, request)
			    : !is_own(record, request) && (record->type == F_WRLCK || request->type == F_WRLCK))
			return record;
	}
	return NULL;
}

static struct lock_record *spare_take(struct lock_request *request)
{
	struct lock_record *record = request->spare[0] ? request->spare[0] : request->spare[1];

	bug_on(!record);
	if (record == request->spare[0])
		request->spare[0] = NULL;
	else
		request->spare[1] = NULL;
	return record;
}

static void record_drop(struct lock_record *record)
{
	list_remove(&record->list);
	heap_free(record);
}

/* The owner's own record of the same type, near or over the range: it becomes part of the request. True: it is gone. */
static bool record_join(struct lock_record *record, struct lock_request *request)
{
	/* No overflow: the ends are at most INT64_MAX. */
	if (record->end + 1 < request->start || record->start > request->end + 1)
		return false;
	if (record->start < request->start)
		request->start = record->start;
	if (record->end > request->end)
		request->end = record->end;
	record_drop(record);
	return true;
}

/* The owner's own record of another type: the range is cut out of it. True: nothing is left. */
static bool record_cut(struct lock_record *record, struct lock_request *request)
{
	if (!overlap(record, request))
		return false;
	request->released = true;
	if (record->start < request->start && record->end > request->end) {
		struct lock_record *right = spare_take(request);

		*right = *record;
		right->start = request->end + 1;
		record->end = request->start - 1;
		list_push(&record->list, &right->list);
	} else if (record->start < request->start) {
		record->end = request->start - 1;
	} else if (record->end > request->end) {
		record->start = request->end + 1;
	} else {
		record_drop(record);
		return true;
	}
	return false;
}

static void record_add(struct list *place, struct lock_request *request)
{
	struct lock_record *record = spare_take(request);

	*record = (struct lock_record){.owner = request->owner,
				       .kind = request->kind,
				       .type = request->type,
				       .pid = request->pid,
				       .start = request->start,
				       .end = request->end};
	list_insert_before(place, &record->list);
}

/* An owner's records lie together, by their starts: the order in which F_GETLK finds them is Linux's. */
static const struct lock_record *record_try(struct file_locks *locks, struct lock_request *request)
{
	const struct lock_record *conflict = request->type == F_UNLCK ? NULL : lock_conflict(locks, request);
	struct list *place = &locks->records;

	if (conflict)
		return conflict;
	list_for_each_safe(at, after, &locks->records)
	{
		struct lock_record *record = list_entry(at, struct lock_record, list);
		bool gone;

		if (!is_own(record, request))
			continue;
		gone = record->type == request->type ? record_join(record, request) : record_cut(record, request);
		if (gone)
			place = after;
		else
			place = record->start > request->start ? at : at->next;
		if (place != after)
			break;
	}
	if (request->type != F_UNLCK)
		record_add(place, request);
	return NULL;
}

/* flock's: one lock per description. Another type first gives up the old one, for good, as flock(2) warns. */
static const struct lock_record *flock_try(struct file_locks *locks, struct lock_request *request)
{
	const struct lock_record *conflict;

	list_for_each_safe(at, after, &locks->flocks)
	{
		struct lock_record *record = list_entry(at, struct lock_record, list);

		if (!is_own(record, request))
			continue;
		if (record->type == request->type)
			return NULL;
		record_drop(record);
		request->released = true;
	}
	if (request->type == F_UNLCK)
		return NULL;
	conflict = lock_conflict(locks, request);
	if (!conflict)
		record_add(&locks->flocks, request);
	return conflict;
}

const struct lock_record *lock_request_try(struct file_locks *locks, struct lock_request *request)
{
	return request->kind == LOCK_FLOCK ? flock_try(locks, request) : record_try(locks, request);
}
