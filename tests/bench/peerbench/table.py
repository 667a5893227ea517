"""The one table: figure, Runyard, the peer, how many times better, the goal."""
missed = 0


def head():
    print(f"{'figure':<62} {'Runyard':>14} {'peer':>14} {'ratio':>8}  goal", flush=True)


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def row(figure, ours, theirs, unit, goal="", at_least=None, smaller_is_better=False):
    """`at_least`: the goal as a ratio, of how many times better we are (or which part of the peer's speed we reach)."""
    global missed
    ratio = (theirs / ours if smaller_is_better else ours / theirs) if ours and theirs else 0
    verdict = ""
    if at_least is not None:
        verdict = f"{goal}: reached" if ratio >= at_least else f"{goal}: MISSED"
        missed += ratio < at_least
    print(f"{figure:<62} {number(ours) + ' ' + unit:>14} {number(theirs) + ' ' + unit:>14} {ratio:>8.2f}  {verdict}", flush=True)


def skipped(what, why):
    print(f"SKIPPED: {what}: {why}", flush=True)
