#!/usr/bin/env bash
# Puts the roles of a folder: NAME.role.json becomes the role tributary_NAME. May run again at any time.
#   roles.sh FOLDER              with *.role.json
#   ELASTICSEARCH                URL, for example https://search:9200
#   CURL_HOME                    folder with a file .curlrc: curl's options, such as user and cacert. It keeps the
#                                password off the command line: make it readable by yourself only
set -euo pipefail
: "${ELASTICSEARCH:?URL is missing}"
folder=${1:?folder with the roles is missing}

for file in "$folder"/*.role.json; do
  path=/_security/role/tributary_$(basename "$file" .role.json)
  echo "PUT $path"
  curl -sS --fail-with-body -X PUT -H 'Content-Type: application/json' "$ELASTICSEARCH$path" --data-binary "@$file"
  echo
done
