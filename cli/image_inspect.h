/* Shows an image. */
#ifndef CLI_IMAGE_INSPECT_H
#define CLI_IMAGE_INSPECT_H

/* Prints what the open image file holds as JSON. Returns the exit status. */
int image_inspect(int fd, const char *path);

#endif
