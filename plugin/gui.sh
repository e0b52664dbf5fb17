# The Wireshark window under Xvfb, with the plugin and its profile and nothing of the user's: to be sourced by bash.
#
# gui_needs PACKAGE...     installs Debian packages
# gui_begin                a screen and a home folder, which end with the script
# gui_start ARGUMENTS      Wireshark; gui_stop ends it
# gui_find NAME            waits for a window whose title has the regular expression in it; prints its number
# gui_settled WINDOW       waits until the window's picture does not change any more
# gui_key WINDOW KEY...    presses keys in a window
#
# SPDX-License-Identifier: GPL-2.0-or-later

gui_needs() {
    local package missing=()
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed$' || missing+=("$package")
    done
    if [ ${#missing[@]} -gt 0 ]; then
        local as_root=()
        [ "$(id -u)" -eq 0 ] || as_root=(sudo)
        echo "Installing: ${missing[*]}"
        "${as_root[@]}" apt-get update -qq
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    fi
}

# Wireshark takes no personal plugins from root, so root runs it as nobody.
gui_user=()
[ "$(id -u)" -ne 0 ] || gui_user=(setpriv --reuid=65534 --regid=65534 --clear-groups)

gui_begin() {
    local version target=${CARGO_TARGET_DIR:-target}
    gui_folder=$(mktemp -d /tmp/synfin-gui.XXXXXX)
    gui_wireshark=
    trap gui_end EXIT
    gui_home=$gui_folder/home
    gui_log=$gui_folder/log
    version=$(pkg-config --modversion wireshark | cut -d. -f1,2)
    gui_profile=$gui_home/.config/wireshark/profiles/synfin
    install -D -m 644 "$target/release/synfin.so" "$gui_folder/plugins/$version/epan/synfin.so"
    install -D -m 644 -t "$gui_profile" plugin/profile/synfin/*
    # The questions and news of a first start would cover what is looked at.
    printf '%s\n' 'gui.update.enabled: FALSE' 'gui.ask_unsaved: FALSE' >>"$gui_profile/preferences"
    chmod -R a+rX "$gui_folder"
    mkdir -m 700 "$gui_home/run"
    [ "$(id -u)" -ne 0 ] || chown -R 65534:65534 "$gui_home"

    exec {gui_pipe}<> <(:)
    Xvfb -displayfd "$gui_pipe" -screen 0 "${GUI_SCREEN:-1440x1000}x24" -nolisten tcp -noreset >"$gui_folder/xvfb" 2>&1 &
    gui_xvfb=$!
    local number
    read -r -t 20 -u "$gui_pipe" number
    export DISPLAY=:$number
}

gui_end() {
    gui_stop
    [ -z "${gui_xvfb:-}" ] || kill "$gui_xvfb" 2>/dev/null || true
    rm -rf "$gui_folder"
}

gui_start() {
    "${gui_user[@]}" env HOME="$gui_home" XDG_RUNTIME_DIR="$gui_home/run" XDG_CONFIG_HOME= TZ=UTC LANG=C.UTF-8 \
        WIRESHARK_PLUGIN_DIR="$gui_folder/plugins" wireshark "$@" >>"$gui_log" 2>&1 &
    gui_wireshark=$!
}

gui_runs() {
    [ -n "$gui_wireshark" ] && kill -0 "$gui_wireshark" 2>/dev/null
}

gui_stop() {
    if gui_runs; then
        kill "$gui_wireshark"
        wait "$gui_wireshark" 2>/dev/null || true
    fi
    gui_wireshark=
}

gui_find() {
    local tries window
    for ((tries = 0; tries < 300; tries++)); do
        window=$(xdotool search --onlyvisible --name "$1" 2>/dev/null | tail -1) || true
        if [ -n "$window" ]; then
            echo "$window"
            return
        fi
        gui_runs || break
        sleep 0.1
    done
    echo "no window \"$1\"" >&2
    cat "$gui_log" >&2
    return 1
}

gui_settled() {
    local tries before='' now=''
    for ((tries = 0; tries < 50; tries++)); do
        now=$(import -window "$1" rgb:- | md5sum)
        [ "$now" != "$before" ] || return 0
        before=$now
        sleep 0.3
    done
}

gui_key() {
    local window=$1
    shift
    xdotool windowfocus --sync "$window"
    xdotool key --clearmodifiers --delay 60 "$@"
}
