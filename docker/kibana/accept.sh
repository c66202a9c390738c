#!/usr/bin/env bash
# Finds out whether a Kibana and its Elasticsearch take the dashboards: imports them, exports them again, looks at each
# data view and its index. A line for each check, which begins with PASS or FAIL; the exit code is 0 if all pass.
#   accept.sh [FILE]             by default tributary.ndjson beside this script
#   KIBANA, ELASTICSEARCH        URLs
#   KIBANA_API_KEY               or KIBANA_USER and KIBANA_PASSWORD, where Kibana asks for them
#   ELASTICSEARCH_API_KEY        or ELASTICSEARCH_USER and ELASTICSEARCH_PASSWORD, the same for Elasticsearch
# Needs bash, curl and the tools of POSIX. Whether the charts show what they should, only eyes can tell: docs/kibana.md
# says what to look at.
set -euo pipefail
: "${KIBANA:?URL is missing}"
: "${ELASTICSEARCH:?URL is missing}"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=docker/kibana/http.sh
. "$here/http.sh"
file=${1:-$here/tributary.ndjson}
kibana=${KIBANA%/}
checks=0
failures=0

check() { # what is, what has to be, what it is about
  checks=$((checks + 1))
  if [ "$1" = "$2" ]; then
    echo "PASS $3"
  else
    failures=$((failures + 1))
    echo "FAIL $3"
  fi
}

finish() {
  echo "$((checks - failures)) of $checks checks passed"
  [ "$failures" = 0 ]
  exit
}

answer() {
  head -c 500 "$work/answer" | tr '\n' ' '
}

status=$(request KIBANA "$kibana/api/status")
version=$(grep -o '"number":"[^"]*"' "$work/answer" | head -n 1 | cut -d '"' -f 4 || true)
check "$status" 200 "Kibana ${version:-of unknown version} answers: $status"
[ "$failures" = 0 ] || finish

imported=0
"$here/import.sh" "$file" >"$work/import" 2>&1 || imported=$?
check "$imported" 0 "import: $(cat "$work/import")"

dashboards=$(grep '^{"type":"dashboard"' "$file" | top id | sed 's/.*/{"type":"dashboard","id":"&"}/' | paste -sd , -)
status=$(request KIBANA --header 'kbn-xsrf: true' --header 'Content-Type: application/json' \
  --data "{\"objects\":[$dashboards],\"includeReferencesDeep\":true}" "$kibana/api/saved_objects/_export")
cp "$work/answer" "$work/export"
check "$status" 200 "export of all dashboards with what they refer to: $status"
missing=$(top missingRefCount <"$work/export")
check "$missing" 0 "references that lead nowhere: ${missing:-unknown}"
for type in dashboard lens search index-pattern; do
  if [ "$type" = index-pattern ]; then
    # Those that dashboards lead to; others stand alone.
    expected=$(grep -o '{"type":"index-pattern","id":"[^"]*","name"' "$file" | sort -u | wc -l | tr -d ' ')
  else
    expected=$(grep -c "^{\"type\":\"$type\"" "$file")
  fi
  exported=$(top type <"$work/export" | grep -cx "$type" || true)
  check "$exported" "$expected" "objects of the type $type: $exported of $expected"
done

grep '^{"type":"index-pattern"' "$file" |
  sed 's/^{"type":"index-pattern","id":"\([^"]*\)","attributes":{"title":"\([^"]*\)".*/\1 \2/' >"$work/views"
while read -r id index <&3; do
  status=$(request KIBANA "$kibana/api/data_views/data_view/$id")
  check "$status" 200 "data view $id: $status"
  status=$(request ELASTICSEARCH "${ELASTICSEARCH%/}/$index/_count")
  count=$(top count <"$work/answer")
  check "$status ${count:+counted}" "200 counted" "index $index: ${count:-$(answer)} documents"
done 3<"$work/views"
finish
