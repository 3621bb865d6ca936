#!/bin/sh
# Runs a program for arm64 on x64: arm64.sh PROGRAM [ARGUMENT...]
#
# The kernel hands this program, and every program for arm64 that it starts, to qemu-user. That is so in a user namespace of
# its own (Linux 6.7); nothing changes outside. Programs for x64, such as /bin/sh, run as they are.
set -eu

readonly emulator=/usr/bin/qemu-aarch64
readonly libraries=/usr/aarch64-linux-gnu
readonly formats=/proc/sys/fs/binfmt_misc

if [ "$1" != --inside ]; then
  exec unshare --user --map-root-user --mount sh "$0" --inside "$@"
fi
shift
mount -t binfmt_misc binfmt_misc "$formats"
# The beginning of an ELF file for arm64, and which of its bits count. P, O, F: argv[0] is kept; the file is passed as a
# descriptor; the emulator is opened now.
printf ':arm64:M::%s:%s:%s:POF' \
  '\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00' \
  '\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff' \
  "$emulator" >"$formats/register"
# Where this emulator searches for libraries if no variable names a place: some commands have no variables.
mount -t tmpfs tmpfs /mnt
mkdir /mnt/qemu-binfmt
ln -s "$libraries" /mnt/qemu-binfmt/aarch64
mount -t overlay overlay -o lowerdir=/mnt:/etc /etc
umount /mnt
exec "$@"
