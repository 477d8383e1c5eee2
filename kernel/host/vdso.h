/* The host's vDSO: clocks without a host call. The application is given the same one. */
#ifndef KERNEL_HOST_VDSO_H
#define KERNEL_HOST_VDSO_H

/* Finds the functions; without a vDSO, or without one of them, the host call is made instead. */
void vdso_init(void);

#endif
