// Stripe's own Node SDK with the stand-in as its server.
//
// Without STRIPE_URL the test starts the stand-in itself: the program in LOCAL_STRIPE_BIN, or `cargo run`.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import Stripe from 'stripe';

const KEY = process.env.STRIPE_KEY ?? 'sk_test_standin';
const SECRET = 'whsec_sdk_test';
const ownServer = process.env.STRIPE_URL === undefined;

let stripe;
let child;
let endpoint;
let account;
let session;
let charge;
const received = [];

before(async () => {
  const url = new URL(process.env.STRIPE_URL ?? (await startStandIn()));
  stripe = new Stripe(KEY, { host: url.hostname, port: url.port, protocol: 'http', maxNetworkRetries: 0 });
});

after(() => {
  child?.kill();
  endpoint?.close();
});

async function startStandIn() {
  endpoint = createServer(async (request, response) => {
    const chunks = await request.toArray();
    received.push({ path: request.url, signature: request.headers['stripe-signature'], body: Buffer.concat(chunks) });
    response.end();
  }).listen(0, '127.0.0.1');
  await once(endpoint, 'listening');
  const hook = `http://127.0.0.1:${endpoint.address().port}`;
  const args = ['--listen', '127.0.0.1:0', '--key', KEY];
  for (const scope of ['account', 'connect', 'thin']) args.push('--webhook', `${scope},${hook}/${scope}=${SECRET}`);
  const binary = process.env.LOCAL_STRIPE_BIN;
  const [command, before] = binary ? [binary, []] : ['cargo', ['run', '--quiet', '--package', 'local-stripe', '--']];
  child = spawn(command, [...before, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const failed = (event) => once(child, event).then(([reason]) => { throw new Error(`${command}: ${event} ${reason}`); });
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([once(lines, 'line'), failed('error'), failed('exit')]);
  return line.replace('listening on ', '');
}

/** Presses a button on a hosted page and returns where it leads. */
async function press(url, fields) {
  const answer = await fetch(url, { method: 'POST', redirect: 'manual', body: new URLSearchParams(fields) });
  assert.equal(answer.status, 303);
  return answer.headers.get('location');
}

async function webhook(path, type) {
  for (let tries = 0; tries < 100; tries += 1) {
    const found = received.find((one) => one.path === path && JSON.parse(one.body).type === type);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no ${type} at ${path}`);
}

test('an account is created, onboards on the hosted page and becomes active', async () => {
  const include = ['configuration.merchant', 'requirements'];
  const created = await stripe.v2.core.accounts.create({
    contact_email: 'owner@example.com',
    display_name: 'Tye Tye',
    dashboard: 'full',
    identity: { country: 'sg', entity_type: 'company' },
    defaults: { responsibilities: { fees_collector: 'stripe', losses_collector: 'stripe' } },
    configuration: {
      merchant: { capabilities: { card_payments: { requested: true }, paynow_payments: { requested: true } } },
    },
    include,
  });
  account = created.id;
  assert.equal(created.configuration.merchant.capabilities.card_payments.status, 'restricted');
  const link = await stripe.v2.core.accountLinks.create({
    account,
    use_case: {
      type: 'account_onboarding',
      account_onboarding: { refresh_url: 'https://shop.example/again', return_url: 'https://shop.example/ready' },
    },
  });
  assert.equal(await press(link.url, { action: 'complete' }), 'https://shop.example/ready');
  const ready = await stripe.v2.core.accounts.retrieve(account, { include });
  assert.equal(ready.configuration.merchant.capabilities.paynow_payments.status, 'active');
  assert.deepEqual(ready.requirements.entries, []);
  assert.equal((await stripe.accounts.retrieve(account)).charges_enabled, true);
});

test('a session is created on the account, retrieved, and paid on the hosted page', async () => {
  const direct = { stripeAccount: account };
  const item = { price_data: { currency: 'sgd', unit_amount: 1250, product_data: { name: 'Kopi' } }, quantity: 2 };
  session = await stripe.checkout.sessions.create(
    {
      mode: 'payment',
      line_items: [item],
      allowed_payment_method_types: ['card', 'paynow'],
      payment_intent_data: { application_fee_amount: 50, metadata: { checkout: 'co_1' } },
      metadata: { checkout: 'co_1' },
      success_url: 'https://shop.example/done?s={CHECKOUT_SESSION_ID}',
    },
    direct,
  );
  assert.equal(session.amount_total, 2500);
  const location = await press(session.url, { method: 'card', action: 'pay', number: '4242 4242 4242 4242' });
  assert.equal(location, `https://shop.example/done?s=${session.id}`);
  const expand = ['payment_intent.latest_charge', 'line_items'];
  const paid = await stripe.checkout.sessions.retrieve(session.id, { expand }, direct);
  assert.equal(paid.payment_status, 'paid');
  assert.equal(paid.line_items.data[0].quantity, 2);
  const items = await stripe.checkout.sessions.listLineItems(session.id, { limit: 1 }, direct);
  assert.deepEqual([items.data, items.has_more], [paid.line_items.data, false]);
  const noted = await stripe.checkout.sessions.update(session.id, { metadata: { table: '7' } }, direct);
  assert.deepEqual(noted.metadata, { ...paid.metadata, table: '7' });
  charge = paid.payment_intent.latest_charge;
  assert.equal(charge.metadata.checkout, 'co_1');
  assert.equal(charge.payment_method_details.card.last4, '4242');
});

test('the same idempotency key refunds once, and other parameters are refused', async () => {
  const options = { stripeAccount: account, idempotencyKey: 'cashback-1' };
  const first = await stripe.refunds.create({ charge: charge.id, amount: 100, metadata: { reward: 'rw_1' } }, options);
  const again = await stripe.refunds.create({ charge: charge.id, amount: 100, metadata: { reward: 'rw_1' } }, options);
  assert.equal(again.id, first.id);
  assert.equal(again.lastResponse.headers['idempotent-replayed'], 'true');
  assert.equal((await stripe.charges.retrieve(charge.id, {}, { stripeAccount: account })).amount_refunded, 100);
  const other = stripe.refunds.create({ charge: charge.id, amount: 101 }, options);
  await assert.rejects(other, { type: 'StripeIdempotencyError', statusCode: 400 });
});

test('errors arrive as the classes of the SDK', async () => {
  const direct = { stripeAccount: account };
  await assert.rejects(stripe.charges.retrieve('ch_nobody', {}, direct), { code: 'resource_missing', statusCode: 404 });
  await assert.rejects(stripe.balance.retrieve({}, { stripeAccount: 'acct_nobody' }), { type: 'StripePermissionError' });
  await assert.rejects(stripe.balance.retrieve({}, { apiKey: 'sk_test_wrong' }), { type: 'StripeAuthenticationError' });
  await assert.rejects(stripe.refunds.create({ charge: charge.id, colour: 'red' }, direct), { code: 'parameter_unknown' });
});

test('events are listed page by page, the newest first', async () => {
  const types = [];
  for await (const event of stripe.events.list({ limit: 2 }, { stripeAccount: account })) {
    assert.equal(event.account, account);
    types.push(event.type);
  }
  assert.equal(types[0], 'charge.refunded');
  assert.ok(types.includes('checkout.session.completed') && types.includes('account.updated'));
});

test('a webhook carries a signature that the SDK accepts', { skip: !ownServer }, async () => {
  const { body, signature } = await webhook('/connect', 'checkout.session.completed');
  const event = stripe.webhooks.constructEvent(body, signature, SECRET);
  assert.equal(event.data.object.id, session.id);
  assert.equal(event.account, account);
  assert.throws(() => stripe.webhooks.constructEvent(body, signature, 'whsec_other'), {
    type: 'StripeSignatureVerificationError',
  });
});

test('a thin event is parsed, and fetched with the account it is about', { skip: !ownServer }, async () => {
  const type = 'v2.core.account[configuration.merchant].capability_status_updated';
  const { body, signature } = await webhook('/thin', type);
  const notification = stripe.parseEventNotification(body, signature, SECRET);
  assert.equal(notification.related_object.id, account);
  const event = await notification.fetchEvent();
  assert.equal(event.data.updated_capability, 'card_payments');
  assert.equal((await notification.fetchRelatedObject()).id, account);
});
