/* A virtual machine of one CPU, as the host kernel lends it. All functions return 0, or -1 with *error. */
#ifndef TENDER_HVT_KVM_H
#define TENDER_HVT_KVM_H

#include <linux/kvm.h>
#include <stdbool.h>

#include "tender/error.h"
#include "tender/hvt/memory.h"

struct kvm {
	int kvm_fd;
	int vm_fd;
	int vcpu_fd;
	struct kvm_run *run; /* shared with the host kernel */
};

/* Opens /dev/kvm and makes the machine and its CPU. */
int kvm_open(struct kvm *kvm, struct error *error);

/* Gives the machine its memory, from address 0. */
int kvm_memory_set(const struct kvm *kvm, const struct memory *memory, struct error *error);

/* Whether the host kernel turns the guest's kicks into counts of an eventfd. */
bool kvm_can_kick(const struct kvm *kvm);
int kvm_kick_set(const struct kvm *kvm, int kick_fd, struct error *error);

/* The result of one request to machine or CPU as *error: "KVM: WHAT: reason". */
int kvm_error(const char *what, long result, struct error *error);

#endif
