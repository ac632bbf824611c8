#!/usr/bin/env bash
# Package:  pypix 0.2.0 (PyPI); pix-utils 2.8.2 (npm) reads the code.
# Input:    a static Pix code with the transaction id PEDIDO0001, and one with the longest id there is (25
#           characters).
# Expected: field 62.05 holds the id as given, 25 characters at most (Manual de Padroes para Iniciacao do Pix,
#           Banco Central do Brasil, QR Code estatico). The method's own doc: "Defines the transaction
#           identifier."
# Seen:     "Identificador" is put in front. The payment comes back under another id, and a long one has 38
#           characters.
# Matters:  the shop matches incoming Pix payments by this id, so none of its orders is ever found paid.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv venv && venv/bin/pip install --quiet --disable-pip-version-check pypix==0.2.0
npm install --silent --no-audit --no-fund --ignore-scripts pix-utils@2.8.2
venv/bin/python - > codes.txt <<'PYTHON'
from pypix import Pix
for txid in ("PEDIDO0001", "PEDIDO0000000000000000001"):
    pix = Pix()
    pix.set_pixkey("loja@example.com")
    pix.set_merchant_name("LOJA")
    pix.set_merchant_city("SAO PAULO")
    pix.set_amount(10)
    pix.set_txid(txid)
    print(pix)
PYTHON
cat > read.cjs <<'NODE'
const { parsePix } = require("pix-utils");
const codes = require("fs").readFileSync("codes.txt", "utf8").trim().split("\n");
for (const code of codes) console.log(parsePix(code).txid);
NODE
node read.cjs | tee seen.txt
printf 'IdentificadorPEDIDO0001\nIdentificadorPEDIDO0000000000000000001\n' | diff - seen.txt
