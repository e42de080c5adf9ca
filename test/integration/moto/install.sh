#!/usr/bin/env bash
# Installs moto, a server that speaks the EC2 API, into a virtual environment outside the checkout. Idempotent.
# Of moto's extras only EC2's and what the server itself imports: half of the size and time of `moto[ec2,server]`.
set -euo pipefail
cd "$(dirname "$0")"
dir=${XDG_CACHE_HOME:-$HOME/.cache}/godwit-ci/moto-$(sed -n 's/^moto==//p' requirements.txt)
# Complete is what was made from these requirements to the end.
if ! cmp -s requirements.txt "$dir/complete"; then
  rm -rf "$dir"
  mkdir -p "$dir"
  python3 -m venv "$dir/venv"
  "$dir/venv/bin/pip" install --quiet --only-binary :all: --no-deps --requirement requirements.txt
  cp requirements.txt "$dir/complete"
fi
