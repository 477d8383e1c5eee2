/* KVM: see kvm.h. */
#include "tender/hvt/kvm.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mman.h>

#include "tender/host/host.h"
#include "tender/hvt/arch.h"

#define KVM_PATH "/dev/kvm"

int kvm_error(const char *what, long result, struct error *error)
{
	return error_set(error, "KVM: %s: %s", what, error_name(-result));
}

/* One line for those who have no KVM, or are not let in. */
static int open_error(long result, struct error *error)
{
	const char *cure = "";

	if (result == -ENOENT || result == -ENODEV || result == -ENXIO)
		cure = "; this machine offers no virtualization, or its KVM module is not loaded: "
		       "solo5-spt runs unikernels without";
	else if (result == -EACCES || result == -EPERM)
		cure = "; become a member of the group that owns it (usually kvm)";
	return error_set(error, "Could not open %s: %s%s", KVM_PATH, error_name(-result), cure);
}

static int vcpu_make(struct kvm *kvm, struct error *error)
{
	long result = host_ioctl(kvm->kvm_fd, KVM_GET_VCPU_MMAP_SIZE, NULL);
	long size = result;

	if (result >= 0 && (size_t)size < sizeof(*kvm->run))
		return error_set(error, "KVM: its CPU state is too small");
	if (result >= 0)
		result = host_ioctl(kvm->vm_fd, KVM_CREATE_VCPU, NULL);
	if (result < 0)
		return kvm_error("Could not make a CPU", result, error);
	kvm->vcpu_fd = (int)result;
	result = host_mmap(0, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, kvm->vcpu_fd, 0);
	if (result < 0)
		return kvm_error("Could not map the CPU's state", result, error);
	kvm->run = (struct kvm_run *)result;
	return 0;
}

int kvm_open(struct kvm *kvm, struct error *error)
{
	long result = host_openat(AT_FDCWD, KVM_PATH, O_RDWR | O_CLOEXEC);

	if (result < 0)
		return open_error(result, error);
	kvm->kvm_fd = (int)result;
	result = host_ioctl(kvm->kvm_fd, KVM_GET_API_VERSION, NULL);
	if (result < 0)
		return kvm_error("Could not ask for its version", result, error);
	if (result != KVM_API_VERSION)
		return error_set(error, "KVM: its API has version %d, this tender knows %d", (int)result,
				 KVM_API_VERSION);
	result = host_ioctl(kvm->kvm_fd, KVM_CREATE_VM, NULL);
	if (result < 0)
		return kvm_error("Could not make a virtual machine", result, error);
	kvm->vm_fd = (int)result;
	return vcpu_make(kvm, error);
}

int kvm_memory_set(const struct kvm *kvm, const struct memory *memory, struct error *error)
{
	struct kvm_userspace_memory_region region = {
		.memory_size = memory->bytes,
		.userspace_addr = (uint64_t)(uintptr_t)memory->base,
	};
	long result = host_ioctl(kvm->vm_fd, KVM_SET_USER_MEMORY_REGION, &region);

	return result < 0 ? kvm_error("Could not set the guest's memory", result, error) : 0;
}

bool kvm_can_kick(const struct kvm *kvm)
{
	return host_ioctl(kvm->vm_fd, KVM_CHECK_EXTENSION, (void *)(uintptr_t)KVM_CAP_IOEVENTFD) > 0;
}

int kvm_kick_set(const struct kvm *kvm, int kick_fd, struct error *error)
{
	struct kvm_ioeventfd kick = {
		.addr = ARCH_KICK_ADDRESS,
		.len = 4,
		.fd = kick_fd,
		.flags = ARCH_KICK_FLAGS,
	};
	long result = host_ioctl(kvm->vm_fd, KVM_IOEVENTFD, &kick);

	return result < 0 ? kvm_error("Could not set the net ring's kick", result, error) : 0;
}
