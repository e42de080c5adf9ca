#!/usr/bin/env bash
# Installs what judges the files of `godwit cron install` into a virtual environment outside the checkout: the schemas of Kubernetes
# and of GitHub's workflows, and a parser of crontabs. Idempotent.
set -euo pipefail
cd "$(dirname "$0")"
dir=${XDG_CACHE_HOME:-$HOME/.cache}/godwit-ci/cron-$(sed -n 's/^kubernetes-validate==//p' requirements.txt)
# Complete is what was made from these requirements to the end.
if ! cmp -s requirements.txt "$dir/complete"; then
  rm -rf "$dir"
  mkdir -p "$dir"
  python3 -m venv "$dir/venv"
  "$dir/venv/bin/pip" install --quiet --only-binary :all: --no-deps --requirement requirements.txt
  cp requirements.txt "$dir/complete"
fi
