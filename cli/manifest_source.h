/* gen-manifest: from a manifest in JSON to C source that declares the ELF note. */
#ifndef CLI_MANIFEST_SOURCE_H
#define CLI_MANIFEST_SOURCE_H

/* Either path may be "-". Returns the exit status, having complained; no output is left behind after an error. */
int manifest_source_generate(const char *json_path, const char *c_path);

#endif
