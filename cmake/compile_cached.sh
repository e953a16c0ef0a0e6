#!/bin/bash
# The compiler that CMake calls: COMMAND... through ccache, so that another tree of
# the same sources is compiled once. For that nothing may tell the trees apart:
#  - ccache makes paths relative, but not behind -Xclang;
#  - the bytes of a precompiled header hold paths. In their place stands a checksum
#    of the files that it was made of (pch_external_checksum in ccache's manual).
set -euo pipefail
export CCACHE_BASEDIR CCACHE_NOHASHDIR=1 CCACHE_PCH_EXTSUM=1
export CCACHE_SLOPPINESS=pch_defines,time_macros
CCACHE_BASEDIR=$(cd "${0%/*}/.." && pwd)

command=() output='' list='' before=''
for argument in "$@"; do
  case $before in
    -o) output=$argument ;;
    -MF) list=$argument ;;
    -Xclang) # Commands run in the folder of the build.
      argument=${argument/#"$PWD/"/} ;;
  esac
  command+=("$argument")
  before=$argument
done
[[ $output == *.pch ]] || exec ccache "${command[@]}"
# Itself it names its tree: one that another tree made is of no use here.
env -u CCACHE_BASEDIR -u CCACHE_NOHASHDIR ccache "$@"
# Without CMake's own header, which names the others by their whole paths.
tr -s ' \\\n' '\n\n\n' <"$list" | sed 1d | grep -v cmake_pch.hxx | xargs cat |
  sha256sum >"$output.sum"
