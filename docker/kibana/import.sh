#!/usr/bin/env bash
# Imports the dashboards into Kibana, and replaces what an earlier import has put there.
#   import.sh [FILE]     by default tributary.ndjson beside this script
#   KIBANA               URL, for example http://127.0.0.1:5601, or http://127.0.0.1:5601/s/SPACE
#   KIBANA_API_KEY       or KIBANA_USER and KIBANA_PASSWORD, where Kibana asks for them
# Needs bash, curl and the tools of POSIX.
set -euo pipefail
: "${KIBANA:?URL is missing}"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=docker/kibana/http.sh
. "$here/http.sh"
file=${1:-$here/tributary.ndjson}
objects=$(grep -c . "$file")

status=$(request KIBANA --header 'kbn-xsrf: true' --form "file=@\"$file\";type=application/ndjson" \
  "${KIBANA%/}/api/saved_objects/_import?overwrite=true")
if [ "$status" != 200 ]; then
  echo "Kibana answered $status: $(head -c 2000 "$work/answer")" >&2
  exit 1
fi
# The status is 200 whatever has become of the objects.
success=$(top success <"$work/answer")
imported=$(top successCount <"$work/answer")
if [ "$success" != true ] || [ "$imported" != "$objects" ]; then
  echo "Kibana imported ${imported:-none} of $objects objects: $(head -c 2000 "$work/answer")" >&2
  exit 1
fi
echo "imported $imported objects"
