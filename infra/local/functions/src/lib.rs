//! The production functions, as the local stack deploys them: the same `handle`, real payload bytes in, real
//! answer bytes out.
//!
//! They have a crate of their own since they take the compiler longest: what stands above them is built
//! without them.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::pin::Pin;
use std::sync::Arc;

use apply_stripe_event::ApplyStripeEvent;
use create_checkout::CreateCheckout;
use enable_merchant::EnableMerchant;
use explain_routes::ExplainRoutes;
use keep_books::KeepBooks;
use kembali::adapters::config::Environment;
use manage_market::ManageMarket;
use match_books::MatchBooks;
use pay_cashback::PayCashback;
use publish_events::PublishEvents;
use read_books::ReadBooks;
use receive_stripe_event::ReceiveStripeEvent;
use recover_messages::RecoverMessages;
use release_cashback::ReleaseCashback;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// One deployed function: the bytes of a genuine Lambda payload in, the bytes of its answer out.
pub type Handler = Arc<dyn Fn(Vec<u8>) -> Answer + Send + Sync>;

/// What a [`Handler`] is waited on for: its answer, or the message of its error.
pub type Answer = Pin<Box<dyn Future<Output = Result<Vec<u8>, String>> + Send>>;

/// Builds a handler from the environment variables that the template gives the function.
pub type Build = Arc<dyn Fn(&BTreeMap<String, String>) -> Result<Handler, String> + Send + Sync>;

/// What builds each function, by the name of its binary (`Metadata.BuildProperties.Binary` in the template).
pub type Registry = BTreeMap<&'static str, Build>;

/// A function of the workspace under the name of its binary. The functions share a form and no trait: each
/// has `new` and `handle`.
macro_rules! functions {
    ($($binary:literal => $function:ty),* $(,)?) => {
        Registry::from([$(($binary, build(|variables| {
            let environment = Environment::new(variables.clone());
            let function = Arc::new(<$function>::new(&environment).map_err(|error| error.to_string())?);
            Ok(Arc::new(move |payload: Vec<u8>| -> Answer {
                let function = Arc::clone(&function);
                Box::pin(async move {
                    let event = read(&payload)?;
                    write(function.handle(event).await)
                })
            }))
        }))),*])
    };
}

/// All functions of the template.
pub fn production() -> Registry {
    functions! {
        "explain-routes" => ExplainRoutes,
        "create-checkout" => CreateCheckout,
        "enable-merchant" => EnableMerchant,
        "manage-market" => ManageMarket,
        "receive-stripe-event" => ReceiveStripeEvent,
        "apply-stripe-event" => ApplyStripeEvent,
        "release-cashback" => ReleaseCashback,
        "pay-cashback" => PayCashback,
        "publish-events" => PublishEvents,
        "keep-books" => KeepBooks,
        "read-books" => ReadBooks,
        "match-books" => MatchBooks,
        "recover-messages" => RecoverMessages,
    }
}

fn build(
    build: impl Fn(&BTreeMap<String, String>) -> Result<Handler, String> + Send + Sync + 'static,
) -> Build {
    Arc::new(build)
}

/// As the Lambda runtime reads an event, and fails the invocation when it cannot.
fn read<T: DeserializeOwned>(payload: &[u8]) -> Result<T, String> {
    serde_json::from_slice(payload).map_err(|error| format!("the event cannot be read: {error}"))
}

fn write<T: Serialize, E: Display>(answer: Result<T, E>) -> Result<Vec<u8>, String> {
    let answer = answer.map_err(|error| error.to_string())?;
    serde_json::to_vec(&answer).map_err(|error| format!("the answer cannot be written: {error}"))
}
