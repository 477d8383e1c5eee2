/* tend doctor: what of this machine guests need, what works, and how to mend the rest. */
#include "cli/doctor.h"

#include <stdio.h>

#include "cli/option.h"

static const char *const words[] = {[DOCTOR_GOOD] = "ok", [DOCTOR_LESS] = "less", [DOCTOR_BAD] = "no"};

static int doctor(int argc, char **argv)
{
	struct option_reader reader = option_reader(&command_doctor, argc, argv);
	int result = 0;

	if (option_next(&reader) == 0 && reader.failed)
		return reader.status;
	if (reader.next != argc)
		return command_misused(&command_doctor);
	for (const struct doctor_check *check = doctor_checks; check->name; check++) {
		struct doctor_finding finding = {.state = DOCTOR_GOOD};

		check->look(&finding);
		printf("%-5s %-18s %s\n", words[finding.state], check->name, finding.text);
		if (finding.state != DOCTOR_GOOD && finding.cure[0])
			printf("%25s%s\n", "", finding.cure);
		if (finding.state == DOCTOR_BAD && check->is_needed)
			result = 1;
	}
	return output_end(result);
}

const struct command command_doctor = {
	.name = "doctor",
	.arguments = "",
	.summary = "say what of this machine works for guests, and how to mend the rest",
	.details = "A line each: ok, less (guests run, with less of something) or no. The exit status is 1 if guests\n"
		   "cannot run at all.",
	.run = doctor,
};
