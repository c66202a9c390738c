#!/usr/bin/env bash
# Submits the customer job unless it runs already, from its newest retained checkpoint if there is one.
#   STATE  folder with checkpoints/JOB/chk-N, as execution.checkpointing.dir says
set -euo pipefail
: "${STATE:=/opt/tributary/state}" "${TRIBUTARY:=/opt/tributary}"
PATH=$PATH:/opt/flink/bin

jobs=$(flink list)
if grep -q tributary-customer <<<"$jobs"; then
  echo "tributary-customer runs already"
  exit 0
fi

options=()
mkdir -p "$STATE/checkpoints"
newest=$(find "$STATE/checkpoints" -path '*/chk-*/_metadata' -printf '%T@ %h\n' | sort -n | tail -n 1 | cut -d' ' -f2-)
if [ -n "$newest" ]; then
  echo "Continuing from $newest"
  options=(--fromSavepoint "file://$newest" --claimMode CLAIM)
fi
flink run --detached "${options[@]}" --class io.tributary.jobs.CustomerJob "$TRIBUTARY/tributary-jobs.jar" \
  --config "$TRIBUTARY/cdp.yaml"
