# SPDX-License-Identifier: BSD-2-Clause
"""The figures of a run as text: a table to paste, and each promise with what was measured of it."""

AT_ONCE = (1, 8, 64, 512)
MILLION = 1000000
FAULTS = "kill -9, a full disk, locks, lost and newer files: tests/fault"


def spoken(count):
    for unit, name in ((MILLION, "million"), (1000, "thousand")):
        if count >= unit and count % unit == 0:
            return f"{count // unit} {name}"
    return str(count)


def layout(rows):
    """Columns as wide as they need to be."""
    rows = list(rows)
    widths = [max(len(cell) for cell in column) for column in zip(*rows)]
    return "".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() + "\n" for row in rows)


def sizes(figures):
    """The numbers of listings that there are figures for."""
    return sorted({key[1] for key in figures if key[0] == "disk"})


def pairs_of(figures, what, count):
    return {at_once: figures[what, count, at_once] for at_once in AT_ONCE if (what, count, at_once) in figures}


def speeds(figures):
    """Rows of ratios, and of the rates that they come from."""
    yield ("ratio (thousand sessions/s / floor's)", *(f"{at_once} at once" for at_once in AT_ONCE))
    kinds = [(what, count, f"{what}, {spoken(count)} listings") for what in ("unlisted", "refused")
             for count in sizes(figures)]
    kinds += [("with hits", key[1], f"refused, {spoken(key[1])} hits before")
              for key in figures if key[0] == "with hits" and key[2] == AT_ONCE[0]]
    for what, count, label in kinds:
        pairs = pairs_of(figures, what, count)
        yield (label, *(f"{pair.ratio:.2f} ({pair.rate / 1000:.1f} / {pair.floor_rate / 1000:.1f})" if pair else "-"
                        for pair in map(pairs.get, AT_ONCE)))
    for what in ("unlisted", "refused"):
        pairs = pairs_of(figures, what, MILLION)
        yield (f"{what}, 1 million: ms, median, 99 %",
               *(f"{pair.latency('p50_ms'):.2f} and {pair.latency('p99_ms'):.2f}" if pair else "-"
                 for pair in map(pairs.get, AT_ONCE)))


SINGLE = (
    ("import", "import, seconds", "{:.1f}"),
    ("meanwhile", "    longest session during it, ms", "{:.1f}"),
    ("disk", "disk, bytes for a listing", "{:.0f}"),
    ("start", "start until it answers, ms", "{:.1f}"),
    ("rest", "memory at rest, MB anonymous", "{:.1f}"),
    ("memory", "    with 512 sessions open, MB", "{:.1f}"),
)


def singles(figures):
    counts = sizes(figures)
    yield ("listings", *map(spoken, counts))
    for what, label, form in SINGLE:
        # What a kept database spares is not measured.
        yield (label, *(form.format(figures[what, count]) if (what, count) in figures else "-" for count in counts))


def smtp(figures):
    yield ("whole SMTP sessions through Postfix, 10 at once", "sessions/s", "of no filter")
    for name, (rate, ratio) in figures["smtp"].items():
        yield (name, f"{rate:,.0f}", f"{ratio:.2f}")


def smtp_text(figures):
    if isinstance(figures["smtp"], str):
        return f"whole SMTP sessions through Postfix: not measured: {figures['smtp']}\n"
    return layout(smtp(figures))


def verdict(promise, measured, met):
    return f"{'met   ' if met else 'MISSED'}  {promise}: {measured}\n"


def listed(values):
    return ", ".join(f"{value:.2f} at {at_once}" for at_once, value in values.items())


def ratios(figures, what, count):
    return {at_once: pair.ratio for at_once, pair in pairs_of(figures, what, count).items()}


def speed_promises(figures):
    million = ratios(figures, "unlisted", MILLION)
    yield verdict("unlisted, 1 million, at least 0.95 of the floor", listed(million), min(million.values()) >= 0.95)
    most = max(sizes(figures))
    if most > MILLION:
        ratio = ratios(figures, "unlisted", most)
        yield verdict(f"unlisted, {spoken(most)}, at least 0.90", listed(ratio), min(ratio.values()) >= 0.9)
        beside = {at_once: ratio[at_once] / million[at_once] for at_once in ratio}
        yield verdict("    and at most 10 % below 1 million", listed(beside), min(beside.values()) >= 0.9)
    refused = ratios(figures, "refused", MILLION)[64]
    yield verdict("refused, hit on disk, 64 at once, at least 0.75", f"{refused:.2f}", refused >= 0.75)


def all_of(figures, what, least=0):
    return [value for key, value in figures.items() if key[0] == what and key[1] >= least]


def promises(figures):
    """A line for each promise that this run has measured."""
    yield from speed_promises(figures)
    memory, start = max(all_of(figures, "memory")), max(all_of(figures, "start"))
    disk = max(all_of(figures, "disk", MILLION))  # a thousand listings do not fill the pages that there are
    seconds, longest = figures["import", MILLION], figures["meanwhile", MILLION]
    right, tries = figures["change"]
    yield verdict("under 32 MB anonymous with 512 sessions", f"at most {memory:.1f} MB", memory < 32)
    yield verdict("at most 100 bytes of disk for a listing", f"{disk:.0f}", disk <= 100)
    yield verdict("ready in under 0.2 s", f"at most {start:.1f} ms", start < 200)
    yield verdict("import of 1 million in under 10 s, the filter answering",
                  f"{seconds:.1f} s, longest session {longest:.1f} ms", seconds < 10)
    yield verdict("a change is in force at the next connection", f"{right} of {tries}", right == tries)
    yield f"tests   {FAULTS}\n"


def text(figures):
    return "\n".join([layout(speeds(figures)), layout(singles(figures)), smtp_text(figures),
                      "".join(promises(figures))])
