#!/usr/bin/env bash
# Package:  iso20022.js 0.0.15 (npm).
# Input:    a camt.053 statement of 19.99 SGD, one of 1000 JPY, and one whose entry is marked as a reversal.
# Expected: its reader turns amounts into minor units, so 1999 and 1000 by ISO 4217 (the yen has no decimals),
#           and `reversal` true where RvslInd is "true" (ISO 20022 TrueFalseIndicator, an xs:boolean).
# Seen:     19.99 becomes 1998.9999999999998; yen are multiplied by 100; `reversal` is false whatever the file
#           says, since the XML reader has made a boolean of the text that it is compared with.
# Matters:  matching by equal integers finds no payment of 19.99, a yen account holds a hundred times too
#           much, and a payment taken back counts as one more.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts iso20022.js@0.0.15
cat > read.mjs <<'NODE'
import { CashManagementEndOfDayReport } from "iso20022.js";
const statement = (currency, amount, more = "") => `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>
<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-01-04T00:00:00Z</CreDtTm></GrpHdr>
<Stmt><Id>S1</Id><ElctrncSeqNb>1</ElctrncSeqNb><CreDtTm>2026-01-04T00:00:00Z</CreDtTm>
<FrToDt><FrDtTm>2026-01-03T00:00:00Z</FrDtTm><ToDtTm>2026-01-04T00:00:00Z</ToDtTm></FrToDt>
<Acct><Id><Othr><Id>0012345678</Id></Othr></Id><Ccy>${currency}</Ccy><Ownr><Nm>Kopi House</Nm></Ownr>
<Svcr><FinInstnId><BIC>DBSSSGSG</BIC></FinInstnId></Svcr></Acct>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="${currency}">${amount}</Amt>
<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-01-03</Dt></Dt></Bal>
<Ntry><Amt Ccy="${currency}">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>${more}<Sts>BOOK</Sts>
<BookgDt><Dt>2026-01-03</Dt></BookgDt><BkTxCd><Prtry><Cd>X</Cd></Prtry></BkTxCd>
<NtryDtls><TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs></TxDtls></NtryDtls></Ntry></Stmt>
</BkToCstmrStmt></Document>`;
const entries = [["SGD", "19.99"], ["JPY", "1000"], ["SGD", "5.00", "<RvslInd>true</RvslInd>"]];
for (const [currency, amount, more] of entries) {
  const report = CashManagementEndOfDayReport.fromXML(statement(currency, amount, more));
  const [entry] = report.statements[0].entries;
  console.log(currency, amount, more ?? "", entry.amount, entry.reversal);
}
NODE
node read.mjs | tee seen.txt
diff - seen.txt <<'SEEN'
SGD 19.99  1998.9999999999998 false
JPY 1000  100000 false
SGD 5.00 <RvslInd>true</RvslInd> 500 false
SEEN
