#!/bin/sh
# Builds the Wireshark plugin and puts it where Wireshark looks.
#
#   plugin/install.sh build      build it for this machine's Wireshark
#   plugin/install.sh install    copy what was built; as root for everybody, else for the user
#   plugin/install.sh folder     say where that is; with DESTDIR, for everybody
#
# SPDX-License-Identifier: GPL-2.0-or-later
set -eu
cd "$(dirname "$0")/.."

cargo=${CARGO:-cargo}
built=${CARGO_TARGET_DIR:-target}/release/synfin.so

build() {
    "$cargo" build --release --locked -p synfin-wireshark
    # Wireshark's list of plugins shows the file's name.
    cp "$(dirname "$built")/libsynfin_wireshark.so" "$built"
    echo "Built $built for Wireshark $(pkg-config --modversion wireshark)"
}

# Wireshark ignores personal plugins when root runs it.
folder() {
    global=$(pkg-config --variable=plugindir wireshark)
    if [ "$(id -u)" -eq 0 ] || [ -n "${DESTDIR:-}" ]; then
        echo "$global/epan"
    else
        echo "$HOME/.local/lib/wireshark/plugins/$(basename "$global")/epan"
    fi
}

install_plugin() {
    if [ ! -f "$built" ]; then
        echo "There is no $built: plugin/install.sh build" >&2
        exit 1
    fi
    to=$(folder)
    # A running Wireshark has the old file mapped: a new file takes its place.
    install -D -m 644 "$built" "$to/synfin.so"
    echo "Installed $to/synfin.so"
}

case ${1:-} in
    build) build ;;
    install) install_plugin ;;
    folder) folder ;;
    *)
        echo "usage: $0 build | install | folder" >&2
        exit 2
        ;;
esac
