/*
 * Identifiers of System V's shared memory, semaphores and message queues: keys, permissions, ids that are not used
 * again soon. Rules: sysvipc(7), svipc permission checks as in ipc(2).
 *
 * References: a table holds one on each object that is not removed; ipc_find hands out another. An object's fields are
 * guarded by its lock, which comes before the tables' lock of nobody else.
 */
#ifndef KERNEL_IPC_IDS_H
#define KERNEL_IPC_IDS_H

#include <linux/ipc.h>

#include <asm/ipcbuf.h>
#include <stdbool.h>
#include <stdint.h>

#include "kernel/lib/lock.h"
#include "kernel/lib/text.h"
#include "kernel/mm/user.h"

#define IPC_SLOTS_MAX 32000u

struct ipc_object {
	int32_t id;
	int32_t key;
	uint32_t uid, gid;   /* owner */
	uint32_t cuid, cgid; /* creator */
	uint32_t mode;       /* nine permission bits, and what a kind adds */
	uint16_t sequence;
	bool removed;
	uint32_t references;
	struct lock lock;
};

struct ipc_table {
	struct lock lock;
	struct ipc_object **slots;
	unsigned capacity;
	unsigned used;
	unsigned highest; /* slot + 1 */
	uint16_t sequence;
	void (*release)(struct ipc_object *object); /* the last reference is gone */
};

/* For IPC_CREAT: a new object with nothing of the above set, or NULL with *error. `request` is the caller's. */
typedef struct ipc_object *(*ipc_make)(const void *request, int *error);
/* For an existing one: 0, or why it is not what the caller wants. May be NULL. */
typedef int (*ipc_fits)(const struct ipc_object *object, const void *request);

/* shmget, semget, msgget: the id, or -ENOENT, -EEXIST, -EACCES, -ENOSPC, -ENOMEM and what make and fits say. */
int ipc_get(struct ipc_table *table, int key, int flags, const void *request, ipc_make make, ipc_fits fits);
/* By id, with a reference and locked; NULL with *error: -EINVAL, -EIDRM. */
struct ipc_object *ipc_find(struct ipc_table *table, int id, int *error);
/* By slot, for SHM_STAT and the like. */
struct ipc_object *ipc_find_slot(struct ipc_table *table, int slot, int *error);
/* Unlocks it and gives the reference back. */
void ipc_put(struct ipc_table *table, struct ipc_object *object);
/* The reference alone, unlocked. */
void ipc_drop(struct ipc_table *table, struct ipc_object *object);
/* Takes it out of the table; the caller keeps its reference and the lock. */
void ipc_remove(struct ipc_table *table, struct ipc_object *object);

/* `mode`: the permissions wanted, as in the owner's three bits (0400 read, 0200 write). 0 or -EACCES */
int ipc_permission(const struct ipc_object *object, unsigned mode);
/* For IPC_SET and IPC_RMID: 0 or -EPERM */
int ipc_ownership(const struct ipc_object *object);

void ipc_permissions_show(const struct ipc_object *object, struct ipc64_perm *out);
void ipc_permissions_set(struct ipc_object *object, const struct ipc64_perm *in);

/* Lines of /proc/sysvipc. */
void ipc_show(struct ipc_table *table, struct text *text, void (*line)(const struct ipc_object *, struct text *));

#endif
