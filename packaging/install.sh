#!/bin/sh
# Builds what `make install` lays out, lays it out, takes it away again.
#
#   packaging/install.sh build        as whoever owns the sources; needs Rust
#   packaging/install.sh install      builds only where the sources are newer; as root it needs no Rust then
#   packaging/install.sh uninstall    removes what the last install with the same variables laid
#
# Variables: PREFIX (/usr/local), DESTDIR, BINDIR, LIBDIR, INCLUDEDIR, DATADIR (PREFIX/bin, lib, include,
# share); PLUGINDIR, where Wireshark looks for plugins that dissect; with PLUGINDIR=none, and on a machine
# without Wireshark's headers, there is no plugin.
set -eu
cd "$(dirname "$0")/.."

cargo=${CARGO:-cargo}
target=${CARGO_TARGET_DIR:-target}
release=$target/release
# Manual pages and completions, made by the program itself.
docs=$release/docs
# When all of it was built; with the word "plugin" in it if that was.
built=$release/docs/built

dest=${DESTDIR:-}
prefix=${PREFIX:-/usr/local}
bindir=${BINDIR:-$prefix/bin}
libdir=${LIBDIR:-$prefix/lib}
includedir=${INCLUDEDIR:-$prefix/include}
datadir=${DATADIR:-$prefix/share}
# What was laid, a path a line and without DESTDIR: a later version may lay something else.
manifest=$datadir/synfin/manifest

fail() {
    echo "packaging/install.sh: $1" >&2
    exit 1
}

has_plugin() {
    [ "${PLUGINDIR:-}" != none ] && pkg-config --exists wireshark 2>/dev/null
}

plugindir() {
    if [ -n "${PLUGINDIR:-}" ]; then
        echo "$PLUGINDIR"
    else
        plugin/install.sh folder
    fi
}

# Where everybody's Wireshark looks for profiles; empty in somebody's own installation, for a personal profile
# is changed by its user.
profiledir() {
    if [ -n "${PLUGINDIR:-}" ]; then
        echo "$datadir/wireshark/profiles/synfin"
    elif [ -n "$dest" ] || [ "$(id -u)" -eq 0 ]; then
        plugin/install.sh profile-folder
    fi
}

build() {
    mkdir -p "$release"
    begun=$(mktemp "$release/begun.XXXXXX")
    # In one go: features are united over what is built together, so two goes would build the library twice.
    set -- -p synfin-cli -p synfin-ffi
    with=
    if has_plugin; then
        set -- "$@" -p synfin-wireshark
        with=plugin
    fi
    "$cargo" build --release --locked "$@" || fail "nothing is installed${with:+; PLUGINDIR=none leaves the Wireshark plugin out}"
    rm -rf "$docs"
    "$release/synfin" man "$docs/man"
    for shell in bash zsh fish; do
        "$release/synfin" completions "$shell" >"$docs/$shell"
    done
    echo "$with" >"$built"
    # What changes while it is built is newer than what was built.
    touch -r "$begun" "$built"
    rm "$begun"
}

# Without asking cargo: root may have none, and would build what then belongs to root.
is_built() {
    [ -f "$built" ] || return 1
    if has_plugin && ! grep -q plugin "$built"; then
        return 1
    fi
    newer=$(find Cargo.toml Cargo.lock core ffi cli plugin -type f -newer "$built")
    [ -z "$newer" ]
}

# lay MODE SOURCE PATH
lay() {
    install -D -m "$1" "$2" "$dest$3"
    echo "$3" >>"$laid"
}

# lay_link TEXT PATH
lay_link() {
    ln -sf "$1" "$dest$2"
    echo "$2" >>"$laid"
}

