#!/usr/bin/env bash
# Package:  whatsapp-api-js 6.3.0 (npm); the peer is @kapso/whatsapp-cloud-api 0.3.0 (npm).
# Input:    one webhook of the WhatsApp Cloud API with three statuses in two changes: payments P1 and P2
#           captured, P3 not.
# Expected: three events. entry, changes, messages and statuses are arrays in Meta's webhook reference, and
#           the Graph API's guide to webhooks says that up to 1000 updates come in one notification.
# Seen:     post() calls on.status once, for the first status of the first change; the peer lists all three.
#           It ends without an error, so the endpoint answers 200 and Meta does not send the others again.
# Matters:  under load, the very payments that come close together stay unpaid for the merchant.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts whatsapp-api-js@6.3.0 \
  @kapso/whatsapp-cloud-api@0.3.0
cat > read.mjs <<'NODE'
import { WhatsAppAPI } from "whatsapp-api-js";
import { normalizeWebhook } from "@kapso/whatsapp-cloud-api/server";
const paid = (reference, status) => ({
  id: `wamid.${reference}`, recipient_id: "6591234567", type: "payment", status, timestamp: "1772129215",
  payment: { reference_id: reference, amount: { value: 21000, offset: 100 }, currency: "INR" },
});
const change = (...statuses) => ({
  field: "messages",
  value: {
    messaging_product: "whatsapp", statuses,
    metadata: { display_phone_number: "6591234568", phone_number_id: "100" },
  },
});
const changes = [change(paid("P1", "captured"), paid("P2", "captured")), change(paid("P3", "pending"))];
const webhook = { object: "whatsapp_business_account", entry: [{ id: "1", changes }] };
const told = [];
const api = new WhatsAppAPI({ token: "token", appSecret: "secret", secure: false, v: "v24.0" });
api.on.status = ({ id }) => told.push(id);
await api.post(webhook);
console.log("whatsapp-api-js", ...told);
console.log("@kapso/whatsapp-cloud-api", ...normalizeWebhook(webhook).statuses.map(({ id }) => id));
NODE
node read.mjs | tee seen.txt
diff - seen.txt <<'SEEN'
whatsapp-api-js wamid.P1
@kapso/whatsapp-cloud-api wamid.P1 wamid.P2 wamid.P3
SEEN
