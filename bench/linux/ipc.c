/*
 * ipc [NAME...]: round trips between two threads or processes (program.h). They are on two CPUs, if the program was
 * started on as many.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include "bench/linux/place.h"
#include "bench/linux/program.h"

enum { READ_END, WRITE_END };

static int to_peer[2];
static int to_us[2];
static pthread_t peer;
static pid_t peer_process;

/* Sends back what comes, until nothing does any more. */
static void *echo(void *unused)
{
	char byte;

	cpu_take(1);
	while (read(to_peer[READ_END], &byte, 1) == 1)
		check(write(to_us[WRITE_END], &byte, 1) == 1, "pipe write");
	return unused;
}

static void pipes_open(void)
{
	check(pipe(to_peer) == 0 && pipe(to_us) == 0, "pipe");
}

static void pipes_close(void)
{
	close(to_peer[READ_END]);
	close(to_us[READ_END]);
	close(to_us[WRITE_END]);
}

static void pipe_threads_begin(void)
{
	pipes_open();
	check(pthread_create(&peer, NULL, echo, NULL) == 0, "pthread_create");
}

static void pipe_threads_end(void)
{
	close(to_peer[WRITE_END]);
	pthread_join(peer, NULL);
	pipes_close();
}

static void pipe_processes_begin(void)
{
	pipes_open();
	peer_process = fork();
	check(peer_process >= 0, "fork");
	if (peer_process == 0) {
		close(to_peer[WRITE_END]);
		echo(NULL);
		_exit(0);
	}
}

static void pipe_processes_end(void)
{
	close(to_peer[WRITE_END]);
	check(waitpid(peer_process, NULL, 0) == peer_process, "waitpid");
	pipes_close();
}

static void pipe_round_trip(void)
{
	char byte = 0;

	check(write(to_peer[WRITE_END], &byte, 1) == 1, "pipe write");
	check(read(to_us[READ_END], &byte, 1) == 1, "pipe read");
}

/* Whose turn it is; the peer's last one is the end. */
static enum { OURS, PEERS, NOBODYS } turn;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn_changed[2] = {PTHREAD_COND_INITIALIZER, PTHREAD_COND_INITIALIZER};

static void *take_turns(void *unused)
{
	cpu_take(1);
	pthread_mutex_lock(&mutex);
	for (;;) {
		while (turn == OURS)
			pthread_cond_wait(&turn_changed[PEERS], &mutex);
		if (turn == NOBODYS)
			break;
		turn = OURS;
		pthread_cond_signal(&turn_changed[OURS]);
	}
	pthread_mutex_unlock(&mutex);
	return unused;
}

static void condition_begin(void)
{
	turn = OURS;
	check(pthread_create(&peer, NULL, take_turns, NULL) == 0, "pthread_create");
}

static void condition_end(void)
{
	pthread_mutex_lock(&mutex);
	turn = NOBODYS;
	pthread_cond_signal(&turn_changed[PEERS]);
	pthread_mutex_unlock(&mutex);
	pthread_join(peer, NULL);
}

static void condition_round_trip(void)
{
	pthread_mutex_lock(&mutex);
	turn = PEERS;
	pthread_cond_signal(&turn_changed[PEERS]);
	while (turn != OURS)
		pthread_cond_wait(&turn_changed[OURS], &mutex);
	pthread_mutex_unlock(&mutex);
}

static pthread_t ourselves;
static volatile bool is_ending;

/* A signal for each other: its handler runs in a thread that waits in sigsuspend. */
static void signals_swap(pthread_t with)
{
	sigset_t none;

	sigemptyset(&none);
	check(pthread_kill(with, SIGUSR1) == 0, "pthread_kill");
	sigsuspend(&none);
}

static void *answer_signals(void *unused)
{
	sigset_t none;

	cpu_take(1);
	sigemptyset(&none);
	sigsuspend(&none);
	while (!is_ending)
		signals_swap(ourselves);
	return unused;
}

static void nothing(int signal)
{
	(void)signal;
}

static void signals_begin(void)
{
	struct sigaction action = {.sa_handler = nothing};
	sigset_t blocked;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &blocked, NULL);
	sigaction(SIGUSR1, &action, NULL);
	is_ending = false;
	ourselves = pthread_self();
	check(pthread_create(&peer, NULL, answer_signals, NULL) == 0, "pthread_create");
}

static void signals_end(void)
{
	is_ending = true;
	pthread_kill(peer, SIGUSR1);
	pthread_join(peer, NULL);
}

static void signal_round_trip(void)
{
	signals_swap(peer);
}

static const struct measured operations[] = {
	{{"pipe_threads", pipe_round_trip}, pipe_threads_begin, pipe_threads_end},
	{{"pipe_processes", pipe_round_trip}, pipe_processes_begin, pipe_processes_end},
	{{"condition_variable", condition_round_trip}, condition_begin, condition_end},
	{{"signal_threads", signal_round_trip}, signals_begin, signals_end},
};

int main(int argc, char **argv)
{
	(void)argc;
	cpu_take(0);
	measured_run(operations, sizeof(operations) / sizeof(operations[0]), argv + 1);
	return 0;
}
