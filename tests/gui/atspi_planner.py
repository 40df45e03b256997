"""A planner who cannot see: does the main job over the accessibility bus, as a screen reader or a script would.

Run by `test_atspi.py` with the interpreter that has the system's bindings; speaks only AT-SPI. Ends with 0 when the
job is done; prints what could not be found otherwise.
"""

import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402 - the version must be asked for first

PATIENCE = 60.0
ROLES_TO_NAME = {
    Atspi.Role.PUSH_BUTTON,
    Atspi.Role.TOGGLE_BUTTON,
    Atspi.Role.CHECK_BOX,
    Atspi.Role.RADIO_BUTTON,
    Atspi.Role.TEXT,
    Atspi.Role.PASSWORD_TEXT,
    Atspi.Role.COMBO_BOX,
    Atspi.Role.SPIN_BUTTON,
    Atspi.Role.TABLE,
    Atspi.Role.TREE,
    Atspi.Role.LIST,
}
MANY = 60
"""Children beyond which only the first are looked at: a table has a cell for every guest and column."""


def walk(node: Any) -> Iterator[Any]:
    """Yield everything below a node that is still there and can be seen."""
    yield node
    for place in range(MANY):
        # Asked anew each time: Qt 6.11 does not survive the question for a child that has just gone.
        if place >= node.get_child_count():
            return
        child = node.get_child_at_index(place)
        if child is not None and child.get_state_set().contains(Atspi.StateType.SHOWING):
            yield from walk(child)


def program() -> Any:
    """Return the program on the bus, or None."""
    desktop = Atspi.get_desktop(0)
    for place in range(desktop.get_child_count()):
        child = desktop.get_child_at_index(place)
        if child is not None and child.get_name() == "waapp":
            return child
    return None


def until(look: Callable[[], Any], what: str) -> Any:
    """Wait until there is something, and return it."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            found = look()
        except GLib.Error:
            found = None  # it went while it was looked at
        if found:
            return found
        time.sleep(0.2)
    sys.exit(f"not found: {what}\n" + "\n".join(inventory()))


def find(matches: Callable[[str], bool], *roles: Any) -> Any:
    """Return the first thing with such a name and role that can be used now, or None."""
    root = program()
    for node in [] if root is None else windows(root):
        for each in walk(node):
            if (
                matches(each.get_name() or "")
                and each.get_role() in roles
                and each.get_state_set().contains(Atspi.StateType.ENABLED)
            ):
                return each
    return None


def windows(root: Any) -> list[Any]:
    """Return the program's windows, dialogs first."""
    found = [root.get_child_at_index(place) for place in range(root.get_child_count())]
    return sorted(
        (each for each in found if each is not None), key=lambda each: each.get_role() != Atspi.Role.DIALOG
    )


def press(matches: Callable[[str], bool], what: str) -> None:
    """Press the button with such a name, when there is one."""
    button = until(lambda: find(matches, Atspi.Role.PUSH_BUTTON, Atspi.Role.CHECK_BOX), what)
    names = [
        Atspi.Action.get_action_name(button, place) for place in range(Atspi.Action.get_n_actions(button))
    ]
    Atspi.Action.do_action(
        button, next(place for place, name in enumerate(names) if name in {"Press", "Toggle"})
    )


def type_in(name: str, text: str) -> None:
    """Fill the field with this name."""
    field = until(lambda: find(lambda known: known == name, Atspi.Role.TEXT), name)
    Atspi.EditableText.set_text_contents(field, text)
    until(lambda: Atspi.Text.get_text(field, 0, -1) == text, f"{text} in {name}")


def inventory() -> list[str]:
    """Return what can be seen, one line each."""
    root = program()
    return (
        []
        if root is None
        else [f"{each.get_role_name()}: {each.get_name()!r}" for node in windows(root) for each in walk(node)]
    )


def check_names(page: str) -> None:
    """End when anything that can be acted on has no name."""
    root = program()
    nameless = [
        f"{each.get_role_name()} under {each.get_parent().get_name()!r}"
        for node in windows(root)
        for each in walk(node)
        if each.get_role() in ROLES_TO_NAME
        and not (each.get_name() or "").strip()
        and not inside_control(each)
    ]
    if nameless:
        sys.exit(f"without a name on {page}: {nameless}")
    sys.stdout.write(f"{page}: all named\n")


def inside_control(node: Any) -> bool:
    """Tell whether a node is a part that the toolkit makes for a control that has a name itself."""
    parent = node.get_parent()
    return parent is not None and parent.get_role() in {Atspi.Role.COMBO_BOX, Atspi.Role.SPIN_BUTTON}


def main() -> None:
    """From the first start to the first message that is read."""
    until(program, "the program")
    press(lambda name: name == "Open the sample event", "the sample")
    check_names("Events")
    press(lambda name: name == "Guests", "the page Guests")
    press(lambda name: name == "Add guest", "the button that adds a guest")
    type_in("Name", "Ada Lovelace")
    type_in("WhatsApp number", "+351912345610")
    check_names("Guests")
    press(lambda name: name == "Save", "the button that saves")
    until(
        lambda: find(lambda name: "Ada Lovelace was added" in name, Atspi.Role.LABEL),
        "word that it was saved",
    )
    for page in ("Templates", "Settings"):
        press(lambda name, page=page: name == page, page)
        time.sleep(1)
        check_names(page)
    press(lambda name: name == "Send", "the page Send")
    press(lambda name: name.startswith("Send to 1"), "the button that sends")
    press(lambda name: name.startswith("Send 1"), "the button that confirms")
    until(lambda: find(lambda name: name.endswith(" sent"), Atspi.Role.LABEL), "progress")
    check_names("Send")
    press(lambda name: name == "Messages", "the page Messages")
    press(lambda name: name.startswith("All "), "the chip for all messages")
    until(
        lambda: find(lambda name: name in {"Delivered", "Read"}, Atspi.Role.TABLE_CELL),
        "a message that arrived",
    )
    check_names("Messages")


main()
