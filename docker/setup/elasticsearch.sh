#!/usr/bin/env bash
# Puts the templates of a folder, then the first index of each kind behind its write alias, as ElasticsearchSetup does.
# May run again at any time: templates are replaced, what exists of the indices is left as it is.
#   elasticsearch.sh FOLDER      with *.component.json, *.index.json and, of time series, *.series.json
#   ELASTICSEARCH                URL, for example http://elasticsearch:9200
set -euo pipefail
: "${ELASTICSEARCH:?URL is missing}"
folder=${1:?folder with the templates is missing}

put() { # path, then curl's data options
  local path=$1
  shift
  echo "PUT $path"
  curl -sS --fail-with-body -X PUT -H 'Content-Type: application/json' "$ELASTICSEARCH$path" "$@"
  echo
}

for file in "$folder"/*.component.json; do
  put "/_component_template/tributary-$(basename "$file" .component.json)" --data-binary "@$file"
done
prepare() { # alias, its first index, the index's definition
  local status
  status=$(curl -sS -o /dev/null -w '%{http_code}' --head "$ELASTICSEARCH/_alias/$1")
  case $status in
    200) echo "$1 exists" ;;
    404) put "/$2" --data-binary "$3" ;;
    *) echo "HEAD /_alias/$1: $status" >&2; exit 1 ;;
  esac
}

for file in "$folder"/*.index.json; do
  kind=$(basename "$file" .index.json)
  put "/_index_template/tributary-$kind" --data-binary "@$file"
  prepare "cdp-$kind" "cdp-$kind-v1" "{\"aliases\":{\"cdp-$kind\":{\"is_write_index\":true}}}"
done
for file in "$folder"/*.series.json; do
  kind=$(basename "$file" .series.json)
  put "/_index_template/tributary-$kind" --data-binary "@$file"
  prepare "cdp-$kind" "cdp-$kind-v1-$(date -u +%Y.%m)" '{}'
done
