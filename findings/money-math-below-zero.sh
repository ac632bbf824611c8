#!/usr/bin/env bash
# Package:  money-math 2.6.3 (npm).
# Input:    amounts in the form that its README prescribes ("-42.10"), below zero.
# Expected: rounded to the nearest cent, or to the nearest 5 cents, as above zero. Its README: the results are
#           amounts "rounded to the whole cent", and percent("0.50", "33.00") is "0.17".
# Seen:     a share of a negative amount is a cent or two too high, and may change its sign; -42.03 is rounded
#           to -41.95, which is 8 cents away, though 42.03 is rounded to 42.05.
# Matters:  refunds and reversals are negative. In cash, where 5 cents are the smallest coin, each may be off
#           by a coin and more; a sale and its return no longer add up to nothing.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts money-math@2.6.3
node - > seen.txt <<'NODE'
const { mul, percent, div, roundTo5Cents } = require("money-math");
const row = (what, plus, minus) => console.log(`${what}: ${plus} and ${minus}`);
row("half a cent or more of a cent", mul("0.01", "0.75"), mul("-0.01", "0.75"));
row("5 percent of 10.10", percent("10.10", "5.00"), percent("-10.10", "5.00"));
row("two thirds", div("2.00", "3.00"), div("-2.00", "3.00"));
row("42.03 in coins of 5 cents", roundTo5Cents("42.03"), roundTo5Cents("-42.03"));
row("42.08 in coins of 5 cents", roundTo5Cents("42.08"), roundTo5Cents("-42.08"));
NODE
cat seen.txt
diff - seen.txt <<'SEEN'
half a cent or more of a cent: 0.01 and 0.01
5 percent of 10.10: 0.51 and -0.49
two thirds: 0.67 and -0.65
42.03 in coins of 5 cents: 42.05 and -41.95
42.08 in coins of 5 cents: 42.10 and -42.00
SEEN
