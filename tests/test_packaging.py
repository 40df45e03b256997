"""The packaging says the same as the program. Building and running what it makes: resources/packaging/build.sh."""

import ast
import importlib.util
import re
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest

import waapp
from waapp.core.languages import LANGUAGES, language_name, locale
from waapp.db import binaries

ROOT = Path(__file__).parents[1]
PACKAGING = ROOT / "resources" / "packaging"
APT = "sudo apt-get install -y --no-install-recommends "


@cache
def spec():
    """Return the constants that the spec writes down, by name."""
    found = {}
    for node in ast.parse((PACKAGING / "waapp.spec").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = node.value
    return found


def strings(node):
    return [
        one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)
    ]


@cache
def sources():
    """Return the syntax trees of the program and its migrations."""
    paths = [*(ROOT / "waapp").rglob("*.py"), *(ROOT / "sql").rglob("*.py")]
    return [ast.parse(path.read_text(encoding="utf-8")) for path in paths]


def imported():
    """Return every module that the program imports, with the names that it takes out of packages."""
    return set().union(*map(imports_of, sources()))


def imports_of(tree):
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def found_by_the_packer(start, hidden):
    """Return what is imported on the way from a module and the hidden ones, which is all that gets packed."""
    found, next_ones = set(), {start, *hidden}
    while next_ones:
        found |= next_ones
        paths = [
            ROOT / (name.replace(".", "/") + end) for name in next_ones for end in (".py", "/__init__.py")
        ]
        trees = [ast.parse(path.read_text(encoding="utf-8")) for path in paths if path.is_file()]
        next_ones = set().union(*map(imports_of, trees)) - found
    return found


