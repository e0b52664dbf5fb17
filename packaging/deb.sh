#!/bin/sh
# Makes the Debian packages in target/debian, and nothing elsewhere.
set -eu
cd "$(dirname "$0")/.."

# What was said to `make deb` of folders is for installing; Debian's are in debian/rules.
unset MAKEFLAGS PREFIX DESTDIR BINDIR LIBDIR INCLUDEDIR DATADIR PLUGINDIR
source=$PWD
out=${CARGO_TARGET_DIR:-target}/debian

fail() {
    echo "packaging/deb.sh: $1" >&2
    exit 1
}

for tool in dh dpkg-buildpackage pkg-config; do
    command -v "$tool" >/dev/null || fail "$tool is missing: apt-get install debhelper dpkg-dev pkg-config"
done
pkg-config --exists wireshark || fail "Wireshark's headers are missing: apt-get install libwireshark-dev libglib2.0-dev"
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
packaged=$(dpkg-parsechangelog --show-field Version)
[ "${packaged%-*}" = "$version" ] || fail "debian/changelog is of $packaged, Cargo.toml of $version"

# dpkg-buildpackage writes into the folder it runs in and into the one above.
rm -rf "$out"
mkdir -p "$out/build"
cp -R debian "$out/build/debian"
(
    cd "$out/build"
    # Without the check of build dependencies: Rust may come from rustup.
    SOURCE=$source dpkg-buildpackage --build=binary --no-check-builddeps --unsigned-changes --unsigned-buildinfo
)
rm -rf "$out/build"
ls "$out"/*.deb
