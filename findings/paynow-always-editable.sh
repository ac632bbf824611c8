#!/usr/bin/env bash
# Package:  nlannuzel.sgqr 0.0.1 (PyPI), its command `paynow`.
# Input:    a PayNow code for 12.50 SGD, without and with --editable_amount.
# Expected: without it the amount is fixed: 26.03 is 0. The command's own help says that the option is what
#           lets the amount be edited. In PayNow codes 26.03 is 1 for an editable amount and 0 for a fixed
#           one, as paynowqr 1.1.2 (npm) writes and says.
# Seen:     both codes are the same and both say 1. The merchant category (field 52) is 3000, which is
#           in the range of the airlines, where paynowqr and others write 0000.
# Matters:  the payer at the counter can change the price before paying, and nothing on the code tells.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv venv && venv/bin/pip install --quiet --disable-pip-version-check nlannuzel.sgqr==0.0.1
fixed=$(venv/bin/paynow --recipient +6591234567 --amount 12.50)
editable=$(venv/bin/paynow --recipient +6591234567 --amount 12.50 --editable_amount)
printf '%s\n' "$fixed" "$editable"
[[ $fixed == "$editable" && $fixed == *SG.PAYNOW010100211+65912345670301152043000* ]]
