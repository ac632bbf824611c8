//! Creating, repeating, listing and expiring checkouts.

use kembali::domain::time::Timestamp;
use kembali_tests::{Shop, Town, card, five_percent, session_of, text};
use local_stripe::PayWith;
use serde_json::{Value, json};

fn order() -> Value {
    json!({
        "reference": "order-1", "amount": {"value": "25.00", "currency": "SGD"}, "description": "kopi",
        "payer": {"phone": "+6591234567"}, "channel": "chat", "expires_at": "2026-11-22T12:00:00Z",
        "return_url": "https://example.com/back",
    })
}

async fn post(town: &Town, shop: &Shop, body: Value) -> (u16, Value) {
    let answer = town.call(&shop.key, "POST", "/v1/checkouts", Some(body)).await;
    (answer.status, answer.json())
}

#[tokio::test]
async fn the_same_request_again_is_the_same_checkout_and_no_second_session() {
    let town = Town::new().await;
    let shop = town.shop("SG").await;
    let (status, first) = post(&town, &shop, order()).await;
    assert_eq!(status, 201, "{first}");
    let mark = town.mark();
    let (status, again) = post(&town, &shop, order()).await;
    assert_eq!((status, &again), (200, &first));
    // The time is not held against a repetition, nor is how the number was written.
    town.hours(1).await;
    let mut later = order();
    later["payer"]["phone"] = json!("+65 9123-4567");
    later["expires_at"] = json!("2026-11-22T20:00:00+08:00");
    assert_eq!(post(&town, &shop, later).await, (200, first));
    assert_eq!(town.stack.stripe().sessions().len(), 1);
    assert!(town.since(mark).changes().is_empty());
}

#[tokio::test]
async fn the_id_is_a_function_of_merchant_and_reference() {
    let mut ids = Vec::new();
    for value in ["25.00", "7.50"] {
        let town = Town::new().await;
        let shop = town.shop("SG").await;
        ids.push(text(&town.checkout(&shop, "order-1", value, "SGD").await, "/id"));
    }
    assert_eq!(ids[0], ids[1]);
}

#[tokio::test]
async fn other_content_under_the_same_reference_names_the_field() {
    let town = Town::new().await;
    let shop = town.shop("SG").await;
    assert_eq!(post(&town, &shop, order()).await.0, 201);
    let before = town.items();
    let items =
        json!([{"name": "kopi", "quantity": 1, "unit_amount": {"value": "25.00", "currency": "SGD"}}]);
    let cases = [
        ("amount", json!({"value": "25.01", "currency": "SGD"})),
        ("description", json!("teh")),
        ("items", items),
        ("payer", json!({"phone": "+6598765432"})),
        ("payer", Value::Null),
        ("channel", json!("counter")),
        ("expires_at", json!("2026-11-22T12:00:01Z")),
        ("return_url", Value::Null),
    ];
    for (field, value) in cases {
        let mut body = order();
        let fields = body.as_object_mut().unwrap();
        if field == "items" {
            fields.remove("description");
        }
        match value {
            Value::Null => fields.remove(field),
            value @ (Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_)) => fields.insert(field.to_owned(), value),
        };
        let (status, problem) = post(&town, &shop, body).await;
        let named = if field == "items" { "description" } else { field };
        assert_eq!((status, text(&problem, "/field")), (409, named.to_owned()), "{problem}");
        assert_eq!(text(&problem, "/type"), "urn:kembali:problem:reference-reused");
    }
    assert_eq!(town.items(), before);
    assert_eq!(town.stack.stripe().sessions().len(), 1);
}

