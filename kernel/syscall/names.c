/* Names for numbers: see names.h. */
#include "kernel/syscall/names.h"

#include <asm/signal.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/futex.h>
#include <linux/mman.h>

#include "kernel/lib/print.h"

/* clang-format off */
#define ERROR_NAMES(X) \
	X(EPERM) X(ENOENT) X(ESRCH) X(EINTR) X(EIO) X(ENXIO) X(E2BIG) X(ENOEXEC) X(EBADF) X(ECHILD) \
	X(EAGAIN) X(ENOMEM) X(EACCES) X(EFAULT) X(ENOTBLK) X(EBUSY) X(EEXIST) X(EXDEV) X(ENODEV) X(ENOTDIR) \
	X(EISDIR) X(EINVAL) X(ENFILE) X(EMFILE) X(ENOTTY) X(ETXTBSY) X(EFBIG) X(ENOSPC) X(ESPIPE) X(EROFS) \
	X(EMLINK) X(EPIPE) X(EDOM) X(ERANGE) X(EDEADLK) X(ENAMETOOLONG) X(ENOLCK) X(ENOSYS) X(ENOTEMPTY) \
	X(ELOOP) X(ENOMSG) X(EIDRM) X(ECHRNG) X(EL2NSYNC) X(EL3HLT) X(EL3RST) X(ELNRNG) X(EUNATCH) X(ENOCSI) \
	X(EL2HLT) X(EBADE) X(EBADR) X(EXFULL) X(ENOANO) X(EBADRQC) X(EBADSLT) X(EBFONT) X(ENOSTR) X(ENODATA) \
	X(ETIME) X(ENOSR) X(ENONET) X(ENOPKG) X(EREMOTE) X(ENOLINK) X(EADV) X(ESRMNT) X(ECOMM) X(EPROTO) \
	X(EMULTIHOP) X(EDOTDOT) X(EBADMSG) X(EOVERFLOW) X(ENOTUNIQ) X(EBADFD) X(EREMCHG) X(ELIBACC) \
	X(ELIBBAD) X(ELIBSCN) X(ELIBMAX) X(ELIBEXEC) X(EILSEQ) X(ERESTART) X(ESTRPIPE) X(EUSERS) X(ENOTSOCK) \
	X(EDESTADDRREQ) X(EMSGSIZE) X(EPROTOTYPE) X(ENOPROTOOPT) X(EPROTONOSUPPORT) X(ESOCKTNOSUPPORT) \
	X(EOPNOTSUPP) X(EPFNOSUPPORT) X(EAFNOSUPPORT) X(EADDRINUSE) X(EADDRNOTAVAIL) X(ENETDOWN) \
	X(ENETUNREACH) X(ENETRESET) X(ECONNABORTED) X(ECONNRESET) X(ENOBUFS) X(EISCONN) X(ENOTCONN) \
	X(ESHUTDOWN) X(ETOOMANYREFS) X(ETIMEDOUT) X(ECONNREFUSED) X(EHOSTDOWN) X(EHOSTUNREACH) X(EALREADY) \
	X(EINPROGRESS) X(ESTALE) X(EUCLEAN) X(ENOTNAM) X(ENAVAIL) X(EISNAM) X(EREMOTEIO) X(EDQUOT) \
	X(ENOMEDIUM) X(EMEDIUMTYPE) X(ECANCELED) X(ENOKEY) X(EKEYEXPIRED) X(EKEYREVOKED) X(EKEYREJECTED) \
	X(EOWNERDEAD) X(ENOTRECOVERABLE) X(ERFKILL) X(EHWPOISON)

#define SIGNAL_NAMES(X) \
	X(SIGHUP) X(SIGINT) X(SIGQUIT) X(SIGILL) X(SIGTRAP) X(SIGABRT) X(SIGBUS) X(SIGFPE) X(SIGKILL) \
	X(SIGUSR1) X(SIGSEGV) X(SIGUSR2) X(SIGPIPE) X(SIGALRM) X(SIGTERM) X(SIGSTKFLT) X(SIGCHLD) X(SIGCONT) \
	X(SIGSTOP) X(SIGTSTP) X(SIGTTIN) X(SIGTTOU) X(SIGURG) X(SIGXCPU) X(SIGXFSZ) X(SIGVTALRM) X(SIGPROF) \
	X(SIGWINCH) X(SIGIO) X(SIGPWR) X(SIGSYS)
/* clang-format on */

#define NAME_AT(value) [value] = #value,

static const char *const error_names[] = {ERROR_NAMES(NAME_AT)};
static const char *const signal_names[] = {SIGNAL_NAMES(NAME_AT)};

