#!/usr/bin/env bash
# The bundle in a root that holds glibc, the compiler's run-time libraries, bash, coreutils, sed, grep and Python with the torch
# package, and nothing else: gpu_check.sh goes through on the CPU there.
#
#   tests/bundle/run.sh ARCHIVE [TORCH]     TORCH: a site-packages folder with torch; that of .venv by default
#
# Needs root or user namespaces. Exit code 77: it cannot run here.
set -euo pipefail
[[ $# -ge 1 ]] || { sed -n '2,/^set -/{/^set -/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}" >&2 && exit 2; }
archive=$(realpath "$1")
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
site=$(realpath "${2:-$(echo .venv/lib/python3*/site-packages)}")
fail() {
  echo "bundle test: $*" >&2
  exit 1
}
[[ -d $site/torch/lib ]] || fail "$site has no torch"
if ! unshare --map-root-user --mount true 2> /dev/null; then
  echo "bundle test: no namespaces here" >&2
  exit 77
fi

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/{bin,lib64,usr/bin,usr/lib,tmp,proc,dev,site,unpacked,etc}
python=$(realpath /usr/bin/python3)
# copy FILE: with the libraries that it needs
copy() {
  local file library
  for file in "$@"; do
    install -D "$(realpath "$file")" "$root$file"
    while read -r library; do
      [[ -e $root$library ]] || install -D "$(realpath "$library")" "$root$library"
    done < <(ldd "$file" 2> /dev/null | grep -o '/[^ ]*' || true)
  done
}
copy /usr/bin/{bash,env,cat,basename,dirname,readlink,realpath,mktemp,rm,timeout,sed,grep,head,mkdir,nproc}
copy "$python"
ln -s bash "$root/usr/bin/sh"
ln -s ../usr/bin/bash "$root/bin/bash"
ln -s ../usr/bin/bash "$root/bin/sh"
ln -sf "$(basename "$python")" "$root/usr/bin/python3"
# What LibTorch asks of the system.
copy_library() { install -D "$(realpath "$1")" "$root$1"; }
for library in libstdc++.so.6 libgcc_s.so.1 libm.so.6 libpthread.so.0 libdl.so.2 librt.so.1 libutil.so.1; do
  copy_library "$(ldconfig -p | awk -v name=$library '$1 == name && /x86-64/ {print $NF; exit}')"
done
standard=$("$python" -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')
mkdir -p "$root$standard"
tar -C "$standard" --exclude=__pycache__ --exclude=test --exclude='config-*' --exclude=site-packages --exclude=dist-packages \
  -cf - . | tar -C "$root$standard" -xf -
tar -C "$root/unpacked" -xf "$archive"

# In the new root: libraries of others would be found by their absolute paths, were there any.
inside='set -e
mount --rbind /proc "$1/proc"
for device in null urandom; do touch "$1/dev/$device"; mount --bind "/dev/$device" "$1/dev/$device"; done
mount --bind "$2" "$1/site"; mount -o remount,bind,ro "$1/site"
cd "$1/unpacked"/*
exec chroot "$1" /usr/bin/env -i PATH=/usr/bin:/bin PYTHONPATH=/site HOME=/tmp OMP_NUM_THREADS="$3" PYTHONDONTWRITEBYTECODE=1 \
  bash -c "cd /unpacked/*/ && ./gpu_check.sh --device cpu --small --out /unpacked/gpu_check.json"'
status=0
unshare --map-root-user --mount bash -c "$inside" inside "$root" "$site" "${OMP_NUM_THREADS:-2}" || status=$?
[[ $status -eq 0 ]] || fail "gpu_check.sh ended with $status"
python3 - "$root/unpacked/gpu_check.json" << 'END'
import json
import sys

parts = json.load(open(sys.argv[1]))["parts"]
assert len(parts) == 10, [part["name"] for part in parts]
assert all(part["status"] == "ok" for part in parts), parts
passed = sum(part["values"].get("passed", 0) for part in parts)
assert passed > 50, passed
print(f"bundle test: {len(parts)} parts, {passed} tests passed")
END
