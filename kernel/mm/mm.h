/*
 * The address space of a process: its VMAs, and the host calls that make them true.
 *
 * Application memory lies in two areas that the tender set aside (abi/kernel.h): the user area, reserved PROT_NONE,
 * and the
 * low window, which is not mapped until used. A mapping is a host mapping with MAP_FIXED; unmapping puts PROT_NONE
 * back.
 * Anonymous private memory: host MAP_PRIVATE|MAP_ANONYMOUS|MAP_NORESERVE. Files of the image: MAP_PRIVATE of the image
 * file. Files of the arena (tmpfs, overlay's upper files, memfd, System V segments, shared anonymous memory):
 * MAP_SHARED
 * or MAP_PRIVATE of the arena descriptor.
 *
 * Functions act on the calling process's address space, take its lock, and return an address or 0, or -errno as the man
 * page of the call has it. None of them sleeps but for locks.
 */
#ifndef KERNEL_MM_MM_H
#define KERNEL_MM_MM_H

#include <linux/mman.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/lib/list.h"
#include "kernel/lib/lock.h"
#include "kernel/lib/tree.h"
#include "kernel/mm/user.h"

struct file;
struct inode;
struct ipc_object;
struct text;

/* Where the pages of a file mapping come from: what file_ops.map answers. */
enum mapping_kind {
	MAPPING_IMAGE, /* consecutive bytes of the image file */
	MAPPING_ARENA, /* pages of the arena, wherever they are */
	MAPPING_ZERO,  /* /dev/zero: like anonymous memory */
};

/*
 * Where the pages of a file were, for files whose pages come and go. Every change of a page's place gives the file
 * another version. All take the inode's lock, and are called with the address space's lock held.
 */
struct mapping_history {
	uint64_t (*version)(struct inode *inode);
	/*
	 * The first part of [offset, end) that was elsewhere at a version: where, and *bytes of it; `end`: there is
	 * none.
	 */
	uint64_t (*moved)(struct inode *inode, uint64_t since, uint64_t offset, uint64_t end, uint64_t *bytes);
	/* Whether this is what mappings show of the page that were made at a version, which is in a moved part. */
	bool (*showed)(struct inode *inode, uint64_t version, uint64_t offset, const void *contents);
	/* As long as pins are there, no page that the file gives up is used for something else. */
	void (*pin)(struct inode *inode);
	void (*unpin)(struct inode *inode);
};

/*
 * A file's answer to file_ops.map: how to find page after page. `page` is asked for runs: it returns where the bytes
 * of the file from `offset` (page-aligned) on are, and in *bytes how many lie there consecutively (whole pages, at
 * most the *bytes passed in). `write` says that the mapping is shared and may be written to: a file of the image is
 * then first copied up, a hole filled. 0, or 1 if that made pages which other mappings do not show yet; -ENOMEM; -ENXIO
 * behind the last page of the file (the mapping has a SIGBUS there). Called with the address space's lock held; takes
 * the inode's lock.
 */
struct mapping_source {
	enum mapping_kind kind;
	int (*page)(struct file *file, uint64_t offset, bool write, enum mapping_kind *kind, uint64_t *host_offset,
		    uint64_t *bytes);
	const struct mapping_history *history; /* NULL: its pages stay where they are */
	uint64_t nid;      /* of an unchanged file of an image: its patched text, if it has any; else 0 */
	const void *image; /* where the image lies of which MAPPING_IMAGE pages are; NULL: it has none of those */
	/*
	 * For files that count the VMAs through which they are, or may become, written (seals); else NULL. -EPERM:
	 * the file
	 * is sealed against it; a mapping that is not to be written now is then made without the right. Called with the
	 * address space's lock held.
	 */
	int (*writable_add)(struct inode *inode);
	void (*writable_remove)(struct inode *inode);
};

/* What madvise(2) asks to be remembered for a VMA. */
enum {
	ADVICE_SEQUENTIAL = 1,
	ADVICE_RANDOM = 2,
	ADVICE_DONTFORK = 4,
	ADVICE_WIPEONFORK = 8,
	ADVICE_DONTDUMP = 16,
	ADVICE_HUGEPAGE = 32,
	ADVICE_NOHUGEPAGE = 64,
	ADVICE_MERGEABLE = 128,
};

