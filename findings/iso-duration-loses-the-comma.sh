#!/usr/bin/env bash
# Package:  @musement/iso-duration 1.0.0 (npm); the peer is iso8601-duration 2.1.4 (npm).
# Input:    PT1,5H, one and a half hours.
# Expected: the same as PT1.5H. ISO 8601:2004, 4.4.3.2, lets the lowest component have a decimal fraction, and
#           4.2.2.4 takes the comma or the dot as its sign and prefers the comma; ISO 8601-1:2019 takes both
#           as well.
# Seen:     what follows the comma is left out without an error: PT1,5H is one hour, P0,5D is no time at all.
# Matters:  a payment link, a hold or a refund window ends early, and only for partners who write the comma.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts @musement/iso-duration@1.0.0 iso8601-duration@2.1.4
cat > read.cjs <<'NODE'
const { isoDuration } = require("@musement/iso-duration");
const { parse } = require("iso8601-duration");
const seen = (text) => JSON.parse(JSON.stringify(isoDuration(text))).durationObj;
console.log("PT1.5H", seen("PT1.5H").hours, parse("PT1.5H").hours);
console.log("PT1,5H", seen("PT1,5H").hours, parse("PT1,5H").hours);
console.log("PT1,5M", seen("PT1,5M").minutes, parse("PT1,5M").minutes);
console.log("P0,5D", seen("P0,5D").days);
NODE
node read.cjs | tee seen.txt
printf 'PT1.5H 1.5 1.5\nPT1,5H 1 1.5\nPT1,5M 1 1.5\nP0,5D 0\n' | diff - seen.txt
