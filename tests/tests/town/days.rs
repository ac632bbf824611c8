//! Days and months at the ends of time, on every route that takes one: an answer, and never an error of ours.

use expect_test::expect;
use kembali_tests::{Town, five_percent};
use serde_json::json;

const DAYS: [&str; 9] = [
    "0000-01-01",
    "0001-01-01",
    "1969-12-31",
    "1970-01-01",
    "1970-01-02",
    "2026-11-22",
    "9998-12-31",
    "9999-12-30",
    "9999-12-31",
];

#[tokio::test]
async fn a_day_at_the_end_of_time_is_a_day_like_any_other() {
    let town = Town::unswept().await;
    let mut table = String::new();
    // A market east of Greenwich, and one west of it.
    for country in ["SG", "US"] {
        let shop = town.shop(country).await;
        let market = format!("/v1/markets/{country}");
        for day in DAYS {
            let month = &day[..7];
            let mut statuses = Vec::new();
            for path in [format!("/v1/checkouts?day={day}"), format!("/v1/statement?month={month}")] {
                statuses.push(town.call(&shop.key, "GET", &path, None).await.status);
            }
            for path in [
                format!("{market}/purchases?day={day}"),
                format!("{market}/ledger.csv?from={day}"),
                format!("{market}/ledger.csv?to={day}"),
                format!("{market}/ledger.csv?from=0000-01-01&to={day}"),
                format!("{market}/rebuild?through={day}"),
                format!("{market}/statement?merchant={}&month={month}", shop.id),
                format!("{market}/match?day={day}"),
            ] {
                statuses.push(town.operate("GET", &path, None).await.status);
            }
            statuses.push(town.operate("POST", &format!("{market}/match?day={day}"), None).await.status);
            let mut rule = five_percent("five", "card", "platform");
            for (from, to) in [(day, day), ("2026-11-22", day), (day, "2026-11-22")] {
                let trial = json!({"rule": rule, "from": from, "to": to});
                let path = format!("{market}/campaigns/simulate");
                statuses.push(town.operate("POST", &path, Some(trial)).await.status);
            }
            rule["id"] = json!(format!("until-{day}"));
            rule["ends_at"] = json!(day);
            statuses.push(town.operate("POST", &format!("{market}/campaigns"), Some(rule)).await.status);
            let order = json!({
                "reference": day, "description": "kopi", "channel": "chat", "expires_at": format!("{day}T12:00:00Z"),
                "amount": {"value": "25.00", "currency": if country == "SG" { "SGD" } else { "USD" }},
            });
            statuses.push(town.call(&shop.key, "POST", "/v1/checkouts", Some(order)).await.status);
            assert!(statuses.iter().all(|status| *status < 500), "{country} {day}: {statuses:?}");
            table.push_str(&format!("{country} {day}: {statuses:?}\n"));
        }
    }
    expect![[r#"
        SG 0000-01-01: [200, 200, 200, 200, 200, 200, 200, 200, 404, 200, 200, 422, 422, 422, 422]
        SG 0001-01-01: [200, 200, 200, 200, 200, 200, 200, 200, 404, 200, 200, 422, 422, 422, 422]
        SG 1969-12-31: [200, 200, 200, 200, 200, 200, 200, 200, 404, 200, 200, 422, 422, 422, 422]
        SG 1970-01-01: [200, 200, 200, 200, 200, 200, 200, 200, 404, 200, 200, 422, 422, 422, 422]
        SG 1970-01-02: [200, 200, 200, 200, 200, 200, 200, 200, 404, 200, 200, 422, 422, 422, 422]
        SG 2026-11-22: [200, 200, 200, 200, 200, 200, 200, 200, 404, 200, 200, 200, 200, 422, 201]
        SG 9998-12-31: [200, 422, 200, 200, 200, 200, 200, 422, 422, 422, 200, 422, 422, 201, 422]
        SG 9999-12-30: [200, 422, 200, 200, 200, 200, 200, 422, 422, 422, 200, 422, 422, 422, 422]
        SG 9999-12-31: [200, 422, 200, 200, 200, 200, 200, 422, 422, 422, 200, 422, 422, 422, 422]
        US 0000-01-01: [200, 200, 200, 200, 200, 200, 200, 200, 404, 200, 200, 422, 422, 422, 422]
        US 0001-01-01: [200, 200, 200, 200, 200, 200, 200, 200, 404, 200, 200, 422, 422, 422, 422]
        US 1969-12-31: [200, 200, 200, 200, 200, 200, 200, 200, 404, 200, 200, 422, 422, 422, 422]
        US 1970-01-01: [200, 200, 200, 200, 200, 200, 200, 200, 404, 200, 200, 422, 422, 422, 422]
        US 1970-01-02: [200, 200, 200, 200, 200, 200, 200, 200, 404, 200, 200, 422, 422, 422, 422]
        US 2026-11-22: [200, 200, 200, 200, 200, 200, 200, 200, 404, 200, 200, 200, 200, 422, 201]
        US 9998-12-31: [200, 422, 200, 200, 200, 200, 200, 422, 422, 422, 200, 422, 422, 201, 422]
        US 9999-12-30: [200, 422, 200, 200, 200, 200, 200, 422, 422, 422, 200, 422, 422, 422, 422]
        US 9999-12-31: [200, 422, 200, 200, 200, 200, 200, 422, 422, 422, 200, 422, 422, 422, 422]
    "#]]
    .assert_eq(&table);
}
