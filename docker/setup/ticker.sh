#!/usr/bin/env bash
# The clock of live operation: a tick each second, so that event time goes on while the shop is quiet. The console
# producer can't choose a partition, so this serves a topic of one partition only.
#   KAFKA  bootstrap servers, host:port
set -euo pipefail
: "${KAFKA:?bootstrap servers are missing}"
PATH=$PATH:/opt/kafka/bin

while date -u +'{"type":"tick","timestamp":"%Y-%m-%dT%H:%M:%S.000Z"}'; do sleep 1; done |
  kafka-console-producer.sh --bootstrap-server "$KAFKA" --topic cdp.events.v1
