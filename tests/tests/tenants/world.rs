//! Merchants of four markets, each with payments in every state, and with words of its own in everything it
//! sends.

use kembali::domain::market::Country;
use kembali_tests::{Shop, Town, card, five_percent, session_of, text};
use local_stripe::PayWith;
use serde_json::{Value, json};

use crate::dice::Dice;

/// A merchant and what it alone may know.
pub(crate) struct Tenant {
    pub(crate) name: &'static str,
    pub(crate) country: &'static str,
    pub(crate) currency: &'static str,
    /// The phone of its regular payer.
    pub(crate) phone: String,
    /// The key of that payer's item.
    pub(crate) payer: String,
    pub(crate) shop: Shop,
    /// Keys that work, the newest last.
    pub(crate) live: Vec<String>,
    /// Keys that worked.
    pub(crate) dead: Vec<String>,
    pub(crate) checkouts: Vec<String>,
    pub(crate) references: Vec<String>,
    /// An order whose payer has agreed to spend credit on it, where there are wallets.
    pub(crate) agreed: Value,
    /// Words that nobody else ever sends.
    pub(crate) words: Vec<String>,
}

/// All of them.
pub(crate) struct World {
    pub(crate) town: Town,
    pub(crate) tenants: Vec<Tenant>,
}

/// Name, market and currency. The last is alone in its market, which an operator changes as they like. In
/// India there are no wallets: nobody agrees there to spend credit.
const TENANTS: [(&str, &str, &str); 7] = [
    ("ant", "SG", "SGD"),
    ("bee", "SG", "SGD"),
    ("cat", "US", "USD"),
    ("dog", "US", "USD"),
    ("eel", "IN", "INR"),
    ("fox", "SG", "SGD"),
    ("gnu", "BR", "BRL"),
];
/// The market that an operator changes.
pub(crate) const PLAYGROUND: &str = "BR";
/// The merchant there.
pub(crate) const PLAYER: usize = TENANTS.len() - 1;
/// The merchant who is suspended.
pub(crate) const SUSPENDED: usize = PLAYER - 1;

/// Every market's rail, and phone numbers that people there can have: the last digit is the payer's.
const MARKETS: [(&str, &str, &str); 4] = [
    ("SG", "paynow", "+659123456"),
    ("IN", "upi", "+91987654321"),
    ("BR", "pix", "+551198765432"),
    ("US", "card", "+1201555012"),
];

fn rail(country: &str) -> PayWith {
    match country {
        "SG" => PayWith::Paynow,
        "IN" => PayWith::Upi,
        "BR" => PayWith::Pix,
        _ => card(),
    }
}

impl Tenant {
    /// A word of its own that it has not used yet.
    pub(crate) fn word(&mut self, what: &str) -> String {
        let word = format!("{}{what}{:05}", self.name, self.words.len());
        self.words.push(word.clone());
        word
    }

    /// Whether its payers have credit.
    fn has_wallet(&self) -> bool {
        Country::parse(self.country).unwrap().has_wallets()
    }

    /// An order of its own payer, with words of its own.
    pub(crate) fn order(&mut self, value: &str) -> Value {
        let reference = self.word("order");
        self.references.push(reference.clone());
        json!({
            "reference": reference, "amount": {"value": value, "currency": self.currency}, "channel": "chat",
            "description": self.word("description"), "payer": {"phone": self.phone},
            "return_url": format!("https://example.com/{}", self.word("return")),
        })
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        let town = Town::unswept().await;
        for (country, method, _) in MARKETS {
            town.open_market(country).await;
            town.campaign(country, five_percent("five", method, "merchant")).await;
        }
        let mut tenants = Vec::new();
        for (index, (name, country, currency)) in TENANTS.into_iter().enumerate() {
            tenants.push(apply(&town, name, country, currency, index).await);
        }
        for tenant in &mut tenants {
            first_day(&town, tenant).await;
        }
        town.hours(49).await;
        for tenant in &mut tenants {
            third_day(&town, tenant).await;
        }
        let fox = format!("/v1/merchants/{}/suspend", tenants[SUSPENDED].shop.id);
        assert_eq!(town.operate("POST", &fox, Some(json!({"reason": "fur"}))).await.status, 200);
        town.settle().await;
        Self { town, tenants }
    }

    /// A tenant other than `than`.
    pub(crate) fn other(&self, dice: &mut Dice, than: Option<usize>) -> usize {
        let others: Vec<usize> = (0..self.tenants.len()).filter(|index| Some(*index) != than).collect();
        *dice.pick(&others)
    }
}

