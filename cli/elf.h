/* tend elf under either of its names. */
#ifndef CLI_ELF_H
#define CLI_ELF_H

/* As struct command's run. */
int elf_run(int argc, char **argv);

#endif
