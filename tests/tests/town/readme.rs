//! What the documents offer to copy works.

use kembali_tests::Town;
use serde_json::Value;

#[tokio::test]
async fn every_campaign_of_the_examples_can_be_created() {
    let town = Town::unswept().await;
    let examples = include_str!("../../../shared/src/domain/campaign/README.md");
    let mut created = Vec::new();
    for block in examples.split("```json campaign ").skip(1) {
        let (country, rest) = block.split_once('\n').expect("a market after the mark");
        let (rule, _) = rest.split_once("```").expect("the block ends");
        let rule: Value = serde_json::from_str(rule).expect("the block is JSON");
        town.campaign(country, rule.clone()).await;
        created.push(rule["id"].clone());
    }
    assert_eq!(created.len(), 5, "{created:?}");
    assert_eq!(created[0], "upi-only", "the first real one comes first");
}