struct flag {
	uint64_t mask;
	uint64_t value;
	const char *name;
};

#define FLAG(name)                                                                                                     \
	{                                                                                                              \
		name, name, #name                                                                                      \
	}
#define FIELD(mask, name)                                                                                              \
	{                                                                                                              \
		mask, name, #name                                                                                      \
	}

static const struct flag open_flags[] = {
	FIELD(O_ACCMODE, O_RDONLY),
	FIELD(O_ACCMODE, O_WRONLY),
	FIELD(O_ACCMODE, O_RDWR),
	FLAG(O_CREAT),
	FLAG(O_EXCL),
	FLAG(O_NOCTTY),
	FLAG(O_TRUNC),
	FLAG(O_APPEND),
	FLAG(O_NONBLOCK),
	FLAG(O_SYNC),
	FLAG(O_DSYNC),
	FLAG(O_DIRECT),
	FLAG(O_LARGEFILE),
	FLAG(O_TMPFILE),
	FLAG(O_DIRECTORY),
	FLAG(O_NOFOLLOW),
	FLAG(O_NOATIME),
	FLAG(O_CLOEXEC),
	FLAG(O_PATH),
};
static const struct flag protections[] = {FIELD(UINT64_MAX, PROT_NONE), FLAG(PROT_READ), FLAG(PROT_WRITE),
					  FLAG(PROT_EXEC)};
static const struct flag map_flags[] = {
	FIELD(MAP_TYPE, MAP_SHARED),
	FIELD(MAP_TYPE, MAP_PRIVATE),
	FIELD(MAP_TYPE, MAP_SHARED_VALIDATE),
	FLAG(MAP_FIXED),
	FLAG(MAP_ANONYMOUS),
	FLAG(MAP_NORESERVE),
	FLAG(MAP_STACK),
	FLAG(MAP_GROWSDOWN),
	FLAG(MAP_LOCKED),
	FLAG(MAP_POPULATE),
	FLAG(MAP_HUGETLB),
	FLAG(MAP_FIXED_NOREPLACE),
};
static const struct flag futex_operations[] = {
	FIELD(FUTEX_CMD_MASK, FUTEX_WAIT),
	FIELD(FUTEX_CMD_MASK, FUTEX_WAKE),
	FIELD(FUTEX_CMD_MASK, FUTEX_REQUEUE),
	FIELD(FUTEX_CMD_MASK, FUTEX_CMP_REQUEUE),
	FIELD(FUTEX_CMD_MASK, FUTEX_WAKE_OP),
	FIELD(FUTEX_CMD_MASK, FUTEX_LOCK_PI),
	FIELD(FUTEX_CMD_MASK, FUTEX_UNLOCK_PI),
	FIELD(FUTEX_CMD_MASK, FUTEX_WAIT_BITSET),
	FIELD(FUTEX_CMD_MASK, FUTEX_WAKE_BITSET),
	FLAG(FUTEX_PRIVATE_FLAG),
	FLAG(FUTEX_CLOCK_REALTIME),
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *names_error(int error)
{
	return (unsigned)error < COUNT(error_names) && error_names[error] ? error_names[error] : "ERRNO";
}

const char *names_signal(int signal)
{
	return (unsigned)signal < COUNT(signal_names) && signal_names[signal] ? signal_names[signal] : "SIG";
}

/* Names joined by "|", then what is left as a number. */
static size_t flags_text(const struct flag *flags, size_t count, uint64_t value, char *out, size_t size)
{
	uint64_t left = value;
	size_t length = 0;

	for (size_t i = 0; i < count; i++) {
		if ((value & flags[i].mask) != flags[i].value)
			continue;
		length += text_format(out + length, size - length, "%s%s", length ? "|" : "", flags[i].name);
		left &= ~flags[i].value;
	}
	if (left || length == 0)
		length += text_format(out + length, size - length, "%s0x%lx", length ? "|" : "", (unsigned long)left);
	return length;
}

size_t names_flags(char kind, uint64_t value, char *out, size_t size)
{
	switch (kind) {
	case 'o':
		return flags_text(open_flags, COUNT(open_flags), value, out, size);
	case 'P':
		return flags_text(protections, COUNT(protections), value, out, size);
	case 'M':
		return flags_text(map_flags, COUNT(map_flags), value, out, size);
	case 'f':
		return flags_text(futex_operations, COUNT(futex_operations), value, out, size);
	case 'g':
		if ((unsigned)value < COUNT(signal_names) && signal_names[(unsigned)value])
			return text_format(out, size, "%s", signal_names[(unsigned)value]);
		return text_format(out, size, "%d", (int)value);
	default:
		return text_format(out, size, "0x%lx", (unsigned long)value);
	}
}
