/* Where the hvt ABI puts the aarch64 CPU's tables, and its registers by KVM's numbers. */
#ifndef TENDER_HVT_ARCH_AARCH64_CPU_H
#define TENDER_HVT_ARCH_AARCH64_CPU_H

#include "tender/hvt/machine.h"

#define CPU_ROOT_TABLE 0x1000u   /* level 0 */
#define CPU_GIB_TABLE 0x2000u    /* level 1 */
#define CPU_DIRECTORIES 0x3000u  /* four of level 2, one behind the other */
#define CPU_SMALL_TABLES 0x7000u /* of 4 KiB pages: the first 2 MiB, then wherever they are needed */

#define CPU_CORE_REGISTER(field)                                                                                       \
	(KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | (offsetof(struct kvm_regs, field) / sizeof(uint32_t)))

/* One register: 0 or -errno. */
long cpu_register_set(const struct kvm *kvm, uint64_t id, uint64_t value);
long cpu_register_get(const struct kvm *kvm, uint64_t id, uint64_t *value);

#endif