#[tokio::test]
async fn an_itemised_order_shows_its_lines_at_stripe() {
    let town = Town::new().await;
    let shop = town.shop("SG").await;
    let item = |name: &str, quantity, value: &str| json!({"name": name, "quantity": quantity, "unit_amount": {"value": value, "currency": "SGD"}});
    let mut body = order();
    body["items"] = json!([item("kopi", 2, "1.50"), item("kaya toast", 1, "2.20")]);
    body["amount"]["value"] = json!("5.20");
    body.as_object_mut().unwrap().remove("description");
    let checkout = town.create(&shop, body.clone()).await;
    assert_eq!(checkout["items"], body["items"]);
    let session = town.stack.stripe().object(&session_of(&checkout)).unwrap();
    assert_eq!((&session["amount_total"], &session["currency"]), (&json!(520), &json!("sgd")));
    assert_eq!(session["metadata"]["kembali_checkout"], checkout["id"]);
    assert_eq!(session["client_reference_id"], json!("order-1"));
    assert_eq!(session["expires_at"], json!(kembali_tests::DAWN + 7200));
    // Another line under the same reference is told so.
    body["items"][0]["name"] = json!("teh");
    let (status, problem) = post(&town, &shop, body).await;
    assert_eq!((status, text(&problem, "/field")), (409, "items".into()));
    town.pay(&checkout, card()).await;
    assert_eq!(town.standing(&shop, &checkout).await, "paid none");
    assert_eq!(town.movements(), ["charge +520 shop", "application_fee +5 platform"]);
}

async fn page(town: &Town, shop: &Shop, day: &str, cursor: Option<&str>) -> (Vec<String>, Option<String>) {
    let cursor = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
    let answer = town.call(&shop.key, "GET", &format!("/v1/checkouts?day={day}&limit=3{cursor}"), None).await;
    assert_eq!(answer.status, 200);
    let page = answer.json();
    let references =
        page["checkouts"].as_array().unwrap().iter().map(|one| text(one, "/reference")).collect();
    (references, page["next_cursor"].as_str().map(str::to_owned))
}

#[tokio::test]
async fn a_day_is_listed_newest_first_without_gaps_or_repeats() {
    let town = Town::new().await;
    let shop = town.shop("SG").await;
    let mut created = Vec::new();
    for number in 0..8 {
        // Pairs share their second.
        if number % 2 == 0 {
            town.stack.clock().advance(1);
        }
        let checkout = town.checkout(&shop, &format!("order-{number}"), "25.00", "SGD").await;
        created.push((text(&checkout, "/created_at"), text(&checkout, "/id"), format!("order-{number}")));
    }
    created.sort();
    let expected: Vec<String> = created.into_iter().rev().map(|(_, _, reference)| reference).collect();
    let (mut listed, mut cursor) = page(&town, &shop, "2026-11-22", None).await;
    let mut pages = 1;
    while let Some(position) = cursor {
        let (more, next) = page(&town, &shop, "2026-11-22", Some(&position)).await;
        // What is created meanwhile disturbs nobody who is turning the pages.
        town.stack.clock().advance(1);
        town.checkout(&shop, &format!("late-{pages}"), "25.00", "SGD").await;
        listed.extend(more);
        cursor = next;
        pages += 1;
    }
    assert_eq!((listed, pages), (expected, 3));
    // The day is the market's own: in Singapore the next one begins at 16:00 UTC.
    town.hours(6).await;
    town.checkout(&shop, "tomorrow", "25.00", "SGD").await;
    assert_eq!(page(&town, &shop, "2026-11-23", None).await.0, ["tomorrow"]);
    let today = town.call(&shop.key, "GET", "/v1/checkouts", None).await.json();
    assert_eq!(text(&today, "/day"), "2026-11-23");
}

#[tokio::test]
async fn an_expired_checkout_cannot_be_paid_and_a_paid_one_cannot_expire() {
    let town = Town::new().await;
    let shop = town.shop("SG").await;
    let expire = async |checkout: &Value| {
        let path = format!("/v1/checkouts/{}/expire", text(checkout, "/id"));
        let answer = town.call(&shop.key, "POST", &path, None).await;
        (answer.status, answer.json())
    };
    let checkout = town.checkout(&shop, "order-1", "25.00", "SGD").await;
    for _ in 0..2 {
        let (status, view) = expire(&checkout).await;
        assert_eq!((status, text(&view, "/status"), view.get("url")), (200, "expired".into(), None));
        town.settle().await;
    }
    let session = session_of(&checkout);
    assert_eq!(town.stack.stripe().object(&session).unwrap()["status"], json!("expired"));
    assert!(town.stack.stripe().pay(&session, card()).is_err());
    assert_eq!(town.version(&checkout), "2", "the event about it changed nothing");

    let paid = town.checkout(&shop, "order-2", "25.00", "SGD").await;
    town.pay(&paid, card()).await;
    let (status, problem) = expire(&paid).await;
    assert_eq!((status, text(&problem, "/type")), (409, "urn:kembali:problem:wrong-state".into()));

    // The payer is faster, and we have not heard of it yet.
    let racing = town.checkout(&shop, "order-3", "25.00", "SGD").await;
    town.stack.stripe().pay(&session_of(&racing), card()).unwrap();
    assert_eq!(expire(&racing).await.0, 409);
    town.settle().await;
    assert_eq!(text(&town.read(&shop, &racing).await, "/status"), "paid");
}

