/* hello [idle]: says so; then ends, or waits for ever. */
#include <unistd.h>

int main(int argc, char **argv)
{
	static const char text[] = "hello\n";

	(void)argv;
	if (write(STDOUT_FILENO, text, sizeof(text) - 1) != sizeof(text) - 1)
		return 1;
	while (argc > 1)
		pause();
	return 0;
}
