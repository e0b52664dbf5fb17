# Debian of another release in a folder of its own, for scripts that test with what it has: source this, as
# root on Debian. The folder is kept from run to run, and one script uses it at a time.

# chroot_open SUITE [--fresh]: makes it if it is not there, or anew; its folder is $root from then on.
chroot_open() {
    if [ "$(id -u)" -ne 0 ]; then
        echo "$0 makes chroots: run it as root" >&2
        exit 1
    fi
    root=/var/tmp/synfin-$1
    exec 9>"$root.lock"
    flock 9
    # What is mounted there would be removed with it.
    if [ "${2:-}" = --fresh ] && ! grep -q " $root/" /proc/mounts; then
        rm -rf "$root"
    fi
    if [ -d "$root" ]; then
        return
    fi
    command -v debootstrap >/dev/null || apt-get install -y -qq debootstrap >/dev/null
    local mirror
    mirror=$(apt-get indextargets --format '$(REPO_URI)' | head -1)
    echo "Installing Debian $1 in $root" >&2
    rm -rf "$root.new"
    debootstrap --variant=minbase "$1" "$root.new" "$mirror" >/dev/null
    # The machine's own apt settings: it may reach Debian only through a proxy.
    cp /etc/apt/apt.conf.d/* "$root.new/etc/apt/apt.conf.d/" 2>/dev/null || true
    cp /etc/resolv.conf "$root.new/etc/resolv.conf"
    mv "$root.new" "$root"
}

# chroot_run COMMAND...: runs it there, in /src, which is this repository; crates come from this machine's
# cargo home. $chroot_binds are more folders to show there: what and where, in turns. All are read-only, and
# mounted for this command alone, so nothing stays mounted however it ends.
chroot_binds=()
chroot_run() {
    unshare --mount --propagation private bash -euo pipefail -c '
        root=$1
        shift
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        while [ "$1" != -- ]; do
            mkdir -p "$root$2"
            mount --bind "$1" "$root$2"
            mount -o remount,bind,ro "$root$2"
            shift 2
        done
        exec chroot "$root" sh -c "cd /src && exec \"\$@\"" sh env CARGO_HOME=/cargo CARGO_NET_OFFLINE=true "${@:2}"
    ' bash "$root" "$PWD" /src "${CARGO_HOME:-$HOME/.cargo}" /cargo "${chroot_binds[@]}" -- "$@" 9>&-
}
