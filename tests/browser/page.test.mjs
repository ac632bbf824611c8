// The main job, in a real browser: from a checkout to the cashback, and what can go wrong on the way.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { startLocal } from "./local.mjs";

const flags = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

let local;
let browser;
let page;
let shots = 0;

before(async () => {
  local = await startLocal();
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  browser = await chromium.launch({ executablePath, args: flags });
  page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
  page.setDefaultTimeout(10_000);
});

after(async () => {
  await browser?.close();
  const code = await local?.stop();
  console.log(`screenshots: ${local?.folder}`);
  assert.equal(code, 0, "Ctrl-C ends it without an error");
  assert.equal(local.warnings(), "", "nothing was warned about");
});

async function shot(name) {
  shots += 1;
  const path = join(local.folder, `${String(shots).padStart(2, "0")}-${name}.png`);
  await page.screenshot({ path, fullPage: true });
}

/** The text of the card whose heading begins with `heading`. */
async function card(heading) {
  const section = page.locator("section.card").filter({ has: page.locator("h2", { hasText: new RegExp(`^${heading}`) }) });
  return (await section.innerText()).replaceAll(/\s+/g, " ");
}

async function status() {
  return await page.locator(".headline .badge").innerText();
}

async function open(path) {
  const answer = await page.goto(`${local.page}${path}`);
  assert.ok(answer.ok(), `${path}: ${answer.status()}`);
}

async function createCheckout(shop, amount, { phone = "", wallet = false } = {}) {
  await open(`/?shop=${shop}`);
  await page.getByLabel(/^Amount/).fill(amount);
  await page.getByLabel("Payer's phone").fill(phone);
  if (wallet) await page.getByLabel("Pay a part with wallet credit").check();
  await page.getByRole("button", { name: "Create checkout" }).click();
}

/** Goes to Stripe's page and presses a button in the card of a method. */
async function payWith(method, button) {
  await page.getByRole("link", { name: "Pay on Stripe's page" }).click();
  const section = page.locator("section.card").filter({ has: page.locator("h2", { hasText: method }) });
  await section.getByRole("button", { name: button, exact: true }).click();
}

async function pass(hours) {
  await page.getByRole("button", { name: `+${hours} hour` }).click();
}

test("PayNow: paid, held, and 48 hours later credited", async () => {
  await open("/");
  await shot("home");
  await createCheckout("sg-kopi", "25.00");
  assert.equal(await status(), "open");
  assert.match(await card("To pay"), /SGD 1\.25 back with PayNow/);
  await shot("checkout-open");

  await payWith("PayNow", "I have paid");
  assert.ok(page.url().startsWith(`${local.page}/checkouts/sg-kopi/chk_`), page.url());
  assert.equal(await status(), "paid");
  assert.match(await card("Cashback"), /held SGD 1\.25 is sent by /);
  assert.match(await card("Books"), /balanced/);
  await shot("checkout-paid");

  await pass(48);
  assert.match(await card("Cashback"), /credited SGD 1\.25 was sent by PayNow on /);
  assert.match(await card("Money that moved"), /refund .*SGD −1\.25/);
  await shot("checkout-credited");

  await open("/events");
  assert.match(await card("On the bus"), /cashback/i);
  await shot("events");
});

test("a declined card, then a good one, then a refund in two parts", async () => {
  await createCheckout("us-diner", "18.40");
  await payWith("Card", "Pay with a card that is declined");
  assert.match(await page.getByRole("alert").innerText(), /declined/);
  await shot("stripe-declined");
  await page.getByRole("button", { name: "Pay", exact: true }).click();
  assert.equal(await status(), "paid");
  assert.match(await card("Cashback"), /held USD 0\.36/);

  await page.locator("input[name=amount]").fill("8.40");
  await page.getByRole("button", { name: "Refund" }).click();
  assert.equal(await status(), "partly refunded");
  assert.match(await card("Refunds"), /USD 8\.40 succeeded/);
  assert.match(await card("Cashback"), /held USD 0\.19/);
  await shot("checkout-refunded");

  await page.locator("input[name=amount]").fill("99.00");
  await page.getByRole("button", { name: "Refund" }).click();
  assert.match(await page.getByRole("alert").innerText(), /amount/);
  await shot("refund-too-large");

  await page.getByRole("button", { name: "Refund" }).click();
  assert.equal(await status(), "refunded");
  assert.match(await card("Cashback"), /reversed No cashback/);
});

test("a dispute freezes the cashback until the shop wins", async () => {
  await createCheckout("us-diner", "20.00");
  await payWith("Card", "Pay");
  await page.getByRole("button", { name: "The payer disputes" }).click();
  assert.equal(await status(), "disputed");
  assert.match(await card("Cashback"), /frozen/);
  await page.getByRole("button", { name: "The shop wins" }).click();
  assert.match(await card("Cashback"), /held|paying|credited/);
  await shot("dispute-won");
});

