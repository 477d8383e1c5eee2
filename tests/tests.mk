# Unit tests and fuzzers.
