"""Find the libraries that a frozen program needs and nobody provides: `python check_libraries.py FOLDER [CONTROL]`.

Every library that is not in the folder must be the system's. With the control file of the Debian package it must also
belong to a package that its Depends bring in, or that every Debian has: it is no proof that this computer has it.
"""

import re
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

# Parts that Qt leaves out without a word where a desktop lacks what they need: GTK's dialogs, Wayland.
OPTIONAL = re.compile(r"platformthemes/libqgtk3|/wayland-|platforms/libqwayland|libQt6WaylandClient")


def output(*command: str) -> str:
    """Return what a program prints; nothing when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - those named below
    return done.stdout if done.returncode == 0 else ""


def needs(folder: Path) -> dict[str, list[str]]:
    """Return the libraries that are needed and not in the folder, with the files that need them."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file() or path.open("rb").read(4) != b"\x7fELF":
            continue
        dynamic = output("readelf", "--dynamic", "--wide", str(path))
        for name in re.findall(r"\(NEEDED\).*\[(.+)\]", dynamic):
            found.setdefault(name, []).append(str(path.relative_to(folder)))
    bundled = {path.name for path in folder.rglob("*.so*")}
    return {name: users for name, users in found.items() if name not in bundled}


def system_libraries() -> dict[str, str]:
    """Return where the system has its libraries, by name."""
    lines = output("/sbin/ldconfig", "-p").splitlines()
    return {line.split()[0]: line.rpartition("=> ")[2] for line in reversed(lines) if "=> " in line}


@cache
def dependencies(package: str) -> frozenset[str]:
    """Return the packages that a package needs, as far as they are installed here, and those that it pre-needs."""
    fields = output("dpkg-query", "-W", "-f", "${Pre-Depends}, ${Depends}", package)
    return frozenset(re.split(r"[ (:]", one.strip())[0] for one in re.split(r"[,|]", fields) if one.strip())


def closure(packages: Iterable[str]) -> set[str]:
    """Return packages and everything that comes with them."""
    found: set[str] = set()
    wanted = set(packages)
    while wanted:
        found |= wanted
        wanted = {needed for package in wanted for needed in dependencies(package)} - found
    return found


def brought(control: Path) -> set[str]:
    """Return what is installed beside a package for sure."""
    depends = re.search(r"^Depends: (.+)$", control.read_text(), re.MULTILINE)
    flags = output("dpkg-query", "-W", "-f", "${Package} ${Essential}\n").splitlines()
    essential = [flag.split()[0] for flag in flags if flag.endswith(" yes")]
    named = [re.split(r"[ (]", one.strip())[0] for one in depends[1].split(",")] if depends else []
    return closure([*named, *essential])


def package_of(path: str) -> str:
    """Return the package that a system library belongs to."""
    for name in (path, f"/usr{path}", str(Path(path).resolve())):
        if owner := output("dpkg-query", "-S", name):
            return owner.split(":")[0]
    return "no package"


def main() -> int:
    """Print what is missing; return 1 when something is."""
    folder = Path(sys.argv[1])
    packages = brought(Path(sys.argv[2])) if len(sys.argv) > 2 else None
    known = system_libraries()
    missing = []
    for name, users in sorted(needs(folder).items()):
        if all(OPTIONAL.search(user) for user in users):
            continue
        if name not in known:
            missing.append(f"{name}: not on this computer; needed by {users[0]}")
        elif packages is not None and (package := package_of(known[name])) not in packages:
            missing.append(f"{name}: in {package}, which Depends do not bring in; needed by {users[0]}")
    print("\n".join(missing) or f"every library of {folder} is there")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