test("an expired checkout can no longer be paid", async () => {
  await createCheckout("in-chai", "640.00");
  await page.getByRole("button", { name: "Expire it" }).click();
  assert.equal(await status(), "expired");
  assert.equal(await page.getByRole("link", { name: "Pay on Stripe's page" }).count(), 0);
});

test("platform-funded cashback arrives with Pix", async () => {
  await createCheckout("br-padaria", "48.50");
  await payWith("Pix", "I have paid");
  await pass(48);
  assert.match(await card("Cashback"), /credited BRL 1\.45/);
  assert.match(await card("Money that moved"), /transfer/);
});

test("a wrong amount names its field and keeps what was typed", async () => {
  await createCheckout("sg-kopi", "1.005");
  const alert = await page.getByRole("alert").innerText();
  assert.match(alert, /amount/);
  assert.match(alert, /2 decimals|SGD has 2/);
  assert.equal(await page.getByLabel(/^Amount/).inputValue(), "1.005");
  await shot("wrong-amount");
});

test("a new merchant is onboarded, restricted and enabled again", async () => {
  await open("/merchants");
  await page.getByLabel("Name").fill("Baker's <b>13</b>");
  await page.getByLabel("Platform's reference").fill("bakers-13");
  await page.getByRole("button", { name: "Apply" }).click();
  const shop = page.locator("#bakers-13");
  assert.match(await shop.innerText(), /Baker's <b>13<\/b> invited/);
  await shot("merchant-invited");

  await shop.getByRole("button", { name: "Begin onboarding at Stripe" }).click();
  await page.getByRole("button", { name: "Leave unfinished" }).click();
  assert.match(await shop.innerText(), /onboarding/);
  await shot("merchant-onboarding");
  await shop.getByRole("link", { name: "Continue at Stripe" }).click();
  await page.getByRole("button", { name: "Complete" }).click();
  assert.match(await shop.innerText(), /enabled\s+Takes\s+card, PayNow/);

  await shop.getByRole("button", { name: "Stripe restricts the account" }).click();
  assert.match(await shop.innerText(), /restricted/);
  await shot("merchant-restricted");
  await shop.getByRole("link", { name: "Continue at Stripe" }).click();
  await page.getByRole("button", { name: "Complete" }).click();
  assert.match(await shop.innerText(), /enabled/);

  await createCheckout("bakers-13", "5.00");
  assert.equal(await status(), "open");
});

test("what comes back from Stripe stands first", async () => {
  await open("/merchants");
  await page.locator("#bakers-13").getByRole("button", { name: "Stripe restricts the account" }).click();
  await page.locator("#bakers-13").getByRole("link", { name: "Continue at Stripe" }).click();
  await page.getByRole("button", { name: "Leave unfinished" }).click();
  assert.match(await page.getByRole("status").innerText(), /Back from Stripe/);
  assert.equal(await page.locator(".columns > div > section").first().getAttribute("id"), "bakers-13");
  await shot("merchant-returned");
});

test("a campaign is created, refused and paused", async () => {
  await open("/campaigns");
  await page.getByLabel("Name, of").fill("weekend-10");
  await page.getByLabel("Percent back").first().fill("110");
  await page.getByRole("button", { name: "Create campaign" }).click();
  assert.match(await page.getByRole("alert").innerText(), /reward\.percent/);
  assert.match(await page.locator("label", { has: page.locator("input[name=percent]") }).innerText(), /not a percentage/);
  await shot("campaign-refused");
  await page.getByLabel("Percent back").first().fill("10");
  await page.getByRole("button", { name: "Create campaign" }).click();
  await page.getByRole("button", { name: "pause weekend-10" }).click();
  assert.match(await card("SG"), /10% back weekend-10 paused/);
  await shot("campaigns");
});

/** The fields of a folded part of the campaign's form, which is opened. */
async function unfold(summary) {
  const part = page.locator("details.fold").filter({ has: page.locator("summary", { hasText: summary }) });
  await part.locator("summary").click();
  return part;
}

test("a campaign with a cap and a budget: a mistake is shown at its field, and what is left is counted", async () => {
  await open("/campaigns");
  await page.getByLabel("Name, of").fill("lunch-2");
  await page.getByLabel("Percent back").first().fill("");
  await page.getByLabel("or fixed amount").fill("2.00");
  await page.locator("input[name=paynow]").uncheck();
  await page.locator("input[name=card]").check();
  const caps = await unfold("Caps for one payer");
  await caps.locator("input[name=cap_campaign_payments]").fill("1");
  const budget = await unfold("Budget");
  await budget.locator("input[name=total_amount]").fill("1.50");
  await shot("campaign-limits");
  await page.getByRole("button", { name: "Create campaign" }).click();
  assert.match(await page.getByRole("alert").innerText(), /budget\.total\.amount/);
  const field = page.locator("input[name=total_amount]");
  assert.ok(await field.isVisible(), "the part with the mistake is open");
  assert.equal(await field.getAttribute("aria-invalid"), "true");
  assert.match(await page.locator("label", { has: field }).innerText(), /budget is smaller than/);
  assert.equal(await page.locator("input[name=cap_campaign_payments]").inputValue(), "1", "what was typed is kept");
  await shot("campaign-limits-refused");
  await field.fill("4.00");
  await page.getByRole("button", { name: "Try it on the last 31 days" }).click();
  assert.match(await card("Tried on the past"), /\d+ of \d+ payments would have earned SGD/);
  await shot("campaign-tried");
  await page.getByRole("button", { name: "Create campaign" }).click();
  assert.match(await card("SG"), /SGD 2\.00 back lunch-2 running.*a payer: 1 payment per campaign.*SGD 4\.00 left/);

  await pass(1); // A new campaign is seen by new checkouts within a minute.
  for (const [phone, says] of [["+6581234567", /SGD 2\.00 back with card/], ["+6581234567", /card: the most that one payer/],
    ["+6581234568", /SGD 2\.00 back with card/], ["+6581234569", /card: the campaign's budget is used up/]]) {
    await createCheckout("sg-kopi", "30.00", { phone });
    assert.match(await card("To pay"), says);
  }
  await shot("offers-with-reasons");
  await open("/campaigns");
  assert.match(await card("SG"), /lunch-2 .*SGD 0\.00 left/);
});

test("a market is stopped and goes on", async () => {
  await open("/campaigns");
  const market = page.locator("#US");
  await market.locator("summary").click();
  await market.getByLabel("Reason").fill("looks wrong");
  await market.getByRole("button", { name: "Stop all in US" }).click();
  assert.match(await card("US"), /Stopped since .* looks wrong/);
  await pass(1);
  await createCheckout("us-diner", "18.40");
  assert.match(await card("To pay"), /all campaigns are stopped/);
  await open("/campaigns");
  await shot("market-stopped");
  await page.getByRole("button", { name: "resume all campaigns in US" }).click();
  assert.doesNotMatch(await card("US"), /Stopped/);
  await pass(1);
});

test("cashback that cannot be refunded becomes credit, and is spent at the next checkout", async () => {
  const phone = "+5511976543210";
  await createCheckout("br-padaria", "40.00", { phone });
  await payWith("Pix", "I have paid");
  await page.getByRole("button", { name: "It will refuse what comes back" }).click();
  await pass(48);
  assert.match(await card("Cashback"), /credited to wallet BRL 1\.20 could not be refunded/);
  await shot("credited-to-wallet");

  await open("/payers");
  await page.getByLabel("Payer's phone").fill(phone);
  await page.getByLabel("Market").selectOption("BR");
  await page.getByRole("button", { name: "Look up" }).click();
  assert.match(await card("Wallet in BR"), /BRL 1\.20 can be spent/);
  await shot("payer");

  await createCheckout("br-padaria", "12.00", { phone, wallet: true });
  assert.match(await page.locator(".lead").innerText(), /BRL 1\.20 of it with wallet credit/);
  assert.match(await card("To pay"), /BRL 0\.32 back with Pix/, "3% of what is really paid");
  await shot("wallet-checkout");
  await payWith("Pix", "I have paid");
  await page.getByRole("button", { name: "Refund", exact: true }).click();
  assert.match(await card("Refunds"), /BRL 10\.80 BRL 1\.20/, "the charge, and the credit");
  await shot("wallet-refunded");
});

test("a suspicious cashback waits for a person", async () => {
  await open("/reviews");
  const market = page.locator("section.card").filter({ has: page.locator("h2", { hasText: /^BR/ }) });
  await market.locator("summary").click();
  await market.getByLabel("Payments of one payer a day").fill("1");
  await market.getByRole("button", { name: "Look for this in BR" }).click();
  await pass(1);
  for (const amount of ["30.00", "31.00"]) {
    await createCheckout("br-padaria", amount, { phone: "+5511987654321" });
    await payWith("Pix", "I have paid");
  }
  assert.match(await card("Cashback"), /in review/);
  await shot("in-review");
  await open("/reviews");
  assert.match(await card("BR"), /more payments on one day than is usual/);
  await shot("reviews");
  await page.getByLabel("Reason").fill("a regular guest");
  await page.getByRole("button", { name: "approve" }).click();
  assert.match(await card("BR"), /Nothing waits for a person/);
});

test("what is not there is said clearly", async () => {
  for (const path of ["/nothing", "/checkouts/sg-kopi/chk_unknown", "/checkouts/nobody/x", "/?shop=nobody"]) {
    const answer = await page.goto(`${local.page}${path}`);
    assert.equal(answer.status(), 404, path);
    assert.match(await page.getByRole("alert").innerText(), /\w+/);
  }
  await shot("not-found");
});

test("it reads well on a narrow screen and in the dark", async () => {
  await page.setViewportSize({ width: 390, height: 800 });
  await createCheckout("sg-kopi", "12.30");
  await payWith("Card", "Pay");
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(overflow <= 0, `the page is ${overflow} pixels wider than the screen`);
  await shot("narrow");
  await page.emulateMedia({ colorScheme: "dark" });
  await page.setViewportSize({ width: 1200, height: 900 });
  await shot("dark");
});
