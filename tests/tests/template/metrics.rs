//! Every metric is made from a line that some function logs, and every alarm is of a metric that is made.

use std::collections::BTreeSet;

use yaml_serde::Value as Yaml;

use crate::{infra, source, top};

/// The properties of all resources of a type, with their names.
fn resources(kind: &str) -> Vec<(String, Yaml)> {
    let template = infra("template.yaml");
    let resources = template["Resources"].as_mapping().unwrap().iter();
    let of_kind = resources.filter(|(_, resource)| resource["Type"].as_str() == Some(kind));
    of_kind
        .map(|(name, resource)| (name.as_str().unwrap().to_owned(), resource["Properties"].clone()))
        .collect()
}

/// The function whose log a filter reads: `PayCashbackLogs` is `pay-cashback`.
fn function_of(filter: &Yaml) -> String {
    let Yaml::Tagged(logs) = &filter["LogGroupName"] else { panic!("{filter:?}") };
    let name = logs.value.as_str().unwrap().strip_suffix("Logs").unwrap();
    let kebab: String = name
        .chars()
        .flat_map(|letter| [letter.is_uppercase().then_some('-'), Some(letter)])
        .flatten()
        .collect();
    kebab.trim_start_matches('-').to_lowercase()
}

/// Every file of `shared/src/adapters`, which all functions log through.
fn adapters(folder: &str) -> String {
    let files = std::fs::read_dir(top().join(folder)).unwrap().map(|file| file.unwrap());
    files
        .map(|file| match file.file_type().unwrap().is_dir() {
            true => adapters(&format!("{folder}/{}", file.file_name().to_string_lossy())),
            false => std::fs::read_to_string(file.path()).unwrap(),
        })
        .collect()
}

#[test]
fn every_metric_is_made_from_a_line_that_is_logged() {
    let shared = adapters("shared/src/adapters");
    let mut made = BTreeSet::new();
    for (name, filter) in resources("AWS::Logs::MetricFilter") {
        let metric = &filter["MetricTransformations"][0];
        let field = metric["MetricValue"].as_str().unwrap().strip_prefix("$.fields.").unwrap();
        assert_eq!(
            filter["FilterPattern"].as_str().unwrap(),
            format!("{{ $.fields.{field} > 0 }}"),
            "{name}"
        );
        let code = source(&function_of(&filter)) + &shared;
        let code = code.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut lines = code.split("tracing::").skip(1).filter_map(|line| line.split(';').next());
        let logs =
            |line: &str| line.contains(&format!(" {field} = ")) || line.contains(&format!(" {field},"));
        assert!(lines.any(logs), "{name}: nobody logs {field}");
        made.insert(metric["MetricName"].as_str().unwrap().to_owned());
    }
    let alarms = resources("AWS::CloudWatch::Alarm").into_iter().map(|(_, alarm)| alarm);
    let ours = alarms.filter(|alarm| alarm["Namespace"].as_str() == Some("Kembali"));
    let alarmed: BTreeSet<String> =
        ours.map(|alarm| alarm["MetricName"].as_str().unwrap().to_owned()).collect();
    assert_eq!(alarmed, made);
}
