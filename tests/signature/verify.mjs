// What Stripe's own Node SDK says to every case of a file: one word for each line of it.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const Stripe = createRequire(new URL('../stripe-sdk/', import.meta.url))('stripe');
const { signature } = new Stripe('sk_test_unused').webhooks;

const REASONS = [
  ['Timestamp outside the tolerance zone', 'stale'],
  ['No signatures found matching', 'mismatch'],
  ['No signatures found with expected scheme', 'malformed'],
  ['Unable to extract timestamp and signatures', 'malformed'],
  ['No stripe-signature header value was provided', 'malformed'],
  ['secureCompare must receive two arguments', 'malformed'],
  // It falls over a signature of 64 letters that are more than 64 bytes.
  ['Input buffers must have the same byte length', 'crashed'],
];

function verdict(body, header, secret, receivedAt) {
  try {
    signature.verifyHeader(body, header, secret, 300, undefined, receivedAt * 1000);
    return 'accepted';
  } catch (error) {
    const reason = REASONS.find(([message]) => error.message.startsWith(message));
    if (!reason) throw error;
    return reason[1];
  }
}

/** One secret at a time: a receiver accepts what any of its secrets accepts. Stale comes after a match. */
function best(verdicts) {
  return ['accepted', 'stale', 'mismatch', 'malformed', 'crashed'].find((word) => verdicts.includes(word));
}

for (const line of readFileSync(process.argv[2], 'utf8').trimEnd().split('\n')) {
  const { header, body, secrets, received_at: receivedAt } = JSON.parse(line);
  const raw = Buffer.from(body, 'base64');
  console.log(best(secrets.map((secret) => verdict(raw, header, secret, receivedAt))));
}
