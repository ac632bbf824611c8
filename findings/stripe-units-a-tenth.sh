#!/usr/bin/env bash
# Package:  zero-decimal-currencies 1.6.0 (npm).
# Input:    8.20, 1.10 and 5.00 SGD, and 1.5 KWD, converted without rounding (noRound, as its README shows).
# Expected: 820, 110, 500 and 1500, as with rounding: these amounts have nothing to round. Its README: noRound
#           "truncates decimals instead of rounding"; Stripe's currencies page: amounts are in the currency's
#           smallest unit.
# Seen:     zeros at the end of the amount are lost, and with them a power of ten: 82, 11, 5 and 10.
# Matters:  a price of 5.00 is charged as 5 cents; prices that end in another digit are right, so tests pass.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts zero-decimal-currencies@1.6.0
cat > convert.cjs <<'NODE'
const convert = require("zero-decimal-currencies").default;
const amounts = [["8.25", "SGD"], ["8.20", "SGD"], ["1.10", "SGD"], ["5.00", "SGD"], ["1.5", "KWD"]];
for (const [amount, currency] of amounts) {
  console.log(amount, currency, convert(amount, currency), convert(amount, currency, false, true));
}
NODE
node convert.cjs | tee seen.txt
diff - seen.txt <<'SEEN'
8.25 SGD 825 825
8.20 SGD 820 82
1.10 SGD 110 11
5.00 SGD 500 5
1.5 KWD 1500 10
SEEN
