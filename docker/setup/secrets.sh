#!/usr/bin/env bash
# Makes what is secret in a folder: random passwords, and certificates by an authority of their own. What is there stays,
# so it may run again at any time. To replace something: delete it, run this, then docker compose up.
#   secrets.sh [FOLDER]          by default docker/secrets
# Needs bash and openssl. The authority's key is deleted once it has signed, so nobody can sign anything else with it;
# hence the certificates are made together: if one is missing, all are made anew.
set -euo pipefail
umask 077
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=${1:-$here/../secrets}
days=1825
mkdir -p "$folder"
work=$(mktemp -d "$folder/.making.XXXXXX")
trap 'rm -rf "$work"' EXIT

random() { # file name
  if [ ! -s "$folder/$1" ]; then
    openssl rand -hex 32 >"$work/$1"
    mv "$work/$1" "$folder/$1"
    echo "made $1"
  fi
}

for user in elastic kibana_system tributary_admin tributary_analyst tributary_support tributary_writer; do
  random "$user.password"
done
random kibana.encryption-key

certificates=(ca.crt elasticsearch.crt elasticsearch.key kibana.crt kibana.key)
for file in "${certificates[@]}"; do
  if [ ! -s "$folder/$file" ]; then missing=$file; fi
done
[ -n "${missing:-}" ] || exit 0

cat >"$work/openssl.cnf" <<END
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[elasticsearch]
basicConstraints = critical, CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = DNS:elasticsearch, DNS:localhost, IP:127.0.0.1
[kibana]
basicConstraints = critical, CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = DNS:kibana, DNS:localhost, IP:127.0.0.1
END

quietly() { # command; what it says is of interest only if it fails
  "$@" >"$work/said" 2>&1 || { cat "$work/said" >&2; return 1; }
}

# A name of its own for each authority: after a change, nobody takes one for the other.
quietly openssl req -x509 -newkey rsa:3072 -nodes -sha256 -days "$days" -config "$work/openssl.cnf" \
  -extensions authority -subj "/CN=Tributary $(openssl rand -hex 4)" -keyout "$work/ca.key" -out "$work/ca.crt"
for host in elasticsearch kibana; do
  quietly openssl req -new -newkey rsa:3072 -nodes -sha256 -config "$work/openssl.cnf" -subj "/CN=$host" \
    -keyout "$work/$host.key" -out "$work/$host.csr"
  quietly openssl x509 -req -in "$work/$host.csr" -sha256 -days "$days" -CA "$work/ca.crt" -CAkey "$work/ca.key" \
    -CAcreateserial -extfile "$work/openssl.cnf" -extensions "$host" -out "$work/$host.crt"
done
for file in "${certificates[@]}"; do
  mv "$work/$file" "$folder/$file"
  echo "made $file"
done
