#!/usr/bin/env bash
# Build what users install on Debian and its relatives, from a checkout and nothing else:
#     resources/packaging/build.sh
# makes dist/waapp (the program with Python, Qt and PostgreSQL in one folder) and dist/waapp_VERSION_ARCH.deb.
# It takes a few minutes and 1.5 GB under build/. Needs python3 with venv and its shared library (Debian:
# python3-venv and libpython3-dev), binutils, dpkg. PYTHON names another interpreter. The program runs on the
# Debian that it is built on and on newer ones, so build on the oldest that you serve.
#     resources/packaging/build.sh --control    prints the package's control file and builds nothing
set -euo pipefail
umask 022
cd "$(dirname "$0")/../.."
packaging=resources/packaging
build=build/packaging
venv=$build/venv

version=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' waapp/__init__.py)
architecture=$(dpkg --print-architecture)
# The one list of Debian packages is README's.
libraries=$(sed -n 's/^sudo apt-get install -y --no-install-recommends //p' README.md | head -n 1)
if [ -z "$libraries" ]; then
    echo "README.md does not say which packages Qt needs" >&2
    exit 1
fi

# control LIBC SIZE: the control file of the package.
control() {
    sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@SIZE@/$2/" \
        -e "s/@DEPENDS@/libc6 (>= $1), ${libraries// /, }/" $packaging/debian/control
}

if [ "${1:-}" = --control ]; then
    control 0 0
    exit
fi

# Everything that is written carries the time of the commit, so that two builds of one commit are alike.
export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}"
export PYTHONHASHSEED=1 QT_QPA_PLATFORM=offscreen

echo "== environment"
"${PYTHON:-python3}" -m venv --clear $venv
$venv/bin/pip install --quiet --disable-pip-version-check '.[package]'

echo "== translations"
for catalogue in resources/i18n/*.ts; do
    [ -e "$catalogue" ] || continue
    $venv/bin/pyside6-lrelease -silent "$catalogue" -qm "${catalogue%.ts}.qm"
done

echo "== program (log: $build/pyinstaller.log)"
$venv/bin/pyinstaller --noconfirm --clean --distpath dist --workpath $build/work $packaging/waapp.spec \
    >$build/pyinstaller.log 2>&1 || {
    tail -n 30 $build/pyinstaller.log >&2
    exit 1
}

echo "== Debian package"
tree=$build/deb
rm -rf $tree
share=$tree/usr/share
install -d $tree/DEBIAN $tree/usr/bin $tree/usr/lib $share/applications $share/metainfo $share/doc/waapp \
    $share/icons/hicolor/scalable/apps
cp -a dist/waapp $tree/usr/lib/waapp
ln -s ../lib/waapp/waapp $tree/usr/bin/waapp
install -m 644 $packaging/debian/waapp.desktop $share/applications/
sed -e "s/@VERSION@/$version/" -e "s/@DATE@/$(date -u -d "@$SOURCE_DATE_EPOCH" +%F)/" \
    $packaging/debian/app.waapp.waapp.metainfo.xml >$share/metainfo/app.waapp.waapp.metainfo.xml
install -m 644 $packaging/debian/copyright $share/doc/waapp/
install -m 644 $packaging/waapp.svg $share/icons/hicolor/scalable/apps/
for size in 32 48 128 256; do
    install -D -m 644 $build/work/waapp/icons/$size.png $share/icons/hicolor/${size}x$size/apps/waapp.png
done

# The newest version of the C library that any part asks for.
libc=$(find $tree/usr/lib/waapp -type f \( -name '*.so*' -o -perm /111 \) -exec objdump -T {} + 2>/dev/null |
    grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -n 1 | cut -d_ -f2)
control "$libc" "$(du -sk --apparent-size $tree | cut -f1)" >$tree/DEBIAN/control
(cd $tree && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum >DEBIAN/md5sums)
find $tree -print0 | xargs -0 touch --no-dereference --date="@$SOURCE_DATE_EPOCH"
dpkg-deb --root-owner-group -Zxz --build $tree "dist/waapp_${version}_$architecture.deb"
rm -rf $tree

du -sh dist/waapp "dist/waapp_${version}_$architecture.deb"
echo "Try it: $packaging/check_frozen.sh"
