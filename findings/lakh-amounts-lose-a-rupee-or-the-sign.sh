#!/usr/bin/env bash
# Packages: bharatnum 0.1.0 (with pandas 3.1.1) and doshomik 0.1.1 (PyPI).
# Input:    prices in rupees with 5 or 18 percent tax, refunds, and amounts as people of India and Bangladesh
#           write them.
# Expected: 0.95 with 5 percent is 0.9975, which is 1.00 to the paisa, as bharatnum's split() and emi() round;
#           a refund keeps its minus. doshomik's README: format() writes "-10,00,000" and parse() reads such
#           notation or raises ParseError; a sign or a word that it does not know is nothing to skip.
# Seen:     bharatnum cuts the rupees and rounds the paise, each for itself: 0.95 with tax is 0.00, 9.32 is
#           10.00 instead of 11.00, and one price in two hundred loses a rupee. Half a rupee below zero has
#           no minus. doshomik reads its own "-1,50,000" as 150000, and "5 hundred" as 5.
# Matters:  a bill is a rupee short, a refund is shown and read as a sale, and a customer who writes "1 lakh 5
#           hundred" in a chat is understood to owe 1,00,005.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check bharatnum==0.1.0 pandas==3.1.1 doshomik==0.1.1
venv/bin/python - > seen.txt <<'PYTHON'
from decimal import ROUND_HALF_UP, Decimal
from bharatnum import BharatNum
from doshomik import format, parse
for price, tax in ((0.95, 5), (2.54, 18), (9.32, 18)):
    print(f"{price} and {tax} percent: {str(BharatNum(price).tax(tax))[1:]}")
short = 0
for paise in range(1, 100001):
    seen = Decimal(str(BharatNum(paise / 100).tax(18))[1:].replace(",", ""))
    wanted = (Decimal(paise) * 118 / 10000).quantize(Decimal("0.01"), ROUND_HALF_UP)
    short += wanted - seen > Decimal("0.9")
print("of 100000 prices, a rupee short:", short)
print("refund of 0.50:", str(BharatNum(-0.50))[1:])
refund = format(-150000, script="english")
print(f"{refund} is read as", parse(refund))
for said in ("-500 taka", "5 hundred", "1 lakh 5 hundred"):
    print(f"{said} is read as", parse(said))
PYTHON
cat seen.txt
diff - seen.txt <<'SEEN'
0.95 and 5 percent: 0.00
2.54 and 18 percent: 2.00
9.32 and 18 percent: 10.00
of 100000 prices, a rupee short: 498
refund of 0.50: 0.50
-1,50,000 is read as 150000
-500 taka is read as 500
5 hundred is read as 5
1 lakh 5 hundred is read as 100005
SEEN
