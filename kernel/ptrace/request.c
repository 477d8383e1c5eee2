/* What a tracer asks of a tracee: see ptrace.h. Each request looks up the tracee anew, with the tree locked. */
#include <linux/elf.h>
#include <linux/errno.h>

#include "kernel/ptrace/memory.h"
#include "kernel/ptrace/ptrace.h"
#include "kernel/signal/send.h"
#include "kernel/task/pid.h"

/* The calling thread's tracee, or NULL. The tree is locked. */
static struct tracee *tracee_find(int tid)
{
	list_for_each(at, &process_current()->tracees)
	{
		struct tracee *tracee = list_entry(at, struct tracee, siblings);

		if (tracee->tid == tid && tracee->tracer_tid == current->tid && tracee->thread)
			return tracee;
	}
	return NULL;
}

static void tracee_kick(struct tracee *tracee)
{
	lock_acquire(&tracee->process->signal_lock);
	thread_kick(tracee->thread, KICK_TRACE);
	lock_release(&tracee->process->signal_lock);
}

static long word_access(struct process *process, const struct ptrace_request *request, bool write)
{
	uint64_t word = request->data;

	if (memory_access(process, request->address, &word, sizeof(word), write, true) != sizeof(word))
		return -EIO;
	return write ? 0 : put_user_u64(request->data, word);
}

static bool is_of_memory(long request)
{
	return (request >= PTRACE_PEEKTEXT && request <= PTRACE_PEEKDATA) ||
	       (request >= PTRACE_POKETEXT && request <= PTRACE_POKEDATA);
}

static long resume(struct tracee *tracee, const struct ptrace_request *request)
{
	if (request->data > SIGNAL_COUNT)
		return -EIO;
	switch (request->number) {
	case PTRACE_SYSCALL:
		tracee->resume = RESUME_CALLS;
		break;
	case PTRACE_SINGLESTEP:
		tracee->resume = RESUME_STEP;
		break;
	case PTRACE_SYSEMU:
		tracee->resume = RESUME_EMULATION;
		break;
	case PTRACE_SYSEMU_SINGLESTEP:
		tracee->resume = RESUME_EMULATION | RESUME_STEP;
		break;
	default:
		tracee->resume = 0;
	}
	tracee->code = (int32_t)request->data;
	if (request->number == PTRACE_DETACH) {
		tracee_detach(tracee);
		return 0;
	}
	__atomic_store_n(&tracee->state, TRACEE_RUNS, __ATOMIC_SEQ_CST);
	tracee_ring(tracee);
	return 0;
}

static long listen(struct tracee *tracee)
{
	if (!tracee->seized || !tracee->has_info || tracee->info.si_code >> 8 != PTRACE_EVENT_STOP)
		return -EIO;
	__atomic_store_n(&tracee->state, TRACEE_LISTENS, __ATOMIC_SEQ_CST);
	/* What came since it stopped. */
	if (__atomic_load_n(&tracee->traps, __ATOMIC_SEQ_CST) & TRAP_NOTIFY) {
		__atomic_store_n(&tracee->state, TRACEE_RUNS, __ATOMIC_SEQ_CST);
		tracee_ring(tracee);
	}
	return 0;
}

static long interrupt(struct tracee *tracee)
{
	uint32_t listens = TRACEE_LISTENS;

	if (!tracee->seized)
		return -EIO;
	__atomic_fetch_or(&tracee->traps, TRAP_STOP, __ATOMIC_SEQ_CST);
	(void)__atomic_compare_exchange_n(&tracee->state, &listens, TRACEE_RUNS, false, __ATOMIC_SEQ_CST,
					  __ATOMIC_SEQ_CST);
	tracee_kick(tracee);
	return 0;
}

static long set_options(struct tracee *tracee, uint64_t options)
{
	if (options & ~(uint64_t)PTRACE_O_MASK)
		return -EINVAL;
	if (options & PTRACE_O_SUSPEND_SECCOMP)
		return -EPERM;
	tracee->options = (uint32_t)options;
	return 0;
}

