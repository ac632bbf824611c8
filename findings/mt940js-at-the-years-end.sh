#!/usr/bin/env bash
# Packages: mt940js 1.3.5, swiftmessageparser 1.2.1 and @centrapay/swift-parser 1.0.1 (npm), which share their
#           rules.
# Input:    a statement with one credit: value date 31 December 2025, entry date 2 January, reference
#           INV/2026/01, the bank's reference BANKREF77. Once in euro, once in Kuwaiti dinar (12,345).
# Expected: SWIFT Standards MT, MT 940, field 61, "6!n[4!n]2a[1!a]15d1!a3!c16x[//16x]": subfield 2 is the day
#           on which the line is booked, here the first days of 2026, as the closing balance says. The
#           character set x has the slash, so subfield 7 ends at "//" only. ISO 4217: the dinar has three
#           decimals.
# Seen:     the line is booked on 2 January 2025, a year early. The reference is "INV", and what the bank
#           calls it is lost. Dinars are rounded to two decimals, 12.35; mt940js then says that the lines do
#           not add up to the turnover, and refuses the statement.
# Matters:  the payment lands in a year that is closed, no invoice is found for "INV", and a shop with a
#           dinar account books five fils too many or gets no statement at all.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts mt940js@1.3.5 swiftmessageparser@1.2.1 \
  @centrapay/swift-parser@1.0.1
cat > read.cjs <<'NODE'
const block = "{1:F01AAAABB99BSMK3513951576}{2:O9400934081223BBBBAA33XXXX03592332770812230834N}";
const lines = (currency, opening, amount, closing) => [":20:STMT2601", ":25:0012345678", ":28C:1/1",
  `:60F:C251231${currency}${opening}`, `:61:2512310102C${amount}NTRFINV/2026/01//BANKREF77`, ":86:sale",
  `:62F:C260102${currency}${closing}`].join("\n");
const wrapped = (text) => `${block}{4:\n${text}\n-}`;
const readers = {
  mt940js: (text) => new (require("mt940js").Parser)().parse(text, {}),
  swiftmessageparser: (text) => require("swiftmessageparser").parse({ type: "mt940", data: wrapped(text) }),
  centrapay: (text) => require("@centrapay/swift-parser").parse({ type: "mt940", data: wrapped(text) }),
};
for (const [library, read] of Object.entries(readers)) {
  const [statement] = read(lines("EUR", "100,00", "12,34", "112,34"));
  const [{ entryDate, reference, bankReference }] = statement.transactions;
  console.log(library, new Date(entryDate).toISOString().slice(0, 10), reference, `"${bankReference}"`);
  try {
    const [dinar] = read(lines("KWD", "100,125", "12,345", "112,470"));
    console.log(library, "dinar:", String(dinar.transactions[0].amount));
  } catch (error) {
    console.log(library, "dinar:", error.message.replace(/12\.34\d*/, "12.34"));
  }
}
NODE
node read.cjs | tee seen.txt
diff - seen.txt <<'SEEN'
mt940js 2025-01-02 INV ""
mt940js dinar: Sum of lines (12.35) != turnover (12.34) in group 1
swiftmessageparser 2025-01-02 INV ""
swiftmessageparser dinar: 12.35
centrapay 2025-01-02 INV ""
centrapay dinar: 12.35
SEEN
