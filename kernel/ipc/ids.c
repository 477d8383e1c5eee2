/* Identifiers of System V IPC: see ids.h. An id is a slot and, above, a sequence number. */
#include "kernel/ipc/ids.h"

#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/stat.h>

#include "kernel/lib/heap.h"
#include "kernel/lib/string.h"
#include "kernel/task/process.h"
#include "kernel/vfs/permission.h"

#define SLOT_BITS 15
#define PERMISSION_BITS 0777
#define CAPACITY_FIRST 16u

static int permission(const struct ipc_object *object, unsigned mode)
{
	const struct credentials *who = &process_current()->credentials;
	unsigned granted = object->mode;

	if (who->euid == object->cuid || who->euid == object->uid)
		granted >>= 6;
	else if (process_in_group(object->cgid) || process_in_group(object->gid))
		granted >>= 3;
	if ((mode >> 6 & 7) & ~(granted & 7) && !process_capable(CAP_IPC_OWNER))
		return -EACCES;
	return 0;
}

int ipc_permission(const struct ipc_object *object, unsigned mode)
{
	return permission(object, mode);
}

int ipc_ownership(const struct ipc_object *object)
{
	uint32_t euid = process_current()->credentials.euid;

	return euid == object->cuid || euid == object->uid || process_capable(CAP_SYS_ADMIN) ? 0 : -EPERM;
}

static struct ipc_object *by_key(const struct ipc_table *table, int key)
{
	for (unsigned slot = 0; slot < table->highest; slot++) {
		if (table->slots[slot] && table->slots[slot]->key == key)
			return table->slots[slot];
	}
	return NULL;
}

static int grow(struct ipc_table *table)
{
	unsigned capacity = table->capacity ? table->capacity * 2 : CAPACITY_FIRST;
	struct ipc_object **slots = heap_alloc_zero(capacity * sizeof(struct ipc_object *));

	if (!slots)
		return -ENOMEM;
	if (table->capacity)
		memcpy(slots, table->slots, table->capacity * sizeof(struct ipc_object *));
	heap_free(table->slots);
	table->slots = slots;
	table->capacity = capacity;
	return 0;
}

static int place(struct ipc_table *table, struct ipc_object *object)
{
	unsigned slot = 0;

	if (table->used >= IPC_SLOTS_MAX)
		return -ENOSPC;
	if (table->used == table->capacity && grow(table))
		return -ENOMEM;
	while (table->slots[slot])
		slot++;
	table->slots[slot] = object;
	table->used++;
	if (slot >= table->highest)
		table->highest = slot + 1;
	object->sequence = table->sequence++ & 0x7fff;
	object->id = (int32_t)(slot | (uint32_t)object->sequence << SLOT_BITS);
	return 0;
}

static int create(struct ipc_table *table, int key, int flags, const void *request, ipc_make make)
{
	const struct credentials *who = &process_current()->credentials;
	int error = 0;
	struct ipc_object *object = make(request, &error);

	if (!object)
		return error;
	object->key = key;
	object->mode |= (unsigned)flags & PERMISSION_BITS;
	object->uid = object->cuid = who->euid;
	object->gid = object->cgid = who->egid;
	object->references = 1;
	error = place(table, object);
	if (error) {
		table->release(object);
		return error;
	}
	return object->id;
}

static int existing(const struct ipc_object *object, int flags, const void *request, ipc_fits fits)
{
	int error;

	if ((flags & (IPC_CREAT | IPC_EXCL)) == (IPC_CREAT | IPC_EXCL))
		return -EEXIST;
	error = fits ? fits(object, request) : 0;
	/* What any of the three sets of bits asks for. */
	if (!error)
		error = permission(object, (unsigned)((flags | flags << 3 | flags << 6) & 0700));
	return error ? error : object->id;
}

int ipc_get(struct ipc_table *table, int key, int flags, const void *request, ipc_make make, ipc_fits fits)
{
	struct ipc_object *object;
	int result;

	lock_acquire(&table->lock);
	object = key == IPC_PRIVATE ? NULL : by_key(table, key);
	if (object)
		result = existing(object, flags, request, fits);
	else if (key == IPC_PRIVATE || flags & IPC_CREAT)
		result = create(table, key, flags, request, make);
	else
		result = -ENOENT;
	lock_release(&table->lock);
	return result;
}

static struct ipc_object *find(struct ipc_table *table, unsigned slot, int id, int *error)
{
	struct ipc_object *object = NULL;

	*error = -EINVAL;
	lock_acquire(&table->lock);
	if (slot < table->highest)
		object = table->slots[slot];
	if (object && id >= 0 && object->id != id) {
		*error = -EIDRM;
		object = NULL;
	}
	if (object)
		__atomic_fetch_add(&object->references, 1, __ATOMIC_RELAXED);
	lock_release(&table->lock);
	if (!object)
		return NULL;
	lock_acquire(&object->lock);
	if (!object->removed)
		return object;
	ipc_put(table, object);
	*error = -EIDRM;
	return NULL;
}

struct ipc_object *ipc_find(struct ipc_table *table, int id, int *error)
{
	if (id < 0) {
		*error = -EINVAL;
		return NULL;
	}
	return find(table, (unsigned)id & ((1u << SLOT_BITS) - 1), id, error);
}

struct ipc_object *ipc_find_slot(struct ipc_table *table, int slot, int *error)
{
	return find(table, (unsigned)slot, -1, error);
}

void ipc_drop(struct ipc_table *table, struct ipc_object *object)
{
	if (__atomic_sub_fetch(&object->references, 1, __ATOMIC_ACQ_REL) == 0)
		table->release(object);
}

void ipc_put(struct ipc_table *table, struct ipc_object *object)
{
	lock_release(&object->lock);
	ipc_drop(table, object);
}

void ipc_remove(struct ipc_table *table, struct ipc_object *object)
{
	unsigned slot = (unsigned)object->id & ((1u << SLOT_BITS) - 1);

	if (object->removed)
		return;
	object->removed = true;
	lock_acquire(&table->lock);
	table->slots[slot] = NULL;
	table->used--;
	while (table->highest && !table->slots[table->highest - 1])
		table->highest--;
	lock_release(&table->lock);
	/* The caller has one, too: not the last. */
	__atomic_fetch_sub(&object->references, 1, __ATOMIC_RELEASE);
}

void ipc_permissions_show(const struct ipc_object *object, struct ipc64_perm *out)
{
	out->key = object->key;
	out->uid = object->uid;
	out->gid = object->gid;
	out->cuid = object->cuid;
	out->cgid = object->cgid;
	out->mode = (typeof(out->mode))object->mode;
	out->seq = object->sequence;
}

void ipc_permissions_set(struct ipc_object *object, const struct ipc64_perm *in)
{
	object->uid = in->uid;
	object->gid = in->gid;
	object->mode = (object->mode & ~(unsigned)PERMISSION_BITS) | ((unsigned)in->mode & PERMISSION_BITS);
}

void ipc_show(struct ipc_table *table, struct text *text, void (*line)(const struct ipc_object *, struct text *))
{
	lock_acquire(&table->lock);
	for (unsigned slot = 0; slot < table->highest; slot++) {
		if (table->slots[slot])
			line(table->slots[slot], text);
	}
	lock_release(&table->lock);
}
