"""The table that a run prints: what was measured, here and there, and whether the target is met."""

import statistics


class Table:
    def __init__(self):
        self.unmet = []

    def head(self, title):
        print(f"\n{title}\n{'':34}{'here':>11}{'peer':>11}{'ratio':>8}{'target':>9}", flush=True)

    def row(self, what, mine, theirs, target=None, at_least=True):
        """A figure beside a peer's; the target is of their ratio."""
        ratio = mine / theirs
        print(f"{what:34}{mine:11.4g}{theirs:11.4g}{ratio:8.2f}{self.judged(what, ratio, target, at_least)}", flush=True)
        return ratio

    def figure(self, what, value, target=None):
        """A figure of ours alone, which must not exceed its target."""
        print(f"{what:34}{value:11.4g}{'':11}{'':8}{self.judged(what, value, target, False)}", flush=True)

    def judged(self, what, value, target, at_least):
        if target is None:
            return ""
        met = value >= target if at_least else value <= target
        if not met:
            self.unmet.append(what)
        return f"{'≥' if at_least else '≤':>4} {target:<5g}{'' if met else ' missed'}"


def in_turn(rounds, *measures):
    """The medians of several measures, made in turn so that each round is one moment."""
    rows = [[measure() for measure in measures] for _ in range(rounds)]
    return [statistics.median(column) for column in zip(*rows)]
