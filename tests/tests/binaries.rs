//! The functions' own binaries, each in a process of its own, as Lambda starts them: the variables of the
//! template, the Runtime API on loopback, one payload after the other.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[cfg(test)]
mod story;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use kembali_local::Stack;
use kembali_local::template::Function;
use local_wire::serve::{Served, serve_on};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// How long a binary may take to start and to answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// When an invocation has to be over, in milliseconds since the epoch: never.
const DEADLINE_MILLIS: &str = "4102444800000";

#[tokio::test(flavor = "multi_thread")]
async fn the_binaries_answer_as_the_handlers_do() {
    build();
    let stack = story::stack().await;
    let in_process = story::tell(&stack, async |name, payload| stack.invoke(name, payload).await).await;

    let stack = story::stack().await;
    let mut lambdas = BTreeMap::new();
    for function in &stack.template().functions {
        lambdas.insert(function.binary.clone(), Lambda::start(&stack, function).await);
    }
    let in_binaries = story::tell(&stack, async |name, payload| lambdas[name].invoke(payload).await).await;
    assert_eq!(in_binaries, in_process);

    let logs: String = lambdas.values().map(|lambda| std::fs::read_to_string(&lambda.log).unwrap()).collect();
    assert!(logs.contains(r#""queued":1"#), "{logs}");
    for line in logs.lines() {
        assert!(serde_json::from_str::<Value>(line).is_ok(), "no JSON: {line}");
        for private in ["kmb_", "sk_test", "whsec", "+65", "mei@", "Mei Tan", "kaya toast", "shop@"] {
            assert!(!line.contains(private), "{private} in a log: {line}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payload_that_cannot_be_read_fails_its_invocation_and_no_other() {
    build();
    let stack = story::stack().await;
    let functions = &stack.template().functions;
    let receive = functions.iter().find(|function| function.binary == "receive-stripe-event").unwrap();
    let lambda = Lambda::start(&stack, receive).await;
    assert!(lambda.invoke(b"[]".to_vec()).await.is_err());
    let stale = std::fs::read(story::root().join("receive-stripe-event/stale.json")).unwrap();
    let answer = lambda.invoke(stale).await.unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&answer).unwrap()["statusCode"], 400);
}

/// A running binary and the Runtime API that it asks for work.
struct Lambda {
    work: Sender<Vec<u8>>,
    answers: Mutex<Receiver<Result<Vec<u8>, String>>>,
    log: PathBuf,
    process: Child,
    _served: Served,
}

/// The Runtime API's side of the two channels.
struct Api {
    work: Mutex<Receiver<Vec<u8>>>,
    answers: Sender<Result<Vec<u8>, String>>,
}

impl Lambda {
    async fn start(stack: &Stack, function: &Function) -> Self {
        let (work, work_there) = channel(1);
        let (answers_there, answers) = channel(1);
        let api = Arc::new(Api { work: Mutex::new(work_there), answers: answers_there });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{request}/response", post(answered))
            .route("/2018-06-01/runtime/invocation/{request}/error", post(failed))
            .with_state(api);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let log =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{}", address.port(), function.binary));
        let process = Command::new(target().join(&function.binary))
            .env_clear()
            .envs(stack.environment().of(function).unwrap())
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", &function.id)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .stdin(Stdio::null())
            .stdout(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let served = serve_on(listener, router).unwrap();
        Self { work, answers: Mutex::new(answers), log, process, _served: served }
    }

    async fn invoke(&self, payload: Vec<u8>) -> Result<Vec<u8>, String> {
        self.work.send(payload).await.unwrap();
        let mut answers = self.answers.lock().await;
        let answer = tokio::time::timeout(PATIENCE, answers.recv()).await;
        answer.unwrap_or_else(|_| panic!("no answer; see {}", self.log.display())).unwrap()
    }
}

impl Drop for Lambda {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to do.
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_file(&self.log);
    }
}

async fn next(State(api): State<Arc<Api>>) -> impl IntoResponse {
    let payload = api.work.lock().await.recv().await.unwrap_or_default();
    let headers = [
        ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd"),
        ("lambda-runtime-deadline-ms", DEADLINE_MILLIS),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:000000000000:function:local"),
        ("lambda-runtime-trace-id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0"),
    ];
    (headers, payload)
}

async fn answered(State(api): State<Arc<Api>>, body: Bytes) -> StatusCode {
    api.answers.send(Ok(body.to_vec())).await.unwrap();
    StatusCode::ACCEPTED
}

async fn failed(State(api): State<Arc<Api>>, body: Bytes) -> StatusCode {
    api.answers.send(Err(String::from_utf8_lossy(&body).into_owned())).await.unwrap();
    StatusCode::ACCEPTED
}

/// Where the binaries of the profile that this test is built with are.
fn target() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().and_then(Path::parent).unwrap().to_owned()
}

/// Builds the binaries, which `cargo test` does not do for a test of another package. As the workspace is
/// built as a whole, no dependency is built a second time with other features.
fn build() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(build_now);
}

fn build_now() {
    let profile = target().file_name().unwrap().to_string_lossy().replace("debug", "test");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--workspace", "--profile", &profile]);
    cargo.arg("--target-dir").arg(target().parent().unwrap());
    for function in std::fs::read_dir(story::root().join("../functions")).unwrap() {
        cargo.arg("--bin").arg(function.unwrap().file_name());
    }
    // What Cargo tells a test of its package, build scripts of dependencies look at too: they would run
    // again, and everything above them be built again, now and after the test once more.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_CRATE_", "CARGO_BIN_"]
            .iter()
            .any(|own| name.starts_with(own))
        {
            cargo.env_remove(name);
        }
    }
    assert!(cargo.status().unwrap().success(), "the binaries cannot be built");
}