def folders_of_data():
    """Return every folder that the program asks `data_dir` for by name."""
    return {
        node.args[0].value
        for tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", getattr(node.func, "id", "")) == "data_dir"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }


def test_every_folder_of_data_is_packed_where_the_frozen_program_looks():
    folders = folders_of_data()
    assert {"resources", "sql"} <= folders
    packed = set(strings(spec()["analysis"]))
    assert {f"waapp/{folder}" for folder in folders} <= packed


def test_wheel_carries_every_folder_of_data():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert included == {folder: f"waapp/{folder}" for folder in folders_of_data()}


def test_hidden_imports_exist():
    hidden = strings(spec()["HIDDEN_IMPORTS"])
    assert hidden
    assert [name for name in hidden if importlib.util.find_spec(name) is None] == []


def is_module(name):
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def test_modules_imported_by_name_are_hidden_imports():
    own = re.compile(r"(twilio|sqlalchemy|psycopg|alembic|keyring|waapp)(\.\w+)+")
    by_name = {
        text for tree in sources() for text in strings(tree) if own.fullmatch(text) and is_module(text)
    }
    assert by_name
    assert by_name - set(strings(spec()["HIDDEN_IMPORTS"])) - imported() == set()


def test_what_only_the_migrations_import_is_packed():
    # They are data to the packer: it does not read what they import.
    packed = found_by_the_packer("waapp.__main__", strings(spec()["HIDDEN_IMPORTS"]))
    needed = set()
    for path in (ROOT / "sql").rglob("*.py"):
        needed |= {
            name for name in imports_of(ast.parse(path.read_text(encoding="utf-8"))) if is_module(name)
        }
    assert "waapp.db.schema_records" in needed
    needed = {name if name.startswith("waapp") else name.partition(".")[0] for name in needed}
    assert needed - packed - sys.stdlib_module_names == set()


def test_nothing_that_the_program_imports_is_left_out():
    excluded = set(strings(spec()["EXCLUDED_MODULES"]))
    assert "tkinter" in excluded
    assert [
        name for name in imported() if any(name == one or name.startswith(f"{one}.") for one in excluded)
    ] == []


def test_products_of_twilio_in_use_are_kept():
    used = {
        text.split(".")[2] for text in strings(spec()["HIDDEN_IMPORTS"]) if text.startswith("twilio.rest.")
    }
    assert used == set(strings(spec()["TWILIO_USED"]))


def test_postgres_of_new_clusters_is_packed_with_the_programs_in_use():
    server = binaries.program("initdb").parents[1]
    assert server.name in strings(spec()["POSTGRES_SERVERS"])
    packed = set(strings(spec()["POSTGRES_PROGRAMS"]))
    wanted = {
        node.args[0].value
        for tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "binaries.program"
    }
    assert {"initdb", "pg_ctl"} <= wanted
    # initdb and pg_ctl look for the server beside themselves.
    assert wanted | {"postgres"} <= packed
    assert [
        name for name in packed if not (server / "bin" / name).with_suffix(binaries._SUFFIX).is_file()
    ] == []


@pytest.mark.parametrize("code", [*LANGUAGES, "pt", "zh", "no"])
def test_locales_of_every_language_are_packed_with_what_they_inherit(code):
    kept = {one.split("_")[0] for one in LANGUAGES} | set(strings(spec()["LOCALES"])) - {"_"}
    found = locale(code)
    assert found is not None
    assert language_name(code)
    folder = files("babel") / "locale-data"
    chain = [str(found)]
    while chain[-1] != "root":
        chain.append(parent_locale(chain[-1]))
    needed = [name for name in chain if (folder / f"{name}.dat").is_file()]
    assert "root" in needed
    assert [name for name in needed if name.split("_")[0] not in kept] == []


def parent_locale(name):
    from babel.core import get_global

    exception = get_global("parent_exceptions").get(name)
    return exception or (name.rpartition("_")[0] if "_" in name else "root")


def readme_packages():
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    found = [line.removeprefix(APT).split() for line in lines if line.startswith(APT)]
    assert len(found) == 1, "README.md must say once which packages Qt needs"
    return found[0]


def control():
    """Return the fields of the package's control file."""
    done = subprocess.run(
        ["bash", PACKAGING / "build.sh", "--control"], capture_output=True, text=True, check=True
    )
    return dict(line.split(": ", 1) for line in done.stdout.splitlines() if not line.startswith(" "))


def test_debian_package_depends_on_what_readme_installs():
    packages = readme_packages()
    assert len(packages) == len(set(packages))
    libc, *others = control()["Depends"].split(", ")
    assert libc.startswith("libc6 (>= ")
    assert others == packages


def test_debian_package_has_the_version_of_the_program():
    fields = control()
    assert fields["Version"] == waapp.__version__
    assert fields["Package"] == "waapp"
    assert not [value for value in fields.values() if "@" in value.replace("@waapp.invalid", "")]


def test_installers_have_the_version_of_the_program():
    script = (PACKAGING / "waapp.iss").read_text(encoding="utf-8")
    assert re.search(r'^#define AppVersion "(.+)"$', script, re.MULTILINE)[1] == waapp.__version__
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["version"] == waapp.__version__


@pytest.mark.parametrize("name", ["waapp.iss", "macos.md", "entitlements.plist"])
def test_untested_files_say_so_at_once(name):
    assert "Not tested" in "".join(
        (PACKAGING / name).read_text(encoding="utf-8").splitlines(keepends=True)[:2]
    )


def test_desktop_entry_names_what_the_package_installs():
    entry = (PACKAGING / "debian" / "waapp.desktop").read_text(encoding="utf-8")
    fields = dict(line.split("=", 1) for line in entry.splitlines() if "=" in line)
    # The window says this name of itself, so that desktops find its icon.
    app = (ROOT / "waapp" / "app.py").read_text(encoding="utf-8")
    assert 'setDesktopFileName("waapp")' in app
    assert (fields["Exec"], fields["Icon"]) == ("waapp", "waapp")
    component = ET.parse(PACKAGING / "debian" / "app.waapp.waapp.metainfo.xml").getroot()
    assert component.findtext("launchable") == "waapp.desktop"
