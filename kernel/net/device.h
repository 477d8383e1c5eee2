/* The network device of the guest: frames over the packet descriptor (abi/kernel.h, struct kernel_net). */
#ifndef KERNEL_NET_DEVICE_H
#define KERNEL_NET_DEVICE_H

/* Once at boot, the stack entered: the interface, if there is a descriptor. -ENOMEM */
int device_start(void);

#endif
