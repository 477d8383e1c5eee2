/* System V shared memory, semaphores and message queues. Ids differ from run to run; keys are the check's own. */
#include "matrix.h"

#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>

#define KEY 0x7e5d
#define UNKNOWN_ID 0x7fff0001

/* NULL: it failed. */
static void *attach(long id, const void *place, int flags)
{
	long address = QUIET(shmat, id, place, flags);

	return address < 0 ? NULL : (void *)address;
}

static void shm_show(long id)
{
	struct shmid_ds state;

	if (CALL_OK(shmctl, id, IPC_STAT, &state) < 0)
		return;
	SHOW(state.shm_segsz);
	SHOW(state.shm_nattch);
	SHOW_OCTAL(state.shm_perm.mode);
	SHOW(state.shm_cpid == getpid());
	SHOW(state.shm_lpid == getpid());
	SHOW(state.shm_atime != 0);
	SHOW(state.shm_dtime != 0);
}

CHECK(shm_keys, "shmget,shmctl")
{
	long id = CALL_OK(shmget, KEY, 10000, IPC_CREAT | IPC_EXCL | 0640);

	EXPECT(shmget(KEY, 0, 0) == id);
	CALL(shmget, KEY, 10000, IPC_CREAT | IPC_EXCL | 0640);
	CALL(shmget, KEY, 10001, 0);
	CALL(shmget, KEY + 1, 100, 0);
	CALL(shmget, KEY + 1, 0, IPC_CREAT);
	CALL(shmget, KEY + 1, -1, IPC_CREAT);
	EXPECT(shmget(KEY, 0, IPC_CREAT) == id);
	shm_show(id);
	CALL(shmctl, id, IPC_RMID, NULL);
	CALL(shmctl, id, IPC_RMID, NULL);
	CALL(shmget, KEY, 0, 0);
}

CHECK(shm_attach, "shmget,shmat,shmdt,shmctl")
{
	long id = CALL_OK(shmget, IPC_PRIVATE, 2 * PAGE, 0600);
	char *first = attach(id, NULL, 0), *second = attach(id, NULL, SHM_RDONLY);

	REQUIRE(first && second);
	strcpy(first + PAGE, "shared");
	SHOW_TEXT(second + PAGE, 7);
	shm_show(id);
	CALL(shmdt, first + 1);
	CALL(shmdt, first + PAGE);
	CALL(shmdt, first);
	CALL(shmdt, first);
	shm_show(id);
	/* A piece that was unmapped is not missed. */
	EXPECT(munmap(second, PAGE) == 0);
	shm_show(id);
	CALL(shmdt, second);
	shm_show(id);
	CALL(shmctl, id, IPC_RMID, NULL);
}

CHECK(shm_removed_while_attached, "shmget,shmat,shmdt,shmctl")
{
	long id = CALL_OK(shmget, KEY, PAGE, IPC_CREAT | 0600);
	char *memory = attach(id, NULL, 0);

	REQUIRE(memory);
	CALL(shmctl, id, IPC_RMID, NULL);
	CALL(shmget, KEY, PAGE, 0);
	shm_show(id);
	strcpy(memory, "still");
	SHOW_TEXT(memory, 6);
	CALL(shmdt, memory);
	CALL(shmctl, id, IPC_STAT, memory);
}

