#!/usr/bin/env bash
# Prove that what build.sh made works, without the checkout's environment:
#     resources/packaging/check_frozen.sh [FOLDER]
# FOLDER is where build.sh put it (default: dist). The program in the folder and the one unpacked from the Debian
# package both run `waapp check` and `waapp demo`, and open and close the window (closed by its button where Xvfb is
# installed). Works as root and as an ordinary user, who needs to read the folder only. About a minute.
set -euo pipefail
packaging=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$packaging/../.." && pwd)
dist=$(cd "${1:-$root/dist}" && pwd)
package=$(ls "$dist"/waapp_*.deb)
version=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' "$root/waapp/__init__.py")

scratch=$(mktemp -d)
chmod 755 "$scratch"  # for the unprivileged account that PostgreSQL runs under when root calls this
trap 'rm -rf "$scratch"' EXIT

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# run PROGRAM WORDS...: run it as a fresh user would, with nothing of this shell.
run() {
    env -i PATH=/usr/bin:/bin HOME="$scratch/home" WAAPP_HOME="$scratch/home" LANG=C.UTF-8 "$@"
}

# check PROGRAM: everything about one installed program.
check() {
    rm -rf "$scratch/home"
    mkdir "$scratch/home"
    [ "$(run "$1" --version)" = "waapp $version" ] || fail "$1 is not version $version"
    run "$1" check --json >"$scratch/check.json" || { cat "$scratch/check.json" >&2; fail "waapp check"; }
    python3 - "$scratch/check.json" <<'END'
import json, sys
for check in json.load(open(sys.argv[1]))["checks"]:
    print(f"{check['level']:<8} {check['subject']:<15} {check['text']}")
END
    run "$1" demo >"$scratch/demo.txt" || { cat "$scratch/demo.txt" >&2; fail "waapp demo"; }
    tail -n 1 "$scratch/demo.txt"
    python3 "$packaging/check_window.py" "$1" "$scratch/window-$2" || fail "the window"
}

echo "== $dist/waapp, as $(id -un)"
check "$dist/waapp/waapp" folder

echo "== $package, unpacked"
dpkg-deb --raw-extract "$package" "$scratch/package"
control=$scratch/package/DEBIAN/control
[ "$(sed -n 's/^Version: //p' "$control")" = "$version" ] || fail "the package is not version $version"
check "$scratch/package/usr/bin/waapp" package

installed=$scratch/package/usr/lib/waapp
python3 "$packaging/check_libraries.py" "$installed" "$control" || fail "libraries"
if traces=$(grep -rlaF "$root" "$scratch/package"); then
    fail "the path of the checkout is in: $traces"
fi
(cd "$scratch/package" && md5sum --quiet --check DEBIAN/md5sums) || fail "md5sums"
share=$scratch/package/usr/share
if command -v desktop-file-validate >/dev/null; then
    desktop-file-validate "$share"/applications/*.desktop || fail "the desktop file"
fi
if command -v appstreamcli >/dev/null; then
    appstreamcli validate --no-net "$share"/metainfo/*.xml >"$scratch/appstream.txt" ||
        { cat "$scratch/appstream.txt" >&2; fail "the AppStream data"; }
fi
echo "All of it works."
