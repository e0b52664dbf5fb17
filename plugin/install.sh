#!/bin/sh
# Builds the Wireshark plugin and puts it where Wireshark looks.
#
#   plugin/install.sh build      build it for this machine's Wireshark
#   plugin/install.sh install    copy what was built; as root for everybody, else for the user
#   plugin/install.sh folder     say where that is; with DESTDIR, for everybody
#   plugin/install.sh install-profile  copy the profile: colours, columns, filter buttons
#   plugin/install.sh profile-folder   say where that is
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

# Global profiles lie below Wireshark's data folder, which pkg-config does not name.
profile_folder() {
    if [ "$(id -u)" -eq 0 ] || [ -n "${DESTDIR:-}" ]; then
        echo "$(pkg-config --variable=prefix wireshark)/share/wireshark/profiles/synfin"
    else
        echo "${XDG_CONFIG_HOME:-$HOME/.config}/wireshark/profiles/synfin"
    fi
}

install_profile() {
    to=${DESTDIR:-}$(profile_folder)
    for file in plugin/profile/synfin/*; do
        install -D -m 644 "$file" "$to/$(basename "$file")"
    done
    echo "Installed $to"
    echo "To use it: wireshark -C synfin, or Edit > Configuration Profiles in Wireshark"
}

case ${1:-} in
    build) build ;;
    install) install_plugin ;;
    folder) folder ;;
    install-profile) install_profile ;;
    profile-folder) profile_folder ;;
    *)
        echo "usage: $0 build | install | folder | install-profile | profile-folder" >&2
        exit 2
        ;;
esac
