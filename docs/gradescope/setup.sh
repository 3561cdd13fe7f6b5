#!/bin/sh
# Gradescope runs this once, as root, when it builds the autograder. It installs what the kit needs
# and builds the kit, so that each submission is graded without either.
set -eu
source=$(cd "$(dirname "$0")" && pwd)
export DEBIAN_FRONTEND=noninteractive

# Ubuntu 22.04, the newest that Gradescope has, is too old for the kit in a few packages. They come
# from Debian 12, with the C library that they need; all others, LibTorch too, stay Ubuntu's.
add_debian() {
    cat >/etc/apt/preferences.d/dropout-lab <<'END'
Package: *
Pin: release n=noble
Pin-Priority: 100

Package: *
Pin: release o=Debian
Pin-Priority: 100
END
    [ -s "$source/debian_archive" ] || {
        echo "make the bundle with --debian-archive ADDRESS: Debian 12 is needed on Ubuntu 22.04" >&2
        exit 1
    }
    # Debian's keys, from a newer Ubuntu: those of 22.04 do not know Debian 12.
    list=/etc/apt/sources.list.d/dropout-lab.list
    ubuntu=$(apt-get indextargets --format '$(SITE)' "Created-By: Packages" | head -n 1)
    echo "deb $ubuntu noble universe" >"$list"
    apt-get update -q
    apt-get install -y -q --no-install-recommends debian-archive-keyring/noble
    keys=/usr/share/keyrings/debian-archive-keyring.gpg
    for suite in bookworm bookworm-backports; do
        echo "deb [signed-by=$keys] $(cat "$source/debian_archive") $suite main"
    done >"$list"
    apt-get update -q
    apt-get install -y -q --no-install-recommends g++-12 cmake/bookworm cmake-data/bookworm \
        libtomlplusplus-dev/bookworm mold/bookworm catch2/bookworm-backports \
        libc6/bookworm libc-bin/bookworm libc6-dev/bookworm libc-dev-bin/bookworm \
        libarchive-dev/bookworm libtorch-dev libdnnl-dev ocl-icd-opencl-dev
    # Ubuntu's package of LibTorch needs the last two without saying so, and looks for its own files
    # in the wrong place.
    ln -sfn x86_64-linux-gnu /usr/lib/lib
    ln -sfn ../include /usr/lib/include
}

if grep -q '^VERSION_CODENAME=jammy' /etc/os-release; then
    add_debian
    export CXX=g++-12  # the default, 11, does not know mold
fi

# Students' code runs as another user, which must not read the kit.
chmod 700 "$source"
"$source/kit/lab" --yes grade --help >/dev/null
