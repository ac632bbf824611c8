#!/usr/bin/env bash
# Packages: pix-payload 1.0.4 and pix-qrcode 1.0.0 (npm); promptparse 1.6.0 (npm) reads the codes.
# Input:    static Pix codes of one shop for orders 1 to 4000.
# Expected: EMVCo QR Code Specification for Payment Systems, Merchant-Presented Mode, data object 63 (and the
#           BR Code manual of Banco Central do Brasil): the CRC is four hexadecimal characters, so field 63
#           always has length 04.
# Seen:     leading zeros are dropped. One code in sixteen ends in "6303ABC" (pix-payload) or in "6304ABC",
#           which breaks off a character early (pix-qrcode). The reader takes none of them.
# Matters:  a till that prints one code for each order has customers who cannot pay, at random and for ever.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts pix-payload@1.0.4 pix-qrcode@1.0.0 \
  promptparse@1.6.0
node - <<'NODE'
const { payload } = require("pix-payload");
const { staticPix } = require("pix-qrcode");
const { parse } = require("promptparse");
(async () => {
  const short = { "pix-payload": 0, "pix-qrcode": 0 };
  let refused = 0;
  for (let order = 1; order <= 4000; order += 1) {
    const transactionId = `PEDIDO${order}`;
    const [key, city] = ["loja@example.com", "SAO PAULO"];
    const made = {
      "pix-payload": payload({ key, name: "LOJA", city, amount: 10, transactionId }),
      "pix-qrcode": (await staticPix({ pixKey: key, merchant: "LOJA", merchantCity: city, amount: "10.00",
        transactionId })).payload,
    };
    for (const [library, code] of Object.entries(made)) {
      if (!/6304[0-9A-F]{4}$/.test(code)) {
        short[library] += 1;
        refused += parse(code, true) ? 0 : 1;
      }
    }
  }
  console.log(short, `refused: ${refused}`);
  const all = short["pix-payload"] + short["pix-qrcode"];
  process.exit(short["pix-payload"] > 0 && short["pix-qrcode"] > 0 && refused === all ? 0 : 1);
})();
NODE