#[tokio::test]
async fn two_at_once_are_one_checkout() {
    let town = Town::new().await;
    let shop = town.shop("SG").await;
    let (one, two) = tokio::join!(post(&town, &shop, order()), post(&town, &shop, order()));
    let mut statuses = [one.0, two.0];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 201], "{one:?} {two:?}");
    assert_eq!(one.1, two.1);
    assert_eq!(town.stack.stripe().sessions().len(), 1);
    assert_eq!(town.items().iter().filter(|item| text(item, "/pk/S").starts_with("C#")).count(), 1);
}

#[tokio::test]
async fn of_two_at_once_that_differ_one_is_created_and_one_is_told() {
    let town = Town::new().await;
    let shop = town.shop("SG").await;
    let mut other = order();
    other["amount"]["value"] = json!("26.00");
    let (one, two) = tokio::join!(post(&town, &shop, order()), post(&town, &shop, other));
    let (won, lost) = if one.0 == 201 { (one, two) } else { (two, one) };
    assert_eq!((won.0, lost.0, text(&lost.1, "/field")), (201, 409, "amount".into()), "{won:?} {lost:?}");
    let read = town.read(&shop, &won.1).await;
    assert_eq!(read, won.1);
}

#[tokio::test]
async fn an_order_has_the_number_that_people_give_it() {
    let town = Town::new().await;
    town.open_market("SG").await;
    let shop = town.another_shop("SG", "2026/11#kopi").await;
    town.campaign("SG", five_percent("five", "paynow", "merchant")).await;
    let longest = "9".repeat(64);
    let references = ["0f8fad5b-d9cb-469f-a165-70867728950e", "2026/11/1", "A#7", &longest];
    for reference in references {
        let mut body = order();
        body["reference"] = json!(reference);
        let (status, first) = post(&town, &shop, body.clone()).await;
        assert_eq!((status, text(&first, "/reference")), (201, reference.to_owned()), "{first}");
        assert_eq!(post(&town, &shop, body).await, (200, first.clone()));
        town.pay(&first, PayWith::Paynow).await;
        town.stack.stripe().keep_available(&shop.account, "sgd", 10_000);
        // The refund's number becomes a part of its key at Stripe, and comes back in its metadata.
        for status in [201, 200] {
            let refund = town.refund(&shop, &first, reference, Some("5.00")).await;
            assert_eq!(refund.status, status, "{}", refund.json());
            assert_eq!(text(&refund.json(), "/refunds/0/reference"), reference);
        }
        let adjustment = json!({
            "phone": "+6591234567", "reference": reference, "direction": "credit", "reason": "sorry",
            "amount": {"value": "1.00", "currency": "SGD"},
        });
        for status in [201, 200] {
            let answer = town.operate("POST", "/v1/markets/SG/adjustments", Some(adjustment.clone())).await;
            assert_eq!(answer.status, status, "{}", answer.json());
        }
    }
    let (mut listed, cursor) = page(&town, &shop, "2026-11-22", None).await;
    listed.extend(page(&town, &shop, "2026-11-22", cursor.as_deref()).await.0);
    listed.sort();
    let mut expected = references.to_vec();
    expected.sort_unstable();
    assert_eq!(listed, expected);
    let refunds = town.movements().into_iter().filter(|moved| moved == "refund -500 shop");
    assert_eq!((refunds.count(), town.dead_letters()), (references.len(), 0));
}

