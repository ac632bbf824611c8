#!/usr/bin/env bash
# Package:  mt940-js 1.0.0 (npm; it needs tslib 2.8.1 beside it); the peer is mt940js 1.3.5 (npm).
# Input:    a statement that opens with 1000.00 and closes with 1060.00: a debit of 25.50 that is reversed
#           (RD), a credit of 100.00, and a credit of 40.00 that is reversed (RC).
# Expected: SWIFT Standards MT, MT 940, field 61, subfield 3: RD is a reversal of a debit and adds, RC is a
#           reversal of a credit and takes away. The lines then add up from the opening to the closing
#           balance, as with the peer.
# Seen:     the R is dropped, so RD is a debit and RC a credit, and nothing marks them: the lines make
#           1089.00.
# Matters:  a payout that came back is booked as a second payout, and a recalled payment as money received.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts mt940-js@1.0.0 tslib@2.8.1 mt940js@1.3.5
printf '%s\r\n' ':20:STMT1' ':25:DBSSSGSG/0012345678' ':28C:1/1' ':60F:C260101SGD1000,00' \
  ':61:2601020102D25,50NTRFREF1//B1' ':86:payout' ':61:2601020102RD25,50NTRFREF2//B2' ':86:payout came back' \
  ':61:2601030103C100,00NTRFREF3//B3' ':86:sale' ':61:2601030103RC40,00NTRFREF4//B4' ':86:payment recalled' \
  ':62F:C260103SGD1060,00' > statement.sta
cat > read.cjs <<'NODE'
const file = require("fs").readFileSync("statement.sta");
const show = (library, lines) => {
  const closing = lines.reduce((sum, line) => sum + line, 1000);
  console.log(library, ...lines.map((line) => line.toFixed(2)), "=", closing.toFixed(2));
};
const [statement] = new (require("mt940js").Parser)().parse(file.toString().replaceAll("\r", ""), {});
show("mt940js", statement.transactions.map(({ amount }) => amount));
require("mt940-js").read(file).then(([{ transactions }]) =>
  show("mt940-js", transactions.map(({ amount, isCredit }) => (isCredit ? amount : -amount))));
NODE
node read.cjs | tee seen.txt
diff - seen.txt <<'SEEN'
mt940js -25.50 25.50 100.00 -40.00 = 1060.00
mt940-js -25.50 -25.50 100.00 40.00 = 1089.00
SEEN
