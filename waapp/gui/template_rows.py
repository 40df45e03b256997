"""What is wrong with a template, and for how many guests, as rows with one-click fixes."""

from collections.abc import Callable, Sequence

from waapp.core.findings import Finding, Level
from waapp.core.template_content import Wording
from waapp.core.template_parts import Part
from waapp.core.template_rules import RULES, rules_met
from waapp.gui.template_findings import Row, RowAction
from waapp.gui.template_survey import Touched
from waapp.texts import FINDINGS, FIXES, tr, variable

_TOKENS = {Level.ERROR: "failed", Level.WARNING: "unknown", Level.HINT: "queued"}


def finding_rows(
    findings: Sequence[Finding],
    touched: Sequence[Touched],
    *,
    wording: Wording,
    apply: Callable[[Finding], None] | None,
    show_place: Callable[[Finding], None],
    show_guests: Callable[[tuple[int, ...]], None],
) -> list[Row]:
    """Return a row for each finding and for each problem of guests' values, then how many rules are met.

    `apply` mends what a finding is about (None: nothing may be changed), `show_place` goes there, `show_guests`
    shows the guests.
    """
    rows = [_finding_row(finding, apply, show_place) for finding in _gathered(findings)]
    unknown = {finding.params.get("name") for finding in findings if finding.code == "unknown_variable"}
    rows += [_touched_row(each, show_guests) for each in touched if each.problem.name not in unknown]
    weights = list(_TOKENS.values())
    rows.sort(key=lambda row: weights.index(row.token))
    met = rules_met(findings, wording)
    words = (
        tr("{n:other rule|other rules} of WhatsApp are met.", n=met)
        if rows
        else tr("All {n:rule|rules} of WhatsApp that can be checked here are met.", n=met)
    )
    return [*rows, Row("delivered", words, is_quiet=True)]


def _gathered(findings: Sequence[Finding]) -> list[Finding]:
    """Return one finding where several would read the same, the first of them."""
    seen: dict[str, Finding] = {}
    for finding in findings:
        seen.setdefault(_words(finding), finding)
    return list(seen.values())


def _words(finding: Finding) -> str:
    return f"{_place(finding)}{tr(FINDINGS[finding.code], **finding.params)}"


def _place(finding: Finding) -> str:
    """Return which part a finding is about, for those whose words would do for several."""
    if finding.code in RULES:
        match finding.part:
            case Part.HEADER:
                return tr("Header: ")
            case Part.FOOTER:
                return tr("Footer: ")
            case Part.BUTTONS | Part.BUTTON_TITLE | Part.BUTTON_VALUE if finding.button is not None:
                return tr("Button {n}: ", n=finding.button + 1)
    return ""


def _finding_row(
    finding: Finding, apply: Callable[[Finding], None] | None, show_place: Callable[[Finding], None]
) -> Row:
    actions = []
    if finding.fix is not None and apply is not None:
        label = tr(FIXES[finding.fix.code], **finding.params)
        actions.append(RowAction("fix", label, lambda: apply(finding)))
    elif finding.end > finding.start or finding.part is not Part.BODY:
        actions.append(RowAction("show", tr("Show"), lambda: show_place(finding)))
    return Row(_TOKENS[finding.level], _words(finding), actions=tuple(actions))


def _touched_row(touched: Touched, show_guests: Callable[[tuple[int, ...]], None]) -> Row:
    problem, n = touched.problem, len(touched.guests)
    what = variable(problem.name) if problem.name else ""
    match problem.code:
        case "value_missing":
            text = tr(
                "Empty for {n:guest|guests}: {what}. Without it the message is not sent.", n=n, what=what
            )
        case "rendered_too_long":
            text = tr("Too long for {n:guest|guests}. Their message is not sent.", n=n)
        case "header_filled_too_long":
            text = tr("The header gets too long for {n:guest|guests}. Their message is not sent.", n=n)
        case "url_filled_too_long":
            text = tr("The link of a button gets too long for {n:guest|guests}.", n=n)
        case "value_not_in_address":
            text = tr("For {n:guest|guests} this cannot stand in a link: {what}.", n=n, what=what)
        case "value_markup":
            text = tr(
                "For {n:guest|guests} this holds signs that WhatsApp reads as markup: {what}.", n=n, what=what
            )
        case "value_long":
            text = tr("Very long for {n:guest|guests}: {what}.", n=n, what=what)
        case _:
            text = tr("WhatsApp refuses the value of {n:guest|guests}: {what}.", n=n, what=what)
    level = _TOKENS[problem.level] if problem.level is not Level.ERROR else "unknown"
    return Row(
        level, text, actions=(RowAction("guests", tr("Show them"), lambda: show_guests(touched.guests)),)
    )
