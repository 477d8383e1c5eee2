/* <string.h> for code that kernel and others share (freestanding/). */
#include "kernel/lib/string.h"
