//! Webhooks that name what is another's.

use kembali_tests::{CONNECT_SECRET, signature, text};
use serde_json::{Value, json};

use crate::dice::Dice;
use crate::paths::Aim;
use crate::world::World;

/// An event and its `Stripe-Signature`.
pub(crate) struct Webhook {
    pub(crate) body: String,
    pub(crate) signature: String,
}

/// An event of the caller's account that names something of the target's, an event of the other mode, or one
/// that Stripe has not signed.
pub(crate) fn webhook(dice: &mut Dice, world: &World, aim: &Aim) -> Webhook {
    let town = &world.town;
    let target = &world.tenants[aim.target];
    let is_foreign = aim.caller.is_some_and(|caller| caller != aim.target);
    let checkout = dice.pick(&target.checkouts).clone();
    let item = town.checkout_item(&json!({"id": checkout}));
    let session = text(&item, "/session/S");
    let stripe = town.stack.stripe();
    let charge = stripe.charge_of(&session).unwrap_or_else(|| "ch_random".to_owned());
    let intent = text(&stripe.object(&charge).unwrap_or_default(), "/payment_intent");
    let currency = target.currency.to_lowercase();
    let amount = *dice.pick(&[1, 500, 2100, 2300, 4000]);
    let metadata = json!({
        "kembali_checkout": checkout, "kembali_purpose": dice.pick(&["cashback", "refund"]),
        "kembali_attempt": "1", "kembali_reference": dice.pick(&target.references),
    });
    let of_session = json!({"id": session, "payment_status": "paid", "metadata": metadata});
    let of_charge = json!({
        "id": charge, "object": "charge", "amount": amount, "amount_refunded": amount, "currency": currency,
        "created": town.now(), "payment_intent": intent, "metadata": metadata,
        "payment_method_details": {"type": "card", "card": {"fingerprint": "Fp1", "funding": "credit"}},
    });
    let of_refund = json!({
        "id": "re_random", "amount": amount, "currency": currency, "charge": charge, "metadata": metadata,
        "status": dice.pick(&["succeeded", "failed", "pending"]),
    });
    let of_dispute =
        json!({"id": "dp_random", "charge": charge, "status": dice.pick(&["lost", "won", "needs_response"])});
    let of_account = json!({"id": target.shop.account, "charges_enabled": false});
    let (kind, object): (&str, Value) = dice
        .pick(&[
            ("charge.succeeded", of_charge.clone()),
            ("charge.refunded", of_charge),
            ("checkout.session.completed", of_session.clone()),
            ("checkout.session.async_payment_failed", of_session.clone()),
            ("checkout.session.expired", of_session),
            ("refund.created", of_refund.clone()),
            ("refund.updated", of_refund.clone()),
            ("refund.failed", of_refund),
            ("charge.dispute.created", of_dispute.clone()),
            ("charge.dispute.closed", of_dispute),
            ("account.updated", of_account),
        ])
        .clone();
    let account = if is_foreign { aim.caller.unwrap_or_default() } else { aim.target };
    let mut event = town.forged(kind, &world.tenants[account].shop.account, object);
    event["id"] = json!(format!("evt_random{}", dice.roll(1_000_000)));
    // What an account says of itself in the right mode is for Stripe alone to say.
    let is_signed = is_foreign && dice.roll(4) > 0;
    let is_of_other_mode = !is_signed && dice.once_in(2);
    event["livemode"] = json!(is_of_other_mode);
    let body = event.to_string();
    let secret = if is_signed || is_of_other_mode { CONNECT_SECRET } else { "whsec_guess" };
    let signature = format!("t={},v1={}", town.now(), signature(secret, town.now(), &body));
    Webhook { body, signature }
}