#[tokio::test]
async fn what_a_payer_reads_is_what_can_be_seen() {
    let town = Town::new().await;
    town.open_market("SG").await;
    let applicant = json!({
        "reference": "kopi", "name": "Kopi\0 \u{202e}renroC\u{202c}\n", "email": "k@example.com", "country": "SG",
    });
    let applied = town.operate("POST", "/v1/merchants", Some(applicant.clone())).await.json();
    assert_eq!(text(&applied, "/name"), "Kopi renroC");
    let again = town.operate("POST", "/v1/merchants", Some(applicant)).await;
    assert_eq!(again.status, 200, "{}", again.json());

    let shop = town.another_shop("SG", "kopi-2").await;
    let mut body = order();
    body["description"] = json!(" 2 kopi\r\n1 kaya\u{200b} toast \u{2067}\u{1b}[2J");
    let (status, first) = post(&town, &shop, body.clone()).await;
    assert_eq!(
        (status, text(&first, "/description")),
        (201, "2 kopi 1 kaya toast [2J".to_owned()),
        "{first}"
    );
    assert_eq!(post(&town, &shop, body.clone()).await, (200, first));
    // What reads the same is the same.
    body["description"] = json!("2 kopi 1 kaya toast [2J");
    assert_eq!(post(&town, &shop, body).await.0, 200);

    let unit = json!({"value": "12.50", "currency": "SGD"});
    let mut items = order();
    items["reference"] = json!("order-2");
    items.as_object_mut().unwrap().remove("description");
    items["items"] = json!([
        {"name": "\u{915}\u{94d}\u{200d}\u{937}", "quantity": 1, "unit_amount": unit},
        {"name": "\u{1f468}\u{200d}\u{1f373}\u{200f}", "quantity": 1, "unit_amount": unit},
    ]);
    let (status, second) = post(&town, &shop, items).await;
    assert_eq!(status, 201, "{second}");
    let names = [0, 1].map(|line| text(&second, &format!("/items/{line}/name")));
    assert_eq!(names, ["\u{915}\u{94d}\u{200d}\u{937}", "\u{1f468}\u{200d}\u{1f373}"]);
}

/// JSON Schema calls `2.0` an integer, and Python writes it for `4 / 2`.
#[tokio::test]
async fn a_whole_number_may_have_a_point() {
    let town = Town::new().await;
    let shop = town.shop("SG").await;
    let written = |quantity: &str| {
        let unit = r#"{"value": "12.50", "currency": "SGD"}"#;
        let items = format!(r#"[{{"name": "kopi", "quantity": {quantity}, "unit_amount": {unit}}}]"#);
        let mut body = order();
        body.as_object_mut().unwrap().remove("description");
        body["items"] = serde_json::from_str(&items).unwrap();
        body
    };
    let (status, first) = post(&town, &shop, written("2")).await;
    assert_eq!((status, &first["items"][0]["quantity"]), (201, &json!(2)), "{first}");
    for quantity in ["2.0", "2e0", "0.2e1"] {
        assert_eq!(post(&town, &shop, written(quantity)).await, (200, first.clone()), "{quantity}");
    }
    for quantity in ["2.5", "-2.0", "-0.0", "1e30"] {
        let (status, problem) = post(&town, &shop, written(quantity)).await;
        assert_eq!((status, &problem["field"]), (422, &json!("items[0].quantity")), "{quantity}: {problem}");
    }
}

#[tokio::test]
async fn a_number_that_was_copied_with_its_marks_is_the_number() {
    let town = Town::new().await;
    let shop = town.shop("SG").await;
    let (_, first) = post(&town, &shop, order()).await;
    let mut copied = order();
    copied["payer"]["phone"] = json!("\u{202a}+65\u{a0}9123\u{2011}4567\u{202c}");
    assert_eq!(post(&town, &shop, copied).await, (200, first));
}

#[tokio::test]
async fn a_page_lives_from_half_an_hour_to_a_day_by_stripes_clock_too() {
    let town = Town::new().await;
    let shop = town.shop("SG").await;
    for (reference, seconds, expected) in [
        ("soon", 31 * 60 - 1, 422),
        ("soonest", 31 * 60, 201),
        ("latest", 86_340, 201),
        ("late", 86_341, 422),
    ] {
        let expires_at = Timestamp::from_epoch_seconds(town.stack.clock().epoch_seconds() + seconds);
        let mut body = order();
        body["reference"] = json!(reference);
        body["expires_at"] = json!(expires_at);
        let (status, answer) = post(&town, &shop, body.clone()).await;
        assert_eq!(status, expected, "{reference}: {answer}");
        if expected == 201 {
            // A repetition asks for what was granted before.
            town.stack.clock().advance(600);
            assert_eq!(post(&town, &shop, body).await.0, 200, "{reference}");
        }
    }
}