static long set_by_vector(struct tracee *tracee, const struct ptrace_request *request)
{
	uint32_t type = (uint32_t)request->address;
	uint64_t size = tracee_registers_bytes(type);
	uint64_t vector[2]; /* struct iovec */
	long error;

	if (copy_from_user(vector, request->data, sizeof(vector)) < 0)
		return -EFAULT;
	if (!size || vector[1] % sizeof(uint64_t))
		return -EINVAL;
	if (request->number == PTRACE_GETREGSET)
		error = tracee_registers_get(tracee, type, vector[0], &vector[1]);
	else
		error = tracee_registers_set(tracee, type, vector[0], &vector[1]);
	return error ? error : put_user_u64(request->data + sizeof(vector[0]), vector[1]);
}

static long set_whole(struct tracee *tracee, const struct ptrace_request *request)
{
	bool general = request->number == PTRACE_GETREGS || request->number == PTRACE_SETREGS;
	uint32_t type = general ? NT_PRSTATUS : NT_PRFPREG;
	uint64_t bytes = tracee_registers_bytes(type);

	if (request->number == PTRACE_GETREGS || request->number == PTRACE_GETFPREGS)
		return tracee_registers_get(tracee, type, request->data, &bytes);
	return tracee_registers_set(tracee, type, request->data, &bytes);
}

static long registers_request(struct tracee *tracee, const struct ptrace_request *request)
{
	switch (request->number) {
	case PTRACE_PEEKUSR:
		return tracee_peek_user(tracee, request->address, request->data);
	case PTRACE_POKEUSR:
		return tracee_poke_user(tracee, request->address, request->data);
	case PTRACE_GETREGS:
	case PTRACE_SETREGS:
	case PTRACE_GETFPREGS:
	case PTRACE_SETFPREGS:
		return set_whole(tracee, request);
	case PTRACE_GETREGSET:
	case PTRACE_SETREGSET:
		return set_by_vector(tracee, request);
	default:
		return -EIO;
	}
}

static long stopped_request(struct tracee *tracee, const struct ptrace_request *request)
{
	switch (request->number) {
	case PTRACE_CONT:
	case PTRACE_SYSCALL:
	case PTRACE_SINGLESTEP:
	case PTRACE_SYSEMU:
	case PTRACE_SYSEMU_SINGLESTEP:
	case PTRACE_DETACH:
		return resume(tracee, request);
	case PTRACE_LISTEN:
		return listen(tracee);
	case PTRACE_SETOPTIONS:
	case PTRACE_OLDSETOPTIONS:
		return set_options(tracee, request->data);
	case PTRACE_GETEVENTMSG:
		return put_user_u64(request->data, tracee->message);
	case PTRACE_GETSIGINFO:
	case PTRACE_SETSIGINFO:
		return tracee_info_access(tracee, request);
	case PTRACE_GETSIGMASK:
	case PTRACE_SETSIGMASK:
		return tracee_mask_access(tracee, request);
	case PTRACE_PEEKSIGINFO:
		return tracee_pending_peek(tracee, request);
	case PTRACE_GET_SYSCALL_INFO:
		return tracee_call_info_get(tracee, request);
	default:
		return registers_request(tracee, request);
	}
}

/* Memory is asked for without locks. */
static long memory_request(struct tracee *tracee, const struct ptrace_request *request)
{
	struct process *process = tracee->process;
	long result;

	process->references++;
	process_tree_unlock();
	result = word_access(process, request, request->number >= PTRACE_POKETEXT);
	process_put(process);
	return result;
}

static long kill_request(struct tracee *tracee)
{
	const siginfo_t info = {.si_signo = SIGKILL, .si_code = SI_USER, .si_pid = process_current()->pid};
	struct process *process = tracee->process;

	process->references++;
	process_tree_unlock();
	signal_send_process(process, &info);
	process_put(process);
	return 0;
}

long tracee_request(long number, int tid, uint64_t address, uint64_t data)
{
	const struct ptrace_request request = {number, address, data};
	struct tracee *tracee;
	long result = -ESRCH;

	process_tree_lock();
	tracee = tracee_find(tid);
	if (tracee && number == PTRACE_KILL)
		return kill_request(tracee);
	if (tracee && number == PTRACE_INTERRUPT)
		result = interrupt(tracee);
	else if (tracee && tracee->state == TRACEE_STOPPED && is_of_memory(number))
		return memory_request(tracee, &request);
	else if (tracee && tracee->state == TRACEE_STOPPED)
		result = stopped_request(tracee, &request);
	process_tree_unlock();
	return result;
}
