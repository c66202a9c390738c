#!/usr/bin/env bash
# Gives each service the secrets that it needs and no others, readable by its user only. A file of the host keeps its
# owner in a container, where users have other numbers; that is why the files are copied, by root, into volumes.
#   install-secrets.sh FROM TO   from a folder that secrets.sh has filled, to TO/elasticsearch, TO/kibana, TO/setup,
#                                TO/admin and TO/job, where the folders have to be
#   KIBANA_YML                   Kibana's configuration, to which its secrets are added
set -euo pipefail
from=${1:?folder with the secrets is missing}
to=${2:?folder to install into is missing}
: "${KIBANA_YML:?Kibana\'s configuration is missing}"

secret() { # its file
  [ -s "$from/$1" ] || { echo "$1 is missing: run docker/setup/secrets.sh first" >&2; return 1; }
  printf '%s' "$from/$1"
}

put() { # owner, file, target
  install -m 400 "$2" "$3"
  # Only root can, and only root's containers need it.
  if [ "$(id -u)" = 0 ]; then chown "$1" "$3"; fi
}

all() { # owner, folder, secrets
  local owner=$1 folder=$2 name file
  shift 2
  for name; do
    file=$(secret "$name")
    put "$owner" "$file" "$to/$folder/$name"
  done
}

quoted() { # secret, as a text of YAML
  local file value
  file=$(secret "$1")
  value=$(<"$file")
  value=${value//\\/\\\\}
  printf '"%s"' "${value//\"/\\\"}"
}

# The users of the images: elasticsearch and kibana are 1000, of the group 0; flink is 9999.
all 1000:0 elasticsearch ca.crt elasticsearch.crt elasticsearch.key elastic.password
all 1000:0 kibana ca.crt kibana.crt kibana.key
all 1000:0 setup ca.crt elastic.password kibana_system.password tributary_admin.password tributary_analyst.password \
  tributary_support.password tributary_writer.password
all 9999:9999 admin ca.crt tributary_admin.password
all 9999:9999 job ca.crt tributary_writer.password

umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
password=$(quoted kibana_system.password)
key=$(quoted kibana.encryption-key)
{
  cat "$KIBANA_YML"
  echo "elasticsearch.password: $password"
  echo "xpack.security.encryptionKey: $key"
  echo "xpack.encryptedSavedObjects.encryptionKey: $key"
} >"$work/kibana.yml"
put 1000:0 "$work/kibana.yml" "$to/kibana/kibana.yml"
