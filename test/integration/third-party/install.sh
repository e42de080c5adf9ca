#!/usr/bin/env bash
# Installs llama.cpp's server (package xllamacpp, prebuilt) and makes it a tiny random model. Idempotent. Argument: the folder.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dir=$1
if [ ! -f "$dir/complete" ]; then
  rm -rf "$dir"
  mkdir -p "$dir"
  python3 -m venv "$dir/venv"
  "$dir/venv/bin/pip" install --quiet --only-binary :all: xllamacpp==2026.10.11549 gguf==0.19.0 numpy
  "$dir/venv/bin/python" "$here/make-model.py" "$dir/tiny.gguf"
  touch "$dir/complete"
fi
