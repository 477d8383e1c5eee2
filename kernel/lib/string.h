/*
 * The kernel's <string.h> beyond what freestanding/string.c has. The memory functions of the kernel are rep movsb and
 * rep stosb (arch/): vector registers belong to the application.
 */
#ifndef KERNEL_LIB_STRING_H
#define KERNEL_LIB_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
int memcmp(const void *left, const void *right, size_t size);
void *memchr(const void *bytes, int value, size_t size);
size_t strlen(const char *text);
size_t strnlen(const char *text, size_t size);
int strcmp(const char *left, const char *right);
int strncmp(const char *left, const char *right, size_t size);
char *strchr(const char *text, int c);
char *strrchr(const char *text, int c);

#endif
