//! Whose object it is.

use kembali_local::client::Client;
use kembali_tests::{Town, card, five_percent, session_of, text};
use local_stripe::PayWith;

/// Elsewhere an event of a connected account led to a look at the platform's own objects, where there was
/// nothing. Here every request about a session, a charge, a refund or a dispute names the account that has
/// it; Stripe finds all of them.
#[tokio::test]
async fn every_request_names_the_account_that_has_the_object() {
    let town = Town::unswept().await;
    let stripe = town.stack.stripe();
    stripe.set_available_balance(&stripe.platform_account(), "sgd", 100_000);
    let shops = [town.shop("SG").await, town.another_shop("SG", "other").await];
    town.campaign("SG", five_percent("five", "paynow", "platform")).await;
    let mut objects = Vec::new();
    for shop in &shops {
        stripe.keep_available(&shop.account, "sgd", 100_000);
        let left = town.checkout(shop, "left", "25.00", "SGD").await;
        let path = format!("/v1/checkouts/{}/expire", text(&left, "/id"));
        assert_eq!(town.call(&shop.key, "POST", &path, None).await.status, 200);
        let disputed = town.checkout(shop, "disputed", "25.00", "SGD").await;
        town.pay(&disputed, card()).await;
        stripe.dispute(&town.charge(&disputed)).expect("it can be disputed");
        let refunded = town.checkout(shop, "refunded", "25.00", "SGD").await;
        town.pay(&refunded, PayWith::Paynow).await;
        town.refund(shop, &refunded, "r1", Some("5.00")).await;
        stripe.refund_from_dashboard(&town.charge(&refunded), 500).expect("so much is left");
        objects.push((shop.account.clone(), format!("/v1/checkout/sessions/{}", session_of(&refunded))));
        objects.push((shop.account.clone(), format!("/v1/charges/{}", town.charge(&refunded))));
    }
    town.hours(49).await;
    for shop in &shops {
        let refunded = town.checkout(shop, "refunded-after", "25.00", "SGD").await;
        town.pay(&refunded, PayWith::Paynow).await;
        town.hours(49).await;
        assert_eq!(town.refund(shop, &refunded, "r1", None).await.status, 201);
    }
    let asked = town.since(0).0;
    let asked: Vec<_> = asked.iter().filter(|call| call.service == "stripe").collect();
    let lost: Vec<_> = asked.iter().filter(|call| call.status >= 400).collect();
    assert!(lost.is_empty(), "{lost:?}");
    for operation in ["GET /v1/charges/{id}", "POST /v1/refunds", "POST /v1/checkout/sessions/{id}/expire"] {
        assert!(asked.iter().any(|call| call.operation == operation), "{operation} was not asked");
    }

    // Whoever looks on the platform's account, or on another's, finds nothing: so the requests above named
    // the right one.
    let client = Client::new(town.stack.stripe_url());
    for (account, path) in &objects {
        let others: Vec<_> = shops.iter().map(|shop| shop.account.as_str()).collect();
        for named in [None].into_iter().chain(others.into_iter().map(Some)) {
            let mut headers = vec![("authorization", "Bearer sk_test_local_SG")];
            headers.extend(named.map(|named| ("stripe-account", named)));
            let answer = client.send("GET", path, &headers, String::new()).await.expect("Stripe answers");
            assert_eq!(answer.status == 200, named == Some(account.as_str()), "{path} on {named:?}");
        }
    }
}
