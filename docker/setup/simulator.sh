#!/usr/bin/env bash
# Fills the shop with simulated traffic of the last days, once: what was published is not published again.
#   KAFKA            bootstrap servers, host:port
#   CUSTOMERS, DAYS  how much; 1000 and 30 by default
#   DATA             folder that keeps the traffic, and its truth
set -euo pipefail
: "${KAFKA:?bootstrap servers are missing}" "${CUSTOMERS:=1000}" "${DAYS:=30}" "${DATA:=/opt/tributary/data}"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
events=$DATA/shop.jsonl.gz

if [ -e "$DATA/published" ]; then
  echo "published already"
  exit 0
fi
if [ ! -e "$events" ]; then
  # It ends an hour ago, so that the last visits are over, too, and the ticker goes on from there.
  start=$(date -u -d "$DAYS days ago 1 hour ago" +%Y-%m-%dT%H:%M:%SZ)
  "$here/cdp" simulate --customers "$CUSTOMERS" --days "$DAYS" --seed 1 --start "$start" --out "$events"
fi
"$here/cdp" publish --kafka "$KAFKA" --events "$events"
touch "$DATA/published"
