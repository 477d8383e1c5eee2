/* A guest's program: the size of its terminal's window, and again after each SIGWINCH, twice. */
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

static void changed(int signal)
{
	(void)signal;
}

static void window_print(const char *when)
{
	struct winsize window = {0, 0, 0, 0};

	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &window) < 0)
		perror("TIOCGWINSZ");
	printf("%s %d %d\n", when, window.ws_row, window.ws_col);
	fflush(stdout);
}

int main(void)
{
	struct sigaction action = {.sa_handler = changed};
	sigset_t none, change;

	sigemptyset(&none);
	sigemptyset(&change);
	sigaddset(&change, SIGWINCH);
	sigprocmask(SIG_BLOCK, &change, NULL);
	sigaction(SIGWINCH, &action, NULL);
	window_print("first");
	sigsuspend(&none);
	window_print("then");
	sigsuspend(&none);
	window_print("finally");
	return 0;
}
