#!/usr/bin/env bash
# Puts the roles of a folder, then a user of each role that has a password, and the password of Kibana. May run again at
# any time, and then makes the passwords hold that are in the files.
#   security.sh FOLDER           with *.role.json
#   ELASTICSEARCH                URL, for example https://elasticsearch:9200
#   SECRETS                      folder with tributary_NAME.password for the role and user tributary_NAME,
#                                kibana_system.password, that of who does all this, and ca.crt
#   ADMINISTRATOR                who does all this, elastic by default
set -euo pipefail
: "${ELASTICSEARCH:?URL is missing}" "${SECRETS:?folder with the secrets is missing}" "${ADMINISTRATOR:=elastic}"
folder=${1:?folder with the roles is missing}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

as_administrator() {
  bash "$here/as.sh" "$ADMINISTRATOR" "$@"
}

password() { # its file; as a text of JSON
  local value
  value=$(<"$1")
  case $value in
    '' | *[[:cntrl:]]*) echo "$1 is not one line of text" >&2; return 1 ;;
  esac
  value=${value//\\/\\\\}
  printf '"%s"' "${value//\"/\\\"}"
}

put() { # path; the body comes on standard input, since command lines are everybody's to read
  echo "PUT $1"
  as_administrator curl -sS --fail-with-body -X PUT -H 'Content-Type: application/json' "$ELASTICSEARCH$1" \
    --data-binary @-
  echo
}

as_administrator bash "$here/roles.sh" "$folder"
for file in "$SECRETS"/tributary_*.password; do
  name=$(basename "$file" .password)
  secret=$(password "$file")
  printf '{"password": %s, "roles": ["%s"]}' "$secret" "$name" | put "/_security/user/$name"
done
secret=$(password "$SECRETS/kibana_system.password")
printf '{"password": %s}' "$secret" | put /_security/user/kibana_system/_password
