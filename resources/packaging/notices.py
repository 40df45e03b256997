"""Write the licences of everything that the program is shipped with: `python notices.py FILE`."""

import sys
import sysconfig
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
NAMES = ("LICEN", "COPYING", "NOTICE", "AUTHORS")

# Wheels of these carry no licence text, or parts of others whose texts they do not name.
SPOKEN = """\
Qt {qt} and Qt for Python (PySide6, shiboken6)
    Copyright The Qt Company Ltd. and other contributors. Used under the GNU Lesser General Public License,
    version 3: https://www.gnu.org/licenses/lgpl-3.0.html. They are separate, replaceable library files in the
    folder PySide6. Their sources: https://download.qt.io/official_releases/

PostgreSQL
    Portions Copyright (c) 1996-2025, PostgreSQL Global Development Group.
    Portions Copyright (c) 1994, The Regents of the University of California.
    Permission to use, copy, modify, and distribute this software and its documentation for any purpose, without fee,
    and without a written agreement is hereby granted, provided that the above copyright notice and this paragraph
    and the following two paragraphs appear in all copies.
    IN NO EVENT SHALL THE UNIVERSITY OF CALIFORNIA BE LIABLE TO ANY PARTY FOR DIRECT, INDIRECT, SPECIAL, INCIDENTAL,
    OR CONSEQUENTIAL DAMAGES, INCLUDING LOST PROFITS, ARISING OUT OF THE USE OF THIS SOFTWARE AND ITS DOCUMENTATION,
    EVEN IF THE UNIVERSITY OF CALIFORNIA HAS BEEN ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
    THE UNIVERSITY OF CALIFORNIA SPECIFICALLY DISCLAIMS ANY WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED
    WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE. THE SOFTWARE PROVIDED HEREUNDER IS ON AN "AS
    IS" BASIS, AND THE UNIVERSITY OF CALIFORNIA HAS NO OBLIGATIONS TO PROVIDE MAINTENANCE, SUPPORT, UPDATES,
    ENHANCEMENTS, OR MODIFICATIONS.

OpenSSL, with Python and in the libraries of psycopg and cryptography
    Copyright The OpenSSL Project Authors. Used under the Apache License, version 2.0:
    https://www.apache.org/licenses/LICENSE-2.0

ICU, with Qt
    Copyright (c) 2016-2025 Unicode, Inc. Used under the Unicode License V3: https://www.unicode.org/license.txt

MIT Kerberos, OpenLDAP, Cyrus SASL and libkeyutils, in the libraries of psycopg
    Under the licences that their projects give: https://web.mit.edu/kerberos/, https://www.openldap.org/,
    https://www.cyrusimap.org/sasl/, https://git.kernel.org/pub/scm/linux/kernel/git/dhowells/keyutils.git

The start-up program of PyInstaller
    Copyright (c) 2010-2026 the PyInstaller Development Team. GNU General Public License, version 2 or later, with
    the exception that allows programs under any licence to be shipped with it.
"""


def shipped(name: str) -> dict[str, Distribution]:
    """Return a distribution and all that it needs on this platform, by name."""
    found: dict[str, Distribution] = {}
    wanted = [Requirement(name)]
    while wanted:
        requirement = wanted.pop()
        name = canonicalize_name(requirement.name)
        if name in found:
            continue
        one = found[name] = distribution(name)
        extras = ["", *requirement.extras]
        for text in one.requires or []:
            needed = Requirement(text)
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in extras):
                wanted.append(needed)
    return found


def texts(one: Distribution) -> list[str]:
    """Return the licence texts that came with a distribution."""
    files = sorted(
        file for file in one.files or [] if ".dist-info" in str(file) and file.name.upper().startswith(NAMES)
    )
    return [Path(str(file.locate())).read_text(encoding="utf-8", errors="replace").strip() for file in files]


def main() -> None:
    """Write the file."""
    everything = shipped("waapp")
    parts = [SPOKEN.format(qt=everything["pyside6-essentials"].version)]
    python = next(
        path
        for path in (Path(sysconfig.get_path("stdlib"), "LICENSE.txt"), Path(sys.base_prefix, "LICENSE.txt"))
        if path.is_file()
    )
    parts.append(f"Python {sys.version.split()[0]}\n\n{python.read_text(encoding='utf-8').strip()}")
    for name, one in sorted(everything.items()):
        facts = one.metadata.json
        licence = str(facts.get("license_expression") or facts.get("license") or "").strip()
        title = f"{one.metadata['Name']} {one.version}  {licence.partition(chr(10))[0]}"
        if name != "waapp":
            parts.append("\n\n".join([title.strip(), *texts(one)]))
    head = "What waapp is shipped with, and under which licences. waapp itself: \n\n"
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8").strip()
    rule = f"\n\n{'-' * 100}\n\n"
    Path(sys.argv[1]).write_text(rule.join([head + licence, *parts]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
