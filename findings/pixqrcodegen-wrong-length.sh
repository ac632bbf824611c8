#!/usr/bin/env bash
# Package:  pixqrcodegen 0.9.1 (PyPI); promptparse 1.6.0 (npm) reads the codes.
# Input:    the same amount written as "10.00", "10" and "10,0" (the package itself turns the comma into a
#           dot).
# Expected: each field's length is that of its value (EMVCo QR Code Specification for Payment Systems,
#           Merchant-Presented Mode, "Data Objects"), so all three codes charge 10.00.
# Seen:     the length is counted before the amount is rounded to two decimals: "540210.00". The fields after
#           the amount are out of step, and a reader finds no country, no name and no order number.
# Matters:  an amount without its cents makes a code that no bank's app can pay. The CRC is right, so no check
#           warns.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv venv && venv/bin/pip install --quiet --disable-pip-version-check pixqrcodegen==0.9.1
npm install --silent --no-audit --no-fund --ignore-scripts promptparse@1.6.0
venv/bin/python - > log.txt <<'PYTHON'
from pixqrcodegen import Payload
with open("codes.txt", "w") as codes:
    for amount in ("10.00", "10", "10,0"):
        payload = Payload("LOJA", "loja@example.com", amount, "SAO PAULO", "PEDIDO0001")
        payload.gerarPayload()
        codes.write(payload.payload_completa + "\n")
PYTHON
cat > read.cjs <<'NODE'
const { parse } = require("promptparse");
const codes = require("fs").readFileSync("codes.txt", "utf8").trim().split("\n");
for (const code of codes) {
  const qr = parse(code, false);
  console.log(qr?.getTagValue("54") ?? "none", qr?.getTagValue("58") ?? "none");
}
NODE
node read.cjs | tee seen.txt
printf '10.00 BR\n10 none\n10.0 none\n' | diff - seen.txt
