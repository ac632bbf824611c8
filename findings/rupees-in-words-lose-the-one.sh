#!/usr/bin/env bash
# Package:  convert-rupees-into-words 1.0.6 (npm).
# Input:    amounts from a hundred rupees to a crore, with a zero in the place of the thousands or lakhs.
# Expected: the Indian numbering system names the places that are there: 1,00,500 is "One Lakh Five Hundred",
#           100 is "One Hundred", as the package itself says "One Thousand", "One Lakh" and "One Crore".
#           Negotiable Instruments Act, 1881 (India), section 18: where figures and words differ, the words
#           are the amount.
# Seen:     an empty place is read out without its number, "One Lakh Thousand Five Hundred" and "One Crore
#           Lakh Thousand Five Hundred", and exactly a hundred is "Hundred": 1,100 is "One Thousand Hundred".
# Matters:  "One Lakh Thousand Five Hundred" on a cheque or an invoice may be 1,00,500 or 1,01,500, or a lakh
#           of thousands; the words are what counts.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts convert-rupees-into-words@1.0.6
node - > seen.txt <<'NODE'
const words = require("convert-rupees-into-words");
for (const amount of [1000, 100000, 100, 1100, 100500, 1000500, 10000500]) console.log(amount, words(amount));
NODE
cat seen.txt
diff - seen.txt <<'SEEN'
1000 One Thousand Rupees
100000 One Lakh Rupees
100 Hundred Rupees
1100 One Thousand Hundred Rupees
100500 One Lakh Thousand Five Hundred Rupees
1000500 Ten Lakh Thousand Five Hundred Rupees
10000500 One Crore Lakh Thousand Five Hundred Rupees
SEEN