CHECK(shm_places, "shmget,shmat,shmdt,shmctl")
{
	long id = CALL_OK(shmget, IPC_PRIVATE, PAGE, 0600);
	char *place = mmap(NULL, 4 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CALL(shmat, id, place, 0);
	CALL(shmat, id, place + 1, SHM_REMAP);
	CALL(shmat, id, NULL, SHM_REMAP);
	EXPECT(attach(id, place + PAGE + 5, SHM_RND | SHM_REMAP) == place + PAGE);
	CALL(shmdt, place + PAGE);
	CALL(shmat, UNKNOWN_ID, NULL, 0);
	CALL(shmat, -1, NULL, 0);
	CALL(shmctl, id, 12345, NULL);
	CALL(shmctl, id, IPC_STAT, NULL);
	CALL(shmctl, id, IPC_SET, NULL);
	CALL(shmctl, id, IPC_RMID, NULL);
}

CHECK(shm_between_processes, "shmget,shmat,shmdt,shmctl")
{
	long id = CALL_OK(shmget, IPC_PRIVATE, PAGE, 0600);
	int *memory = attach(id, NULL, 0);
	struct shmid_ds state;
	pid_t child;

	REQUIRE(memory);
	child = fork();
	if (child == 0) {
		memory[0] = shmctl((int)id, IPC_STAT, &state) == 0 ? (int)state.shm_nattch : -1;
		_exit(0);
	}
	waitpid(child, NULL, 0);
	SHOW(memory[0]);
	shm_show(id);
	CALL(shmctl, id, IPC_RMID, NULL);
	CALL(shmdt, memory);
}

CHECK(sem_keys, "semget,semctl")
{
	struct semid_ds state;
	long id = CALL_OK(semget, KEY, 3, IPC_CREAT | 0600);

	EXPECT(semget(KEY, 0, 0) == id);
	CALL(semget, KEY, 4, 0);
	CALL(semget, KEY, 3, IPC_CREAT | IPC_EXCL);
	CALL(semget, KEY + 1, 0, IPC_CREAT);
	CALL(semget, KEY + 1, -1, IPC_CREAT);
	CALL(semget, KEY + 1, 32001, IPC_CREAT);
	CALL_OK(semctl, id, 0, IPC_STAT, &state);
	SHOW(state.sem_nsems);
	SHOW(state.sem_otime);
	SHOW_OCTAL(state.sem_perm.mode);
	CALL(semctl, id, 0, IPC_RMID);
	CALL(semctl, id, 0, IPC_RMID);
	CALL(semctl, -1, 0, IPC_RMID);
}

CHECK(sem_values, "semget,semctl,semop")
{
	unsigned short values[3] = {1, 2, 3}, too_large[3] = {1, 40000, 3};
	long id = CALL_OK(semget, IPC_PRIVATE, 3, 0600);

	CALL(semctl, id, 0, SETALL, values);
	CALL(semctl, id, 0, SETALL, too_large);
	CALL(semctl, id, 0, SETALL, NULL);
	CALL(semctl, id, 1, GETVAL);
	CALL(semctl, id, 3, GETVAL);
	CALL(semctl, id, 2, SETVAL, 32767);
	CALL(semctl, id, 2, SETVAL, 32768);
	CALL(semctl, id, 2, SETVAL, -1);
	CALL(semop, id, (&(struct sembuf){2, 1, 0}), 1);
	CALL(semctl, id, 0, GETALL, values);
	SHOW(values[0] * 10000 + values[1] * 100000 + values[2]);
	CALL(semctl, id, 0, GETNCNT);
	CALL(semctl, id, 0, GETZCNT);
	CALL(semctl, id, 0, GETPID);
	CALL(semctl, id, 0, 12345);
	CALL(semctl, id, 0, IPC_RMID);
}

CHECK(sem_operations, "semget,semctl,semop,semtimedop")
{
	struct sembuf both[2] = {{0, -1, IPC_NOWAIT}, {1, -1, IPC_NOWAIT}}, zero = {0, 0, IPC_NOWAIT};
	struct timespec soon = {0, 1000000}, wrong = {0, 1000000000};
	long id = CALL_OK(semget, IPC_PRIVATE, 2, 0600);

	CALL(semctl, id, 0, SETVAL, 1);
	/* All or none. */
	CALL(semop, id, both, 2);
	CALL(semctl, id, 0, GETVAL);
	CALL(semop, id, &zero, 1);
	CALL(semctl, id, 1, SETVAL, 5);
	CALL(semop, id, both, 2);
	CALL(semctl, id, 1, GETVAL);
	CALL(semop, id, &zero, 1);
	CALL(semop, id, both, 0);
	CALL(semop, id, both, 501);
	CALL(semop, id, NULL, 1);
	CALL(semop, id, (&(struct sembuf){2, 1, 0}), 1);
	CALL(semop, UNKNOWN_ID, both, 1);
	CALL(semtimedop, id, (&(struct sembuf){0, -1, 0}), 1, &soon);
	CALL(semtimedop, id, (&(struct sembuf){0, -1, 0}), 1, &wrong);
	CALL(semctl, id, 0, IPC_RMID);
	CALL(semop, id, both, 1);
}

CHECK(sem_undone, "semget,semctl,semop")
{
	long id = CALL_OK(semget, IPC_PRIVATE, 1, 0600);
	pid_t child;

	CALL(semctl, id, 0, SETVAL, 5);
	child = fork();
	if (child == 0) {
		semop((int)id, &(struct sembuf){0, -3, SEM_UNDO}, 1);
		semop((int)id, &(struct sembuf){0, 1, 0}, 1);
		_exit(semctl((int)id, 0, GETVAL));
	}
	int status;
	waitpid(child, &status, 0);
	SHOW(WEXITSTATUS(status));
	CALL(semctl, id, 0, GETVAL);
	CALL(semop, id, (&(struct sembuf){0, -1, SEM_UNDO}), 1);
	CALL(semctl, id, 0, IPC_RMID);
}

/* Whoever waits is woken by a value, and by the end of the set. */
CHECK(sem_waits, "semget,semctl,semop")
{
	long id = CALL_OK(semget, IPC_PRIVATE, 1, 0600);
	int status;

	for (int removed = 0; removed < 2; removed++) {
		pid_t child = fork();

		if (child == 0)
			_exit(semop((int)id, &(struct sembuf){0, -1, 0}, 1) ? errno : 0);
		while (semctl((int)id, 0, GETNCNT) != 1)
			continue;
		if (removed)
			CALL(semctl, id, 0, IPC_RMID);
		else
			CALL(semop, id, (&(struct sembuf){0, 1, 0}), 1);
		waitpid(child, &status, 0);
		SHOW(WEXITSTATUS(status));
	}
}

struct text_message {
	long type;
	char text[16];
};

CHECK(msg_types, "msgget,msgsnd,msgrcv,msgctl")
{
	struct text_message message = {3, "three"}, got;
	struct msqid_ds state;
	long id = CALL_OK(msgget, IPC_PRIVATE, 0600);

	CALL(msgsnd, id, &message, 6, 0);
	message = (struct text_message){1, "one"};
	CALL(msgsnd, id, &message, 4, 0);
	message = (struct text_message){2, "two"};
	CALL(msgsnd, id, &message, 4, 0);
	CALL_OK(msgctl, id, IPC_STAT, &state);
	SHOW(state.msg_qnum);
	SHOW(state.msg_cbytes);
	SHOW(state.msg_qbytes);
	SHOW(state.msg_lspid == getpid());
	CALL(msgrcv, id, &got, 16, -2, 0);
	SHOW(got.type);
	CALL(msgrcv, id, &got, 16, 3, MSG_EXCEPT);
	SHOW(got.type);
	CALL(msgrcv, id, &got, 3, 0, 0);
	CALL(msgrcv, id, &got, 3, 0, MSG_NOERROR);
	SHOW(got.type);
	SHOW_TEXT(got.text, 3);
	CALL(msgrcv, id, &got, 16, 0, IPC_NOWAIT);
	CALL(msgctl, id, IPC_RMID, NULL);
	CALL(msgrcv, id, &got, 16, 0, IPC_NOWAIT);
}

CHECK(msg_errors, "msgget,msgsnd,msgrcv,msgctl")
{
	struct text_message message = {0, "none"};
	static char large[9000];
	long id = CALL_OK(msgget, KEY, IPC_CREAT | 0600);

	CALL(msgget, KEY, IPC_CREAT | IPC_EXCL);
	CALL(msgget, KEY + 1, 0);
	CALL(msgsnd, id, &message, 4, 0);
	message.type = 1;
	CALL(msgsnd, id, &message, -1, 0);
	CALL(msgsnd, id, large, 8193, 0);
	CALL(msgsnd, id, NULL, 4, 0);
	CALL(msgsnd, -1, &message, 4, 0);
	CALL(msgsnd, UNKNOWN_ID, &message, 4, 0);
	CALL(msgrcv, id, &message, -1, 0, IPC_NOWAIT);
	CALL(msgrcv, id, &message, 16, 0, MSG_COPY);
	*(long *)(void *)large = 1;
	CALL(msgsnd, id, large, 8192, IPC_NOWAIT);
	CALL(msgsnd, id, large, 8192, IPC_NOWAIT);
	CALL(msgsnd, id, large, 1, IPC_NOWAIT);
	CALL(msgctl, id, 12345, NULL);
	CALL(msgctl, id, IPC_STAT, NULL);
	CALL(msgctl, id, IPC_RMID, NULL);
}

CHECK(msg_between_processes, "msgget,msgsnd,msgrcv,msgctl")
{
	struct text_message got = {0};
	long id = CALL_OK(msgget, IPC_PRIVATE, 0600);
	pid_t child = fork();

	if (child == 0) {
		struct text_message message = {7, "from the child"};

		_exit(msgsnd((int)id, &message, 15, 0) ? errno : 0);
	}
	CALL(msgrcv, id, &got, 16, 7, 0);
	SHOW_TEXT(got.text, 15);
	waitpid(child, NULL, 0);
	CALL(msgsnd, id, &got, 15, 0);
	CALL(msgctl, id, IPC_RMID, NULL);
}
