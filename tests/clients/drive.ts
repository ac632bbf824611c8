// openapi-fetch with the types that openapi-typescript makes of infra/openapi.yaml, against a `local` that
// runs. That it compiles shows what a request may leave out; that it runs, that the answers are what the types
// say. `.ci/clients` makes the types and says where `local` is.

import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

declare const process: { env: Record<string, string | undefined> };

type Schemas = components["schemas"];
type Client = ReturnType<typeof client>;
const patienceMillis = 20_000;
const name = () => `ts-${crypto.randomUUID().slice(0, 8)}`;

function must<T>(value: T | undefined, what: unknown): T {
  if (value === undefined) throw new Error(`this was promised: ${JSON.stringify(what)}`);
  return value;
}

function same(is: unknown, wanted: unknown): void {
  const [found, expected] = [JSON.stringify(is), JSON.stringify(wanted)];
  if (found !== expected) throw new Error(`${found}, not ${expected}`);
}

const environment = (variable: string) => must(process.env[variable], variable);

function client(token: string) {
  return createClient<paths>({ baseUrl: environment("API"), headers: { Authorization: `Bearer ${token}` } });
}

const sgd = (value: string): Schemas["Money"] => ({ value, currency: "SGD" });

/** The problem that an answer tells of; what API Gateway says itself is none. */
function problem(error: Schemas["Refusal"] | undefined): Schemas["Problem"] {
  const told = must(error, "a refusal");
  if ("message" in told) throw new Error(told.message);
  return told;
}

/** Presses the button on the page of Stripe's stand-in, and does not follow it back to the shop. */
async function pay(url: string): Promise<void> {
  const body = new URLSearchParams({ method: "card", number: "4242424242424242" });
  same((await fetch(url, { method: "POST", body, redirect: "manual" })).status, 303);
}

/** The checkout once the payment has arrived. */
async function paid(merchant: Client, checkout: string): Promise<Schemas["Checkout"]> {
  for (const until = Date.now() + patienceMillis; Date.now() < until; ) {
    const { data, error } = await merchant.GET("/v1/checkouts/{checkout}", { params: { path: { checkout } } });
    if (must(data, error).status === "paid") return must(data, error);
    await new Promise((wake) => setTimeout(wake, 100));
  }
  throw new Error("the payment did not arrive");
}

async function merchants(operator: Client): Promise<void> {
  const body: Schemas["Application"] = {
    reference: name(), name: "Kopi", email: "owner@shop.example", country: "SG",
  };
  const { data, error } = await operator.POST("/v1/merchants", { body });
  const { id, api_key } = must(data, error);
  const path = { params: { path: { merchant: id } } };
  const known = await client(must(api_key, "a key")).GET("/v1/merchants/{merchant}", path);
  same(must(known.data, known.error).reference, body.reference);
  const refused = await client("kmb_nobody").GET("/v1/merchants/{merchant}", path);
  same(problem(refused.error).type, "urn:kembali:problem:unauthorized");
}

async function checkouts(merchant: Client): Promise<void> {
  const body: Schemas["NewCheckout"] = {
    reference: name(), amount: sgd("25.00"), channel: "chat", description: "2 kopi",
    payer: { phone: "+6591234567" },
  };
  const { data, error } = await merchant.POST("/v1/checkouts", { body });
  const checkout = must(data, error);
  const again = await merchant.POST("/v1/checkouts", { body });
  same(must(again.data, again.error).id, checkout.id);
  const other = await merchant.POST("/v1/checkouts", { body: { ...body, amount: sgd("26.00") } });
  same([other.response.status, problem(other.error).field], [409, "amount"]);

  await pay(must(checkout.url, checkout));
  same((await paid(merchant, checkout.id)).amount, sgd("25.00"));
  const page = await merchant.GET("/v1/checkouts", { params: { query: { limit: 100 } } });
  same(must(page.data, page.error).checkouts.some(({ id }) => id === checkout.id), true);
  const refund: Schemas["NewRefund"] = { reference: "r-1", amount: sgd("1.00") };
  const refunded = await merchant.POST("/v1/checkouts/{checkout}/refunds", {
    params: { path: { checkout: checkout.id } }, body: refund,
  });
  same(must(refunded.data, refunded.error).refunds?.map(({ amount }) => amount), [sgd("1.00")]);
}

async function campaigns(operator: Client): Promise<void> {
  // No more than must be said: what has a usual value is optional.
  const body: Schemas["NewCampaign"] = {
    id: name(), reward: { kind: "percent", percent: "2.5" }, methods: ["card"], starts_at: "2026-01-01",
    ends_at: "2099-01-01", funding: { split: { platform_bps: 2500 } },
  };
  const params = { params: { path: { country: "SG" as const } } };
  const { data, error } = await operator.POST("/v1/markets/{country}/campaigns", { ...params, body });
  const { reward, promise_hours } = must(data, error);
  same([reward.kind === "percent" && reward.percent, promise_hours], ["2.5", 48]);
  const known = await operator.GET("/v1/markets/{country}/campaigns", params);
  const found = must(known.data, known.error).campaigns.find(({ id }) => id === body.id);
  same(found?.funding, body.funding);
  const refused = await client("expired").GET("/v1/markets/{country}/campaigns", params);
  const told = must(refused.error, "a refusal");
  same("message" in told && told.message, "Unauthorized");
}

async function payers(operator: Client): Promise<void> {
  const of = (phone: string, more: { merchant?: string; amount?: string }) => {
    const params = { path: { phone }, query: { country: "SG" as const, ...more } };
    return operator.GET("/v1/payers/{phone}/cashback", { params });
  };
  const payer = await of("+6591234567", { merchant: environment("MERCHANT"), amount: "25.00" });
  same(must(payer.data, payer.error).offers?.some(({ method }) => method === "card"), true);
  same(problem((await of("+65", {})).error).field, "phone");
}

await merchants(client(environment("OPERATOR")));
await campaigns(client(environment("OPERATOR")));
await checkouts(client(environment("KEY")));
await payers(client(environment("OPERATOR")));
