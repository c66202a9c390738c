#!/usr/bin/env bash
# Runs a command whose calls of curl come as a user, and trust the authority of the secrets.
#   as.sh USER COMMAND [ARGUMENT …]
#   SECRETS  folder with USER.password and ca.crt
# The password is on no command line and in no environment, only in a file of curl's that ends with the command.
set -euo pipefail
: "${SECRETS:?folder with the secrets is missing}"
user=${1:?user is missing}
shift
password=$(<"$SECRETS/$user.password")
case $password in
  '' | *$'\n'*) echo "$user.password is not one line" >&2; exit 1 ;;
esac
password=${password//\\/\\\\}

CURL_HOME=$(mktemp -d)
export CURL_HOME
trap 'rm -rf "$CURL_HOME"' EXIT
printf 'user = "%s:%s"\ncacert = "%s"\n' "$user" "${password//\"/\\\"}" "$SECRETS/ca.crt" >"$CURL_HOME/.curlrc"
"$@"
