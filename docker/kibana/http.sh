# shellcheck shell=bash
# What import.sh and accept.sh have in common. To be sourced.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

option() { # name and value of an option of curl, as a line of its configuration
  local value=${2//\\/\\\\}
  case $value in *$'\n'*) echo "a line break in credentials" >&2; return 1 ;; esac
  printf '%s = "%s"\n' "$1" "${value//\"/\\\"}"
}

credentials() { # KIBANA or ELASTICSEARCH
  local key=$1_API_KEY user=$1_USER password=$1_PASSWORD
  if [ -n "${!key:-}" ]; then
    option header "Authorization: ApiKey ${!key}"
  elif [ -n "${!user:-}" ]; then
    option user "${!user}:${!password:-}"
  fi
}

# Prints the status of the answer, or 000 if there is none; the answer is in $work/answer. Credentials come on standard
# input: command lines are everybody's to read.
request() { # KIBANA or ELASTICSEARCH, then curl's options
  local configuration
  configuration=$(credentials "$1") || return 1
  shift
  : >"$work/answer"
  printf '%s\n' "$configuration" |
    curl --silent --show-error --config - --output "$work/answer" --write-out '%{http_code}' "$@" || true
}

# The value of a key of the JSON object in each line of standard input, if it is a text, a number, true or false. Objects
# within it are passed over.
top() {
  LC_ALL=C awk -v key="$1" '
    {
      depth = 0; value = 0; name = ""; n = length($0)
      for (i = 1; i <= n; i++) {
        c = substr($0, i, 1)
        if (c == "\"") {
          text = ""
          for (i++; i <= n && (c = substr($0, i, 1)) != "\""; i++) {
            if (c == "\\") { text = text c; i++; c = substr($0, i, 1) }
            text = text c
          }
          if (depth == 1 && !value) name = text
          else if (depth == 1 && name == key) print text
        } else if (c == "{" || c == "[") depth++
        else if (c == "}" || c == "]") depth--
        else if (depth == 1 && c == ",") value = 0
        else if (depth == 1 && c == ":") {
          value = 1
          if (name == key && match(substr($0, i + 1), /^[ ]*[-+.0-9A-Za-z]+/)) {
            text = substr($0, i + 1, RLENGTH); gsub(/ /, "", text); print text
          }
        }
      }
    }'
}
