use super::*;

fn function<'a>(template: &'a Template, id: &str) -> &'a Function {
    template.functions.iter().find(|function| function.id == id).unwrap()
}

/// A template with one resource, written in one line of YAML each for its type and the rest.
fn error(resource: &str) -> String {
    let yaml = format!("Resources:\n  Thing:\n    {}\n", resource.replace('\n', "\n    "));
    Template::parse(&yaml).unwrap_err().to_string()
}

#[test]
fn the_deployed_template_is_read_whole() {
    let template = Template::parse(DEPLOYED).unwrap();
    let functions: Vec<_> = template
        .functions
        .iter()
        .map(|function| (function.binary.as_str(), function.triggers.routes.len(), function.timeout_seconds))
        .collect();
    let expected = [
        ("explain-routes", 0, 15),
        ("create-checkout", 7, 15),
        ("enable-merchant", 9, 15),
        ("manage-market", 30, 29),
        ("receive-stripe-event", 1, 15),
        ("apply-stripe-event", 0, 30),
        ("release-cashback", 0, 300),
        ("pay-cashback", 0, 30),
        ("recover-messages", 4, 900),
        ("publish-events", 0, 15),
        ("keep-books", 0, 900),
        ("read-books", 14, 29),
        ("match-books", 3, 900),
    ];
    assert_eq!(functions, expected);
    let queues: Vec<_> = template.queues.iter().map(|queue| queue.id.as_str()).collect();
    assert_eq!(
        queues,
        ["StripeEvents", "StripeEventsDlq", "CashbackDue", "CashbackDueDlq", "UndeliveredDlq"]
    );
    assert_eq!(template.schedule_groups, ["ReleaseSchedules"]);
    assert_eq!(template.parameters["OperatorAudience"].as_deref(), Some("kembali-operator"));
}

#[test]
fn a_table_becomes_a_create_table_request() {
    let template = Template::parse(DEPLOYED).unwrap();
    let table = &template.tables[0];
    assert_eq!(table.create["TableName"], "Table");
    assert_eq!(table.create["StreamSpecification"]["StreamEnabled"], true);
    assert_eq!(table.create["GlobalSecondaryIndexes"][1]["IndexName"], "listing");
    assert_eq!(table.create.get("SSESpecification"), None);
}

#[test]
fn queues_know_where_their_poison_goes() {
    let template = Template::parse(DEPLOYED).unwrap();
    let redrive = Redrive { dead_letter_queue: "StripeEventsDlq".to_owned(), max_receive_count: 40 };
    assert_eq!(template.queues[0].redrive, Some(redrive));
    assert_eq!(template.queues[0].visibility_timeout_seconds, 180);
    assert_eq!(template.queues[1].visibility_timeout_seconds, 30);
}

#[test]
fn routes_carry_their_authorizer() {
    let template = Template::parse(DEPLOYED).unwrap();
    let routes = &function(&template, "EnableMerchant").triggers.routes;
    let route = |path: &str| routes.iter().find(|route| route.path == path).unwrap();
    assert_eq!(route("/v1/merchants").authorizer.as_deref(), Some("Operator"));
    assert_eq!(route("/v1/merchants/{merchant}").authorizer, None);
    assert_eq!(route("/v1/merchants/{merchant}").method, "GET");
}

#[test]
fn everything_that_is_no_request_has_its_trigger() {
    let template = Template::parse(DEPLOYED).unwrap();
    let queue = QueueTrigger { queue: "StripeEvents".to_owned(), batch_size: 2, reports_failures: true };
    assert_eq!(function(&template, "ApplyStripeEvent").triggers.queues, [queue]);
    let rate = Rate { name: "ReleaseCashbackSweep".to_owned(), seconds: 1_800 };
    assert_eq!(function(&template, "ReleaseCashback").triggers.rates, [rate]);
    let stream = StreamTrigger {
        table: "Table".to_owned(),
        batch_size: 100,
        window_seconds: 0,
        reports_failures: true,
        bisects: true,
        retries: Some(360),
        on_failure: Some("UndeliveredDlq".to_owned()),
    };
    assert_eq!(function(&template, "PublishEvents").triggers.streams, [stream]);
}

#[test]
fn environments_include_the_global_variables() {
    let template = Template::parse(DEPLOYED).unwrap();
    let names = |id: &str| -> Vec<_> { function(&template, id).environment.keys().cloned().collect() };
    assert_eq!(names("PublishEvents"), ["EVENT_BUS_NAME", "RUST_LOG", "TABLE_NAME"]);
    assert_eq!(
        names("CreateCheckout"),
        ["PAYER_HASH_KEY", "RETURN_URL", "RUST_LOG", "STRIPE_API_URL", "STRIPE_SECRET_KEYS", "TABLE_NAME"]
    );
}

#[test]
fn errors_name_the_resource_and_the_property() {
    assert_eq!(
        error("Type: AWS::SNS::Topic"),
        "template: Resources.Thing.Type: the local stack has no stand-in for AWS::SNS::Topic"
    );
    assert_eq!(error("Properties: {}"), "template: Resources.Thing.Type is missing");
    assert_eq!(
        error("Type: AWS::SQS::Queue\nProperties: { VisibilityTimeout: soon }"),
        "template: Resources.Thing.Properties.VisibilityTimeout must be a whole number"
    );
    assert_eq!(
        error(
            "Type: AWS::SQS::Queue\nProperties: { RedrivePolicy: { deadLetterTargetArn: !GetAtt Gone.Arn, maxReceiveCount: 1 } }"
        ),
        "template: Resources.Thing.RedrivePolicy refers to Gone, which is not there or is something else"
    );
    assert!(Template::parse("Resources: [").unwrap_err().to_string().starts_with("the template is not YAML"));
}

#[test]
fn errors_of_events_name_the_event() {
    let event = |event: &str| {
        error(&format!(
            "Type: AWS::Serverless::Function\nMetadata: {{ BuildProperties: {{ Binary: thing }} }}\nProperties: {{ Events: {{ E: {event} }} }}"
        ))
    };
    assert_eq!(
        event("{ Type: S3, Properties: {} }"),
        "template: Resources.Thing.Properties.Events.E.Type: the local stack has no stand-in for an event of type S3"
    );
    assert_eq!(
        event("{ Type: Schedule, Properties: { Schedule: cron(0 * * * ? *) } }"),
        "template: Resources.Thing.Properties.Events.E.Properties.Schedule must be rate(<number> minutes, hours or days)"
    );
    assert_eq!(
        event("{ Type: SQS, Properties: { Queue: !ImportValue queue } }"),
        "template: Resources.Thing.Properties.Events.E.Properties.Queue must be a text, !Ref, !GetAtt or !Sub"
    );
    assert_eq!(
        event("{ Type: HttpApi, Properties: { Method: GET, Path: \"/{proxy+}\" } }"),
        "template: Resources.Thing.Properties.Events.E.Properties.Path must be a path without a greedy parameter"
    );
    assert_eq!(
        event("{ Type: HttpApi, Properties: { Method: GET, Path: /, Auth: { Authorizer: Nobody } } }"),
        "template: Resources.Thing.Events refers to Nobody, which is not there or is something else"
    );
    let route = "{ Type: HttpApi, Properties: { Method: GET, Path: / } }";
    assert_eq!(
        event(&format!("{route}, F: {route}")),
        "template: Resources.Thing.Events has the route GET / a second time"
    );
}
