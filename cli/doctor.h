/* What tend doctor looks at: one function each, in one table. */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include <stdbool.h>

enum doctor_state {
	DOCTOR_GOOD,
	DOCTOR_LESS, /* guests run, with less of something */
	DOCTOR_BAD,
};

struct doctor_finding {
	enum doctor_state state;
	char text[160];
	char cure[240]; /* what to do; "" if nothing is to be done */
};

struct doctor_check {
	const char *name;
	bool is_needed; /* without it, no Linux guest runs */
	/* Tries the thing itself where that changes nothing; *finding comes as {.state = DOCTOR_GOOD}. */
	void (*look)(struct doctor_finding *finding);
};

/* Ends with a row without name. */
extern const struct doctor_check doctor_checks[];

/* Sets state, text and cure. */
__attribute__((format(printf, 4, 5))) void doctor_say(struct doctor_finding *finding, enum doctor_state state,
						      const char *cure, const char *format, ...);

/* Of doctor_privileges.c. */
void doctor_user_namespace(struct doctor_finding *finding);
void doctor_cgroup(struct doctor_finding *finding);
void doctor_tap(struct doctor_finding *finding);
void doctor_kvm(struct doctor_finding *finding);

#endif