/* Arena pages of a shared anonymous mapping; one reference for each VMA. mm/shared.c */
struct shared_memory {
	uint32_t references;
	uint64_t page_count;
	void *pages;
	struct ipc_object *segment; /* of System V shared memory (ipc/shm.h); NULL: none */
};

struct vma {
	struct tree_node node; /* by start */
	uint64_t start;
	uint64_t end;
	uint64_t hole;       /* between this VMA and the one before it, or address 0 */
	uint64_t gap;        /* largest hole in front of a VMA of this subtree */
	uint32_t protection; /* PROT_* */
	uint32_t flags;      /* MAP_SHARED or MAP_PRIVATE, and of VMA_FLAGS those that were given */
	uint32_t
		maximum; /* PROT_* that mprotect may give: a shared mapping of a file open for reading cannot be written */
	uint32_t advice;   /* ADVICE_* */
	const char *label; /* "[heap]", "[stack]"; NULL: none */
	struct file *file; /* with a reference; NULL: anonymous */
	uint64_t offset;   /* in the file or in the shared memory */
	struct mapping_source source;
	struct shared_memory *shared; /* of shared anonymous memory */
	uint64_t backed;              /* of a file: up to here the host has pages; behind it SIGBUS */
	uint64_t stubs;               /* of patched text: where its stubs are; of stubs: where their object starts */
	uint32_t stub_count;          /* of stubs that are made at run time (mm/site.c): so many are there */
	bool is_filled_up;            /* these are such stubs */
	bool is_torn;  /* of a private file mapping: some pages lie over what the file had there once (mm/refresh.c) */
	bool is_stale; /* the file changed in what is shown, and was pinned for that */
	uint64_t stale_from, stale_to; /* where in the file */
	uint64_t stale_end;            /* the lowest end that the file had meanwhile */
	uint64_t made_from, made_to;   /* in the file: pages that the mapping made, of which others are to be told */
	uint64_t version;              /* of the file, that is shown: of private mappings only */
	bool pristine;         /* anonymous and PROT_NONE from the beginning: the reservation was never touched */
	struct vma *next_free; /* in a list of the address space */
};

/* The MAP_* that make VMAs differ. */
#define VMA_FLAGS (MAP_SHARED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_GROWSDOWN | MAP_LOCKED | MAP_STACK)

/* A system call instruction that trapped, and how often. */
#define TRAPPED_SITES 64
struct trapped_site {
	uint64_t address;
	uint32_t count;
};

struct address_space {
	struct lock lock;
	struct tree vmas;
	uint32_t references;
	uint32_t vma_count;
	uint32_t spare_count;
	bool lock_future;      /* mlockall(MCL_FUTURE) */
	bool has_made;         /* VMAs with made pages */
	bool keeps_text;       /* it is not patched: mm/plain.h */
	uint32_t stale;        /* STALE_* of mm/refresh.h: a futex */
	struct list all;       /* mm/spaces.c */
	struct vma *spare;     /* allocated before anything is changed: changes do not fail half way */
	struct vma *dead;      /* their files are closed when the lock is released */
	uint64_t total_bytes;  /* mapped: RLIMIT_AS, VmSize */
	uint64_t data_bytes;   /* private and writable: RLIMIT_DATA */
	uint64_t locked_bytes; /* RLIMIT_MEMLOCK */
	uint64_t brk_start;
	uint64_t brk_end;
	uint64_t mmap_top;     /* where searches for room start, downwards */
	uint64_t roomy_top;    /* the same for large mappings that are given room to grow */
	uint64_t program_base; /* where position-independent programs are put: low, so that their heap can grow */
	uint64_t stack_start;  /* the initial stack pointer, for /proc/self/stat */
	uint64_t stack_end;    /* of the initial stack's mapping */
	uint64_t code_start, code_end, data_start, data_end;
	struct recycled *recycled;                  /* mm/recycle.c */
	struct trapped_site trapped[TRAPPED_SITES]; /* mm/site.c */
	struct lock asked_lock;
	struct list asked; /* what others want of the memory: ptrace/memory.c */
};

