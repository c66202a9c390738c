#!/usr/bin/env bash
# Creates the suite's topics, and corrects the configuration of those that exist. May run again at any time.
#   KAFKA             bootstrap servers, host:port
#   EVENT_PARTITIONS  partitions of cdp.events.v1
set -euo pipefail
: "${KAFKA:?bootstrap servers are missing}" "${EVENT_PARTITIONS:=4}"
PATH=$PATH:/opt/kafka/bin

# Record time is event time: nothing expires by age, lies too far in the future, or closes a segment by leaping ahead.
forever=9223372036854775807
common="retention.ms=-1 message.timestamp.type=CreateTime message.timestamp.after.max.ms=$forever segment.ms=$forever max.message.bytes=4194304"

existing=$(kafka-topics.sh --bootstrap-server "$KAFKA" --list)

topic() { # name partitions cleanup.policy
  local name=$1 partitions=$2 setting settings="cleanup.policy=$3 $common" options=()
  if grep -qxF "$name" <<<"$existing"; then
    echo "$name exists; setting its configuration"
    kafka-configs.sh --bootstrap-server "$KAFKA" --alter --entity-type topics --entity-name "$name" \
      --add-config "${settings// /,}"
  else
    for setting in $settings; do options+=(--config "$setting"); done
    kafka-topics.sh --bootstrap-server "$KAFKA" --create --topic "$name" --partitions "$partitions" "${options[@]}"
  fi
}

topic cdp.events.v1 "$EVENT_PARTITIONS" delete
topic cdp.catalog.v1 1 delete
topic cdp.definitions.v1 1 compact
topic cdp.privacy.v1 1 delete
topic cdp.customer-events.v1 1 delete
topic cdp.profiles.v1 1 compact
topic cdp.customer-aliases.v1 1 compact
topic cdp.identity-changes.v1 1 delete
topic cdp.segment-changes.v1 1 delete
topic cdp.triggers.v1 1 delete
topic cdp.triggers-suppressed.v1 1 delete
topic cdp.rejects.v1 1 delete