async fn apply(
    town: &Town,
    name: &'static str,
    country: &'static str,
    currency: &'static str,
    index: usize,
) -> Tenant {
    let (_, _, phones) = MARKETS.into_iter().find(|market| market.0 == country).unwrap();
    let mut tenant = Tenant {
        name,
        country,
        currency,
        phone: format!("{phones}{}", index + 1),
        payer: String::new(),
        shop: Shop { id: String::new(), key: String::new(), account: String::new() },
        live: Vec::new(),
        dead: Vec::new(),
        checkouts: Vec::new(),
        references: Vec::new(),
        agreed: Value::Null,
        words: Vec::new(),
    };
    let (legal, email) = (tenant.word("name"), tenant.word("email"));
    let application = json!({
        "reference": tenant.word("business"), "name": legal, "email": format!("{email}@example.com"),
        "country": country, "fee_bps": 100,
    });
    let answer = town.operate("POST", "/v1/merchants", Some(application)).await;
    assert_eq!(answer.status, 201, "{}", answer.json());
    let (id, key) = (text(&answer.json(), "/id"), text(&answer.json(), "/api_key"));
    tenant.shop = town.enable(Shop { id, key: key.clone(), account: String::new() }).await;
    tenant.live = vec![key];
    for _ in 0..2 {
        rotate(town, &mut tenant).await;
    }
    tenant
}

async fn rotate(town: &Town, tenant: &mut Tenant) {
    let path = format!("/v1/merchants/{}/keys", tenant.shop.id);
    let answer = town.call(tenant.live.last().unwrap(), "POST", &path, None).await;
    assert_eq!(answer.status, 201, "{}", answer.json());
    tenant.knows(text(&answer.json(), "/api_key"));
}

impl Tenant {
    /// A new key works beside the newest; those before work no longer.
    pub(crate) fn knows(&mut self, key: String) {
        self.live.push(key.clone());
        self.shop.key = key;
        let surplus = self.live.len().saturating_sub(2);
        self.dead.extend(self.live.drain(..surplus));
    }
}

async fn order(town: &Town, tenant: &mut Tenant, value: &str) -> Value {
    let body = tenant.order(value);
    let checkout = town.create(&tenant.shop, body).await;
    tenant.checkouts.push(text(&checkout, "/id"));
    checkout
}

/// Cashbacks that will be credited, a refund of a part, and credit in the payer's wallet, if there is one.
async fn first_day(town: &Town, tenant: &mut Tenant) {
    let stripe = town.stack.stripe();
    stripe.keep_available(&tenant.shop.account, tenant.currency, 1_000_000);
    for round in 0..3 {
        let checkout = order(town, tenant, "40.00").await;
        town.pay(&checkout, rail(tenant.country)).await;
        if round == 0 {
            let reference = tenant.word("refund");
            assert_eq!(town.refund(&tenant.shop, &checkout, &reference, Some("5.00")).await.status, 201);
        }
    }
    if !tenant.has_wallet() {
        return;
    }
    let gift = json!({
        "phone": tenant.phone, "reference": tenant.word("gift"), "direction": "credit", "reason": "spilled kopi",
        "amount": {"value": "2.00", "currency": tenant.currency},
    });
    let path = format!("/v1/markets/{}/adjustments", tenant.country);
    assert_eq!(town.operate("POST", &path, Some(gift)).await.status, 201);
}

/// One that is open, one of several lines, one that is closed, one that is held, one that is disputed, and an
/// order whose payer agrees to spend the credit.
async fn third_day(town: &Town, tenant: &mut Tenant) {
    order(town, tenant, "21.00").await;
    let mut lines = tenant.order("30.00");
    lines.as_object_mut().unwrap().remove("description");
    let unit = json!({"value": "15.00", "currency": tenant.currency});
    lines["items"] = json!([{"name": tenant.word("item"), "quantity": 2, "unit_amount": unit}]);
    let checkout = town.create(&tenant.shop, lines).await;
    tenant.checkouts.push(text(&checkout, "/id"));
    let closed = order(town, tenant, "22.00").await;
    let path = format!("/v1/checkouts/{}/expire", text(&closed, "/id"));
    assert_eq!(town.call(&tenant.shop.key, "POST", &path, None).await.status, 200);
    let held = order(town, tenant, "23.00").await;
    town.pay(&held, rail(tenant.country)).await;
    let disputed = order(town, tenant, "24.00").await;
    town.stack.stripe().pay(&session_of(&disputed), card()).unwrap();
    town.settle().await;
    town.stack.stripe().dispute(&town.charge(&disputed)).unwrap();
    town.settle().await;
    tenant.payer = format!("P#{}", text(&town.checkout_item(&held), "/payer/S"));
    let order = tenant.order("25.00");
    tenant.agreed =
        if tenant.has_wallet() { town.agreed(&tenant.shop, tenant.country, order).await } else { order };
}