# The folder $1 in terms of ${prefix}, so that who moves the installation changes one line.
under_prefix() {
    case $1 in
        "$prefix"/*) echo "\${prefix}/${1#"$prefix"/}" ;;
        *) echo "$1" ;;
    esac
}

# What stands for $1 in the right half of a sed command.
quoted() {
    printf '%s\n' "$1" | sed 's/[&|\\]/\\&/g'
}

# Where the loader keeps a list of its libraries, a new one is found when the list is made anew.
refresh_loader() {
    if [ -z "$dest" ] && [ "$(id -u)" -eq 0 ] && ldconfig -N -v 2>/dev/null | grep -q "^$libdir:"; then
        ldconfig
    fi
}

install_all() {
    case $prefix$bindir$libdir$includedir$datadir in *[[:space:]]*) fail "a folder's name has a space in it" ;; esac
    for folder in "$prefix" "$bindir" "$libdir" "$includedir" "$datadir"; do
        case $folder in /*) ;; *) fail "$folder does not begin with /" ;; esac
    done
    is_built || build

    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    laid=$scratch/manifest
    version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
    abi=$(sed -n 's/^#define SYNFIN_ABI_VERSION //p' ffi/include/synfin.h)

    lay 755 "$release/synfin" "$bindir/synfin"
    # Programs ask for the SONAME, libsynfin.so.N; the linker is told of libsynfin.so.
    lay 644 "$release/libsynfin_ffi.so" "$libdir/libsynfin.so.$abi.$version"
    lay_link "libsynfin.so.$abi.$version" "$libdir/libsynfin.so.$abi"
    lay_link "libsynfin.so.$abi" "$libdir/libsynfin.so"
    lay 644 "$release/libsynfin_ffi.a" "$libdir/libsynfin.a"
    lay 644 ffi/include/synfin.h "$includedir/synfin.h"
    sed -e "s|@PREFIX@|$(quoted "$prefix")|" \
        -e "s|@LIBDIR@|$(quoted "$(under_prefix "$libdir")")|" \
        -e "s|@INCLUDEDIR@|$(quoted "$(under_prefix "$includedir")")|" \
        -e "s|@VERSION@|$version|" ffi/synfin.pc.in >"$scratch/synfin.pc"
    lay 644 "$scratch/synfin.pc" "$libdir/pkgconfig/synfin.pc"
    for page in "$docs"/man/*.1; do
        lay 644 "$page" "$datadir/man/man1/$(basename "$page")"
    done
    lay 644 "$docs/bash" "$datadir/bash-completion/completions/synfin"
    lay 644 "$docs/zsh" "$datadir/zsh/site-functions/_synfin"
    lay 644 "$docs/fish" "$datadir/fish/vendor_completions.d/synfin.fish"
    if has_plugin; then
        plugindir=$(plugindir)
        # Wireshark's list of plugins shows the file's name.
        lay 644 "$release/libsynfin_wireshark.so" "$plugindir/synfin.so"
        profiledir=$(profiledir)
        for file in plugin/profile/synfin/*; do
            [ -z "$profiledir" ] || lay 644 "$file" "$profiledir/$(basename "$file")"
        done
    fi
    echo "$manifest" >>"$laid"

    # What an earlier version laid and this one does not.
    if [ -f "$dest$manifest" ]; then
        grep -vxFf "$laid" "$dest$manifest" >"$scratch/stale" || true
        remove "$scratch/stale"
    fi
    install -D -m 644 "$laid" "$dest$manifest"
    refresh_loader

    echo "Installed synfin $version under $dest$prefix"
    if has_plugin; then
        echo "  the Wireshark plugin: $dest$plugindir/synfin.so"
        [ -z "$profiledir" ] || echo "  its profile: $dest$profiledir (wireshark -C synfin)"
    elif [ "${PLUGINDIR:-}" = none ]; then
        echo "  without the Wireshark plugin (PLUGINDIR=none)"
    else
        echo "  without the Wireshark plugin: pkg-config finds no Wireshark headers (libwireshark-dev)"
    fi
}

# Removes the files that the list $1 names.
remove() {
    while read -r path; do
        rm -f "$dest$path"
        # Wireshark would offer an empty profile.
        case $path in
            */wireshark/profiles/synfin/*) rmdir "$dest$(dirname "$path")" 2>/dev/null || true ;;
        esac
    done <"$1"
}

uninstall_all() {
    [ -f "$dest$manifest" ] || fail "there is no $dest$manifest: nothing was installed with these variables"
    remove "$dest$manifest"
    rmdir "$dest$datadir/synfin" 2>/dev/null || true
    refresh_loader
    echo "Removed synfin from $dest$prefix"
}

case ${1:-} in
    build) build ;;
    install) install_all ;;
    uninstall) uninstall_all ;;
    *)
        echo "usage: $0 build | install | uninstall" >&2
        exit 2
        ;;
esac
