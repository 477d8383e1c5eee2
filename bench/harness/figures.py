"""From samples to figures: medians, spread, ratios and whether goals are met."""

from statistics import median
from typing import Any, Dict, List, Optional

from harness.model import Benchmark, Goal, Round


def percentile(values: List[float], percent: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(percent / 100 * (len(ordered) - 1)))]


def spread(values: List[float]) -> Dict[str, float]:
    figures = {"median": median(values), "p10": percentile(values, 10), "p90": percentile(values, 90)}
    return {name: round(value, 3) for name, value in figures.items()}


def round_ratios(rounds: List[Round], metric: str, variant: str, baseline: str) -> List[float]:
    """
    One ratio per round, of the medians in it: what disturbs the machine for longer than a round disturbs both sides.
    """
    ratios = []
    for samples in rounds:
        ours = samples[variant].get(metric)
        theirs = samples[baseline].get(metric)
        if ours and theirs and median(theirs) > 0:
            ratios.append(median(ours) / median(theirs))
    return ratios


def variant_figures(rounds: List[Round], metric: str, variant: str, baseline: Optional[str]) -> Dict[str, Any]:
    values = [value for samples in rounds for value in samples[variant].get(metric, [])]
    figures: Dict[str, Any] = {"samples": len(values)}
    if values:
        figures.update(spread(values))
    if values and baseline and variant != baseline:
        ratios = round_ratios(rounds, metric, variant, baseline)
        if ratios:
            figures["ratio"] = spread(ratios)
    return figures


def metrics_of(rounds: List[Round], variants: List[str]) -> List[str]:
    """In the order in which they were first seen, the variants in theirs."""
    names: Dict[str, None] = {}
    for variant in variants:
        for samples in rounds:
            names.update(dict.fromkeys(samples[variant]))
    return list(names)


def goal_check(goal: Goal, figures: Dict[str, Any], baseline: Optional[str]) -> Dict[str, Any]:
    measured = figures.get("ratio", {}).get("median") if goal.is_ratio else figures.get("median")
    return {
        "metric": goal.metric,
        "variant": goal.variant,
        "limit": goal.limit,
        "ratio_to": baseline if goal.is_ratio else None,
        "measured": measured,
        "met": measured is not None and measured <= goal.limit,
    }


def compute(benchmark: Benchmark, rounds: List[Round]) -> Dict[str, Any]:
    """Everything that is known after the last round; the form of bench/results/NAME.json."""
    variants = list(benchmark.variants)
    metrics = {
        metric: {
            variant: figures
            for variant in variants
            if (figures := variant_figures(rounds, metric, variant, benchmark.baseline))["samples"]
        }
        for metric in metrics_of(rounds, variants)
    }
    return {
        "title": benchmark.title,
        "about": benchmark.about,
        "unit": benchmark.unit,
        "baseline": benchmark.baseline,
        "rounds": len(rounds),
        "variants": {name: variant.about for name, variant in benchmark.variants.items()},
        "metrics": metrics,
        "goals": [
            goal_check(goal, metrics.get(goal.metric, {}).get(goal.variant, {}), benchmark.baseline)
            for goal in benchmark.goals
        ],
    }
