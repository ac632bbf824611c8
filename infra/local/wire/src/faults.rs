//! Faults between the functions and the stand-ins. They are injected here, on the wire: the functions do not
//! know of them, and neither do the stand-ins.
//!
//! Nothing goes wrong unless somebody [decides](Faults::decide) so. What is answered in a stand-in's place is
//! not in the record of calls, which holds what was served.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::header;
use axum::http::request::Parts;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use strum::VariantArray;
use tokio::sync::Notify;

use crate::Clock;

/// The widest limit of all stand-ins: DynamoDB's.
const LARGEST_BODY_BYTES: usize = 16 * 1024 * 1024;

/// A request that a function makes, before a stand-in answers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Which stand-in, as [`Call::service`](crate::Call) names it.
    pub service: &'static str,
    /// The API's own name for what is asked, as [`Call::operation`](crate::Call) has it.
    pub operation: String,
    /// Its number, from 0, counted over the whole stack.
    pub number: usize,
    /// When, on the stack's clock, in milliseconds since the epoch.
    pub at_millis: i64,
}

/// What goes wrong with one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, VariantArray)]
pub enum Fault {
    /// It never arrives: the connection ends without an answer, and nothing is done.
    Refuse,
    /// It is served, and the connection ends without the answer.
    LoseReply,
    /// The service answers that this is too much at once, in its own words, and does nothing.
    Throttle,
    /// The service answers that it has failed, in its own words, and does nothing.
    Unavailable,
    /// The service answers that another request is at the same thing, in its own words, and does nothing. A
    /// request that cannot meet another, such as a read, is served.
    Conflict,
    /// A batch is served in part: the first half of it, of one entry nothing. The answer names the rest as
    /// not served, in the service's own words. A request that is no batch is served.
    Partly,
    /// It arrives twice, and is answered the second time.
    Twice,
    /// It is served, and whoever asked is no more: the invocations that are running end where they wait.
    Crash,
}

impl Fault {
    /// All of them.
    pub const ALL: &'static [Self] = Self::VARIANTS;
}

/// How the layer speaks for a stand-in.
#[derive(Clone, Copy)]
pub struct Peer {
    /// The service and the operation that a request names; `None` for a request that is not a function's.
    pub name: fn(&Parts) -> Option<(&'static str, String)>,
    /// What the service answers to a request that it throttles, fails at or finds in conflict; `None` if it
    /// does not.
    pub refusal: fn(&Asked, &Parts, &Bytes, Fault) -> Option<Response>,
    /// How the service serves a batch in part; `None` for a request that is no batch.
    pub part: fn(&Asked, &Bytes) -> Option<Part>,
}

/// A batch that is served in part.
pub struct Part {
    /// The request with only what is served; `None` if that is nothing.
    pub request: Option<Bytes>,
    /// Makes the answer to the whole from the answer to that request, or from nothing.
    pub complete: Box<dyn FnOnce(&Bytes) -> Response + Send>,
}

/// The faults of one stack. Cloning shares them.
#[derive(Clone, Default)]
pub struct Faults(Arc<Inner>);

#[derive(Default)]
struct Inner {
    state: Mutex<State>,
    crash: Notify,
}

type Decide = Box<dyn FnMut(&Asked) -> Option<Fault> + Send>;

#[derive(Default)]
struct State {
    asked: usize,
    decide: Option<Decide>,
}

impl Faults {
    /// From now on `decide` says of each request what goes wrong with it.
    pub fn decide(&self, decide: impl FnMut(&Asked) -> Option<Fault> + Send + 'static) {
        self.lock().decide = Some(Box::new(decide));
    }

    /// From now on nothing goes wrong.
    pub fn clear(&self) {
        self.lock().decide = None;
    }

    /// Waits until whoever is running is to end.
    pub async fn crashed(&self) {
        self.0.crash.notified().await;
    }

    /// Puts the faults in front of a stand-in.
    pub fn in_front_of(&self, router: Router, peer: Peer, clock: Clock) -> Router {
        let faults = self.clone();
        router.layer(from_fn(move |request: Request, next: Next| {
            let (faults, clock) = (faults.clone(), clock.clone());
            async move { faults.pass(peer, &clock, request, next).await }
        }))
    }

    async fn pass(&self, peer: Peer, clock: &Clock, request: Request, next: Next) -> Response {
        let (parts, body) = request.into_parts();
        let named = (peer.name)(&parts);
        let hit = named.and_then(|(service, operation)| self.ask(service, operation, clock.epoch_millis()));
        let Some((asked, fault)) = hit else { return next.run(Request::from_parts(parts, body)).await };
        let Ok(body) = to_bytes(body, LARGEST_BODY_BYTES).await else { return no_answer() };
        let request = || Request::from_parts(parts.clone(), Body::from(body.clone()));
        match fault {
            Fault::Refuse => no_answer(),
            Fault::LoseReply => {
                drop(next.run(request()).await);
                no_answer()
            }
            Fault::Throttle | Fault::Unavailable | Fault::Conflict => {
                match (peer.refusal)(&asked, &parts, &body, fault) {
                    Some(refusal) => refusal,
                    None => next.run(request()).await,
                }
            }
            Fault::Partly => match (peer.part)(&asked, &body) {
                Some(part) => part.serve(parts, next).await,
                None => next.run(request()).await,
            },
            Fault::Twice => {
                drop(next.clone().run(request()).await);
                next.run(request()).await
            }
            Fault::Crash => {
                drop(next.run(request()).await);
                self.0.crash.notify_waiters();
                no_answer()
            }
        }
    }

    /// Counts a request, and has it decided what goes wrong with it.
    fn ask(&self, service: &'static str, operation: String, at_millis: i64) -> Option<(Asked, Fault)> {
        let mut state = self.lock();
        let asked = Asked { service, operation, number: state.asked, at_millis };
        state.asked += 1;
        let fault = state.decide.as_mut()?(&asked)?;
        Some((asked, fault))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Part {
    async fn serve(self, mut asked: Parts, next: Next) -> Response {
        let Some(request) = self.request else { return (self.complete)(&Bytes::new()) };
        // It was the length of the whole.
        asked.headers.remove(header::CONTENT_LENGTH);
        let (told, body) = next.run(Request::from_parts(asked, Body::from(request))).await.into_parts();
        let Ok(body) = to_bytes(body, LARGEST_BODY_BYTES).await else { return no_answer() };
        // What is refused as a whole is nothing to add to.
        if told.status.is_success() {
            (self.complete)(&body)
        } else {
            Response::from_parts(told, Body::from(body))
        }
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Faults({} asked)", self.lock().asked)
    }
}

/// An answer that breaks off before its first byte: the server ends the connection.
fn no_answer() -> Response {
    let broken = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    Body::from_stream(stream::iter([Err::<Bytes, _>(broken)])).into_response()
}
