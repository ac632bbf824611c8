//! One call: made up, sent, and what came back.

use std::collections::BTreeMap;

use kembali_local::client::Response;
use kembali_tests::text;
use serde_json::Value;

use crate::bodies::{Body, perhaps_broken, right};
use crate::dice::Dice;
use crate::events::webhook;
use crate::marks::readable;
use crate::paths::{Aim, Path, fill};
use crate::tokens::{Token, invalid};
use crate::world::{PLAYER, PLAYGROUND, World};
use percent_encoding::percent_decode_str;

/// A route of the template.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) is_operators: bool,
}

impl Route {
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// All of them, as the template has them. An answer to `HEAD` is that to `GET`, and says less.
pub(crate) fn routes(world: &World) -> Vec<Route> {
    let functions = &world.town.stack.template().functions;
    let routes = functions.iter().flat_map(|function| &function.triggers.routes);
    let route = |route: &kembali_local::template::Route| Route {
        method: route.method.clone(),
        path: route.path.clone(),
        is_operators: route.authorizer.is_some(),
    };
    routes.filter(|route| route.method != "HEAD").map(route).collect()
}

/// A call that was answered.
pub(crate) struct Called {
    pub(crate) route: String,
    pub(crate) token: Token,
    /// All that was sent but the token, decoded.
    pub(crate) request: String,
    pub(crate) status: u16,
    /// All that came back, with what its cursor says.
    pub(crate) answer: String,
    /// Of a call with another merchant's id, the answer to the same call with an id that nobody has, in whose
    /// place the other's now stands.
    pub(crate) to_nobodys: Option<(u16, String)>,
}

/// How often each route was answered with each class of status, by each kind of token.
#[derive(Default)]
pub(crate) struct Count {
    pub(crate) calls: usize,
    pub(crate) by_route: BTreeMap<String, BTreeMap<u16, usize>>,
    pub(crate) by_token: BTreeMap<&'static str, BTreeMap<u16, usize>>,
}

impl Count {
    pub(crate) fn add(&mut self, called: &Called) {
        let class = called.status / 100;
        self.calls += 1 + usize::from(called.to_nobodys.is_some());
        *self.by_route.entry(called.route.clone()).or_default().entry(class).or_default() += 1;
        *self.by_token.entry(called.token.kind()).or_default().entry(class).or_default() += 1;
    }
}

/// Makes up a call of `caller`, who is nobody in particular if none, and sends it.
pub(crate) async fn call(
    dice: &mut Dice,
    world: &mut World,
    routes: &[Route],
    caller: Option<usize>,
) -> Called {
    // Most routes are an operator's, and say no to all others alike.
    let merchants: Vec<&Route> = routes.iter().filter(|route| !route.is_operators).collect();
    let route = if dice.once_in(2) { (*dice.pick(&merchants)).clone() } else { dice.pick(routes).clone() };
    let token = token(dice, world, caller, &route);
    let is_operator = matches!(token, Token::Operator(_));
    let is_change = route.method != "GET";
    // What an operator may do to everybody they do to one alone, so that it can be told from what nobody may
    // do.
    let target = match caller {
        Some(caller) if dice.once_in(2) || (is_operator && is_change) => caller,
        caller => world.other(dice, caller),
    };
    let aim = Aim { caller, target };
    let mut headers = vec![("x-request-id", "random".to_owned())];
    headers.extend(token.header().map(|header| ("authorization", header)));
    let mut path = fill(dice, world, &aim, &route.path);
    let body = if route.path == "/webhooks/stripe" {
        let webhook = webhook(dice, world, &aim);
        headers.push(("stripe-signature", webhook.signature));
        Body { content_type: "application/json", text: webhook.body }
    } else {
        let body = right(dice, world, &aim, &route.name());
        perhaps_broken(dice, body)
    };
    if is_operator && is_change && route.path.contains("{country}") {
        let market = format!("/markets/{PLAYGROUND}/");
        path = Path { path: route.path.replace("/markets/{country}/", &market), unknown: None };
        path.path = path.path.replace("{campaign}", dice.pick::<&str>(&["five", "random", "none"]));
    }
    headers.push(("content-type", body.content_type.to_owned()));
    if dice.once_in(6) {
        headers.push(("stripe-account", world.tenants[aim.target].shop.account.clone()));
        headers.push(("x-merchant", world.tenants[aim.target].shop.id.clone()));
    }
    let answer = send(world, &route.method, &path.path, &headers, &body.text).await;
    let mut to_nobodys = None;
    if let (Some((unknown, id, nobodys)), Token::Own(_)) = (&path.unknown, &token) {
        let other = send(world, &route.method, unknown, &headers, &body.text).await;
        to_nobodys = Some((other.status, all_of(&other).replace(nobodys, id)));
    }
    learn(world, caller, &answer);
    Called {
        route: route.name(),
        token,
        request: format!(
            "{} {} {}",
            percent_decode_str(&path.path).decode_utf8_lossy(),
            body.text,
            said(&headers)
        ),
        status: answer.status,
        answer: all_of(&answer),
        to_nobodys,
    }
}

fn token(dice: &mut Dice, world: &World, caller: Option<usize>, route: &Route) -> Token {
    let operator = || Token::Operator(world.town.stack.operator_token().unwrap());
    match caller {
        // An operator has the playground's merchant at hand.
        Some(PLAYER) if dice.roll(4) < if route.is_operators { 3 } else { 1 } => operator(),
        Some(caller) if dice.roll(4) > 0 => Token::Own(dice.pick(&world.tenants[caller].live).clone()),
        Some(_) | None => invalid(dice, world),
    }
}

async fn send(world: &World, method: &str, path: &str, headers: &[(&str, String)], body: &str) -> Response {
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    world.town.client.send(method, path, &headers, body.to_owned()).await.unwrap()
}

/// The caller remembers a new key and a new checkout; an operator's caller is who they did it to.
fn learn(world: &mut World, caller: Option<usize>, answer: &Response) {
    let Some(tenant) = caller.and_then(|caller| world.tenants.get_mut(caller)) else { return };
    let told = answer.json();
    let (key, id) = (text(&told, "/api_key"), text(&told, "/id"));
    if answer.status == 201 && !key.is_empty() && id == tenant.shop.id {
        tenant.knows(key);
    }
    if answer.status == 201 && id.starts_with("chk_") && !tenant.checkouts.contains(&id) {
        tenant.references.push(text(&told, "/reference"));
        tenant.checkouts.push(id);
    }
}

/// Headers and body.
fn all_of(answer: &Response) -> String {
    let is_date = |name: &str| name == "date";
    let headers = answer.headers.iter().filter(|(name, _)| !is_date(name));
    let headers: Vec<String> = headers.map(|(name, value)| format!("{name}: {value}")).collect();
    format!("{}\n{}", headers.join("\n"), readable(&String::from_utf8_lossy(&answer.body)))
}

/// What the headers say, the token apart.
fn said(headers: &[(&str, String)]) -> String {
    let said = headers.iter().filter(|(name, _)| *name != "authorization");
    said.map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(" ")
}

/// The problem's kind, for a message.
pub(crate) fn kind(answer: &str) -> String {
    let body = answer.rsplit('\n').next().unwrap_or_default();
    let problem: Value = serde_json::from_str(body.trim()).unwrap_or_default();
    text(&problem, "/type")
}
