/* Why a guest cannot start: one line for the user on standard error, and the end of the guest. */
#ifndef KERNEL_BOOT_REFUSAL_H
#define KERNEL_BOOT_REFUSAL_H

/* As container runtimes count: the guest could not be set up; its program cannot be executed; there is none. */
#define STATUS_FAILED 125
#define STATUS_NOT_EXECUTABLE 126
#define STATUS_NOT_FOUND 127

/* What failed (a -errno), with STATUS_FAILED. */
_Noreturn void boot_refuse(const char *what, int error);
/* The root file system, which could not be mounted. */
_Noreturn void image_refuse(int error);
/* The program at path; `interpreter` is what it needs if the error (of exec_prepare) is about that, else NULL. */
_Noreturn void program_refuse(const char *path, const char *interpreter, int error);

#endif
