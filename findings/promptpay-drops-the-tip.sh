#!/usr/bin/env bash
# Package:  promptpay-js 1.0.7 (npm); promptparse 1.6.0 (npm) reads the codes.
# Input:    a dynamic PromptPay bill of 100.00 baht with tip "10.00".
# Expected: its README, on tip: "The convenience fee of a fixed amount should be specified here." EMVCo QR
#           Code Specification for Payment Systems, Merchant-Presented Mode: such a fee is in data objects 55
#           (value 02, a fixed fee) and 56 (the fee).
# Seen:     the code is the same, letter for letter, as without the tip: neither 55 nor 56 is there.
# Matters:  the customer pays 100.00 where 110.00 was asked, and the shop has a bill that stays open by ten.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts promptpay-js@1.0.7 promptparse@1.6.0
node - > seen.txt <<'NODE'
const { generate } = require("promptpay-js");
const { parse } = require("promptparse");
const bill = { method: "QR_DYNAMIC", application: "PROMPTPAY_BILL_PAYMENT", billerID: "099999999999990",
  reference1: "ORDER1", currencyCode: "764", amount: "100.00", countryCode: "TH" };
const [plain, tipped] = [generate(bill), generate({ ...bill, tip: "10.00" })];
const code = parse(tipped, true);
console.log("54:", code.getTagValue("54"), "55:", code.getTagValue("55"), "56:", code.getTagValue("56"));
console.log("the same without the tip:", plain === tipped);
NODE
cat seen.txt
printf '54: 100.00 55: undefined 56: undefined\nthe same without the tip: true\n' | diff - seen.txt
