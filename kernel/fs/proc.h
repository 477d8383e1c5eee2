/* /proc: what its files share. The tables are in proc*.c, by subject. */
#ifndef KERNEL_FS_PROC_H
#define KERNEL_FS_PROC_H

#include "kernel/fs/pseudo_file.h"
#include "kernel/task/process.h"

/* Mounts /proc; the directory must exist. 0 or -errno. */
int proc_mount(void);
/* Mounts /sys. */
int sysfs_mount(void);

/*
 * The process whose directory /proc/PID the file is, with a reference in *out; -EBADF: it is something else, -ESRCH:
 * the process is gone.
 */
int proc_directory_process(const struct file *file, struct process **out);

/* The process of a node, with a reference, or NULL. */
struct process *proc_process(const struct pseudo_node *node);
/* Its memory and descriptors, with a reference; NULL once it has exited. */
struct address_space *proc_space(struct process *process);
struct fd_table *proc_files(struct process *process);
/*
 * The thread of a node below task/, else the process's leader; for reading while the process tree lock is held.
 * NULL: it
 * has ended.
 */
struct thread *proc_leader(struct process *process);
struct thread *proc_thread(struct process *process, const struct pseudo_node *node);

/* Directories and files that several tables list. */
extern const struct pseudo_entry proc_fd_entry[], proc_fdinfo_entry[], proc_thread_entry[], proc_namespace_entries[];
extern const struct pseudo_entry proc_sys_entries[], proc_attribute_entries[];
int proc_fd_next(const struct pseudo_node *dir, int from);
int proc_thread_next(const struct pseudo_node *dir, int from);

/* proc_memory.c: application memory of a process as bytes. */
int proc_show_cmdline(const struct pseudo_node *node, struct text *text);
int proc_show_environ(const struct pseudo_node *node, struct text *text);
int proc_show_auxv(const struct pseudo_node *node, struct text *text);
int proc_show_maps(const struct pseudo_node *node, struct text *text);
int proc_show_smaps(const struct pseudo_node *node, struct text *text);
int proc_show_smaps_rollup(const struct pseudo_node *node, struct text *text);
int proc_show_statm(const struct pseudo_node *node, struct text *text);
/* Pages of a process in memory, as far as we can tell. */
struct mm_totals;
uint64_t proc_resident_pages(const struct mm_totals *totals);

/* proc_mem.c: makes the file what it is. */
void proc_mem_prepare(struct pseudo_node *node);

/* proc_status.c */
int proc_show_stat(const struct pseudo_node *node, struct text *text);
int proc_show_status(const struct pseudo_node *node, struct text *text);
int proc_show_comm(const struct pseudo_node *node, struct text *text);
int proc_store_comm(const struct pseudo_node *node, char *bytes, size_t length);

/* proc_links.c */
long proc_exe_target(const struct pseudo_node *node, char *out, size_t size);
int proc_exe_follow(const struct pseudo_node *node, struct path *out);
long proc_cwd_target(const struct pseudo_node *node, char *out, size_t size);
int proc_cwd_follow(const struct pseudo_node *node, struct path *out);
long proc_root_target(const struct pseudo_node *node, char *out, size_t size);
int proc_root_follow(const struct pseudo_node *node, struct path *out);
/* A place as the calling process sees it, cut off at size: its length. */
long proc_path_text(const struct path *path, char *out, size_t size);

/* proc_mounts.c */
int proc_show_mounts(const struct pseudo_node *node, struct text *text);
int proc_show_mountinfo(const struct pseudo_node *node, struct text *text);

/* proc_system.c and proc_cpu.c */
int proc_show_meminfo(const struct pseudo_node *node, struct text *text);
int proc_show_uptime(const struct pseudo_node *node, struct text *text);
int proc_show_loadavg(const struct pseudo_node *node, struct text *text);
int proc_show_system_stat(const struct pseudo_node *node, struct text *text);
int proc_show_version(const struct pseudo_node *node, struct text *text);
int proc_show_vmstat(const struct pseudo_node *node, struct text *text);
int proc_show_softirqs(const struct pseudo_node *node, struct text *text);
int proc_show_interrupts(const struct pseudo_node *node, struct text *text);
int proc_show_cpuinfo(const struct pseudo_node *node, struct text *text);
/* "0-3", for the machine's CPUs. */
void proc_cpu_range(struct text *text);

#endif
