#!/usr/bin/env bash
# Builds the engines that the bench compares with, in a folder outside the repository:
#
#   bench/peers/setup.sh DIR [keras] [tfjs-node] [tfjs-wasm] [torch]      (no names: all four)
#
# Needs python3 with venv, npm, and for tfjs-node a C++ compiler. Afterwards:
#
#   npm run bench -- --peers DIR
#
# Every version is pinned: a ratio means something only beside the version it is a ratio to.
set -euo pipefail

tensorflow=2.21.0
tfjs=4.22.0
torch=${TORCH_VERSION:-2.15.0}

if [ $# -lt 1 ]; then
  sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
mkdir -p "$1"
dir=$(cd "$1" && pwd)
shift
[ $# -gt 0 ] || set -- keras tfjs-node tfjs-wasm torch

venv() { # NAME REQUIREMENT…
  local name=$1
  shift
  [ -x "$dir/$name/bin/python" ] || python3 -m venv "$dir/$name"
  "$dir/$name/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
}

npm_folder() { # NAME PACKAGE…
  local name=$1
  shift
  mkdir -p "$dir/$name"
  [ -f "$dir/$name/package.json" ] || echo '{ "private": true }' >"$dir/$name/package.json"
  # Install scripts stay off: the one of tfjs-node downloads a library that is built here instead.
  (cd "$dir/$name" && npm install --silent --no-fund --no-audit --ignore-scripts "$@")
}

setup_keras() {
  # The CPU-only wheel exists for Linux and Windows; macOS has one wheel for everything.
  case $(uname -s) in
    Darwin) venv keras "tensorflow==$tensorflow" ;;
    *) venv keras "tensorflow-cpu==$tensorflow" ;;
  esac
  TF_CPP_MIN_LOG_LEVEL=3 "$dir/keras/bin/python" 2>/dev/null -c '
import keras, tensorflow as tf; print("keras", keras.__version__, "on TensorFlow", tf.__version__)'
}

setup_torch() {
  # From PyPI the Linux wheel brings the CUDA libraries along (several GB). Where
  # download.pytorch.org can be reached, TORCH_INDEX=https://download.pytorch.org/whl/cpu
  # gives the CPU-only wheel, which computes the same on the CPU.
  venv torch ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} "torch==$torch" numpy
  "$dir/torch/bin/python" -c 'import torch; print("torch", torch.__version__)'
}

setup_tfjs_wasm() {
  npm_folder tfjs-wasm "@tensorflow/tfjs-core@$tfjs" "@tensorflow/tfjs-layers@$tfjs" \
    "@tensorflow/tfjs-backend-cpu@$tfjs" "@tensorflow/tfjs-backend-wasm@$tfjs"
  echo "tfjs-wasm $tfjs"
}

# tfjs-node's binding is compiled from the sources in its npm package against the TensorFlow of the
# `keras` peer. Its own install script would download TensorFlow 2.9 (2022); with the same 2.21 under
# both, Keras and tfjs-node differ only in what lies above the library.
setup_tfjs_node() {
  [ -x "$dir/keras/bin/python" ] || setup_keras
  npm_folder tfjs-node "@tensorflow/tfjs-node@$tfjs" node-api-headers
  local lib
  lib=$("$dir/keras/bin/python" -c 'import importlib.util as u; print(u.find_spec("tensorflow").submodule_search_locations[0])')
  cd "$dir/tfjs-node"
  mkdir -p lib
  local suffix=so installed=so.2 flags=() name
  if [ "$(uname -s)" = Darwin ]; then
    suffix=dylib installed=2.dylib flags=(-undefined dynamic_lookup)
  fi
  for name in libtensorflow_cc libtensorflow_framework; do
    ln -sf "$lib/$name.$installed" "lib/$name.$suffix"
  done
  local package=node_modules/@tensorflow/tfjs-node
  mkdir -p "$package/lib/napi-v8"
  "${CXX:-c++}" -std=c++17 -O2 -fPIC -shared -DNAPI_VERSION=8 ${flags[@]+"${flags[@]}"} \
    -I"$lib/include" -Inode_modules/node-api-headers/include -I"$package" \
    "$package/binding/tfjs_backend.cc" "$package/binding/tfjs_binding.cc" \
    -Llib -ltensorflow_cc -ltensorflow_framework -Wl,-rpath,"$lib" \
    -o "$package/lib/napi-v8/tfjs_binding.node"
  # Node 23 removed util.isNullOrUndefined, which tfjs-node 4.22 calls.
  TF_CPP_MIN_LOG_LEVEL=3 node -e 'require("util").isNullOrUndefined ??= (v) => v == null;
    const tf = require("@tensorflow/tfjs-node");
    tf.ready().then(() => console.log("tfjs-node on TensorFlow", tf.backend().binding.TF_Version));'
  cd - >/dev/null
}

for peer in "$@"; do
  case $peer in
    keras) setup_keras ;;
    torch) setup_torch ;;
    tfjs-node) setup_tfjs_node ;;
    tfjs-wasm) setup_tfjs_wasm ;;
    *)
      echo "setup.sh: a peer is one of keras, torch, tfjs-node, tfjs-wasm; received $peer." >&2
      exit 2
      ;;
  esac
done
