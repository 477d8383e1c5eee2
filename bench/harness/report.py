"""Results as tables: on the terminal, and in docs/benchmarks.md."""

from typing import Any, Dict, List

Result = Dict[str, Any]

BEGIN_MARK = "<!-- results: begin -->\n"
END_MARK = "<!-- results: end -->\n"


def number(value: float) -> str:
    """Three significant digits, more only in front of the point."""
    if value == int(value) or value >= 100:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.3g}"


def ratio_text(ratio: float) -> str:
    return f"{ratio:.3f}x" if ratio < 0.995 else f"{ratio:.2f}x"


def figures_text(figures: Dict[str, Any]) -> str:
    if not figures:
        return ""
    text = number(figures["median"])
    if figures["samples"] > 1 and figures["p10"] != figures["p90"]:
        text += f" ({number(figures['p10'])}–{number(figures['p90'])})"
    if "ratio" in figures:
        text += f", {ratio_text(figures['ratio']['median'])}"
    return text


def verdict(goal: Dict[str, Any]) -> str:
    return "goal met" if goal["met"] else "goal missed"


def goal_text(goal: Dict[str, Any], unit: str) -> str:
    what = f"{goal['limit']:g}x {goal['ratio_to']}" if goal["ratio_to"] else f"{goal['limit']:g} {unit}"
    return f"{goal['variant']} ≤ {what}: {verdict(goal)}"


def table_rows(result: Result) -> List[List[str]]:
    variants = list(result["variants"])
    rows = [[result["unit"], *variants, "goal"]]
    for metric, by_variant in result["metrics"].items():
        goals = [goal_text(goal, result["unit"]) for goal in result["goals"] if goal["metric"] == metric]
        rows.append([metric, *(figures_text(by_variant.get(name, {})) for name in variants), "; ".join(goals)])
    return rows


def table_text(rows: List[List[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def result_text(result: Result) -> str:
    """The table of one benchmark, with what its columns mean; Markdown that also reads well as it is."""
    lines = [f"### {result['title']} (`{result['benchmark']}`)", "", result["about"], ""]
    lines += [f"- **{name}**: {about}" for name, about in result["variants"].items()]
    lines += ["", table_text(table_rows(result)), ""]
    return "\n".join(lines)


def machine_text(machine: Dict[str, Any]) -> str:
    kind = "virtual machine" if machine["virtual"] else "machine"
    return (
        f"{machine['cores']}-core {machine['cpu']} {kind}, Linux {machine['kernel'].split('-')[0]}, "
        f"{machine['date'][:10]}, revision {machine['revision']}"
    )


def results_text(results: List[Result]) -> str:
    """All tables; the machine is named once where it was the same for all."""
    machines = [machine_text(result["machine"]) for result in results]
    parts = []
    if len(set(machines)) == 1:
        parts.append(f"Measured on: {machines[0]}.\n")
    for result, machine in zip(results, machines):
        parts.append(result_text(result))
        if len(set(machines)) > 1:
            parts.append(f"Measured on: {machine}.\n")
    return "\n".join(parts)


def insert(document: str, text: str) -> str:
    """The document with the text between its marks; ValueError if it has none."""
    head, rest = document.split(BEGIN_MARK)
    _, tail = rest.split(END_MARK)
    return head + BEGIN_MARK + "\n" + text + "\n" + END_MARK + tail