struct address_space *space_new(void);
void space_get(struct address_space *space);
/* The last reference frees the bookkeeping; host mappings are undone by space_clear or die with the host process. */
void space_put(struct address_space *space);
/* Unmaps everything: exec. */
void space_clear(struct address_space *space);

/* mmap(2); flags and protection as the call has them, file NULL for anonymous memory (a reference is taken). */
long mm_map(uint64_t hint, uint64_t bytes, unsigned protection, unsigned flags, struct file *file, uint64_t offset);
/* What exec uses besides: a label for /proc/self/maps; must be a constant. */
long mm_map_labelled(uint64_t hint, uint64_t bytes, unsigned protection, unsigned flags, const char *label);
/* Maps existing shared memory; `replace`: over what is at the address. The mapping takes a reference of its own. */
long mm_map_shared(uint64_t address, uint64_t bytes, unsigned protection, bool replace, struct shared_memory *shared);
/* What is left of such a mapping, of System V memory, that was made at the address: 0 or -EINVAL. */
long mm_unmap_shared(uint64_t address);
long mm_unmap(uint64_t start, uint64_t bytes);
long mm_protect(uint64_t start, uint64_t bytes, unsigned protection);
long mm_remap(uint64_t old, uint64_t old_bytes, uint64_t new_bytes, unsigned flags, uint64_t new_address);
long mm_advise(uint64_t start, uint64_t bytes, int advice);
long mm_break(uint64_t end);
/* The break starts so far behind the program's end, if there is room; nothing is mapped yet. */
void mm_break_set(uint64_t start, uint64_t distance);

/* What of a shared mapping lies at the address: the memory or inode, and where in it. Else neither is changed. */
void mm_shared_place(uint64_t address, const void **object, uint64_t *offset);

/* The calls about locking memory: only counted, against RLIMIT_MEMLOCK; application memory is the host's to page. */
long mm_lock(uint64_t start, uint64_t bytes, bool lock);
long mm_lock_all(int flags); /* MCL_*; 0: munlockall */
/* The part of [start, end) that is mapped without a hole from `start` on ends there: for msync and mincore. */
uint64_t mm_mapped_end(uint64_t start, uint64_t end);

/* The lines of /proc/PID/maps and smaps, and sums for status and statm, in pages. */
void mm_show_maps(struct address_space *space, struct text *text);
void mm_show_smaps(struct address_space *space, struct text *text);
void mm_show_smaps_rollup(struct address_space *space, struct text *text);
struct mm_totals {
	uint64_t total, shared, data, stack, code, locked;
};
void mm_totals(struct address_space *space, struct mm_totals *out);

/*
 * A fault of the application at an address inside its areas: the signal and si_code it deserves, by the VMA there
 * (SIGBUS
 * behind the end of a file, SEGV_ACCERR, SEGV_MAPERR). Returns 0 if the fault was repaired (a file grew under its
 * mapping) and the instruction may go on.
 */
struct mm_fault {
	int signal;
	int code;
};
bool mm_fault_repair(uint64_t address, bool write, bool execute, struct mm_fault *out);

/*
 * The application's syscall instruction at this address just trapped, with this number: if that happens again and
 * again, and can be helped, the text is patched so that it enters the kernel by a jump.
 */
void mm_site_trapped(uint64_t site, uint64_t number);

/*
 * A file was truncated or pages of it moved (copy-up, a hole was made or filled): mappings of it, in all processes,
 * show
 * the new truth when this returns. What was written to private mappings stays, but for what lies behind the file's end.
 * No lock may be held but those before the address space's.
 *
 * No process can change another's host mappings: others are kicked, and do it for themselves before they run on. They
 * are waited for, for a moment, as one that runs on another CPU gets the kick a little later. Until they have done it
 * they pin the file.
 */
void mm_file_changed(struct inode *inode, uint64_t offset, uint64_t bytes);

/* What KICK_MEMORY asks for: brings mappings up to date whose files other processes changed. */
void mm_refresh(void);
/* For threads that begin in a process, which perhaps nobody kicked. */
void mm_refresh_if_stale(void);

#endif
