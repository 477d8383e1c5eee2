/* The service process: owns no application, serves the control channel. */
#ifndef KERNEL_BOOT_SERVICE_H
#define KERNEL_BOOT_SERVICE_H

/* Makes the service's own thread structure, before the service runs. -ENOMEM. */
int service_prepare(void);
_Noreturn void service_run(void);

#endif
