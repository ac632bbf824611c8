//! The line between the functions and Stripe, or between them and the table, which a test can cut: before a request
//! arrives, or after it was served.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kembali_local::functions::{Answer, Build, Handler, Registry};
use kembali_local::registry::production;
use kembali_local::{Options, Stack};
use local_wire::Clock;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use crate::{DAWN, Town};

/// What is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// The request: the other side never hears of it.
    Request,
    /// The answer: the other side has done what was asked.
    Answer,
    /// The functions: what was asked is done, and whoever asked it is no more.
    Function,
}

/// The line. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub struct Wire {
    state: Arc<Mutex<State>>,
    crash: Arc<Notify>,
}

#[derive(Debug, Default)]
struct State {
    /// Where the other side listens.
    leads_to: String,
    cuts: Vec<Cut>,
}

#[derive(Debug)]
struct Cut {
    /// What stands in the head of a request that is cut: `POST /v1/refunds `.
    request: String,
    lost: Lost,
    times: usize,
}

impl Town {
    /// A town whose functions reach Stripe over a line that can be cut. Its sweep is as rare as in
    /// [`unswept`](Self::unswept).
    pub async fn on_a_wire() -> (Self, Wire) {
        let (wire, url) = Wire::new().await;
        let mut options = Options::new(Clock::fixed(DAWN));
        options.template = crate::rarely(&options.template);
        options.parameters.insert("StripeApiUrl".to_owned(), url);
        let town = Self::with(options).await;
        wire.lead_to(&town.stack.stripe_url());
        (town, wire)
    }

    /// A town whose functions reach the table over a line that can be cut.
    #[expect(clippy::expect_used, reason = "a test helper fails the test")]
    pub async fn on_a_wire_to_the_table() -> (Self, Wire) {
        let (wire, url) = Wire::new().await;
        let registry: Registry =
            production().into_iter().map(|(name, build)| (name, wire.between(build, url.clone()))).collect();
        let stack =
            Stack::start(Options::new(Clock::fixed(DAWN)), &registry).await.expect("the stack starts");
        (Self::of(stack), wire)
    }
}

impl Wire {
    #[expect(clippy::expect_used, reason = "a test helper fails the test")]
    async fn new() -> (Self, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let wire = Self::default();
        tokio::spawn(wire.clone().serve(listener));
        (wire, url)
    }

    /// Loses the next `times` requests in whose head stands `request`, such as `POST /v1/refunds ` or the name of an action
    /// on the table, or their answers, or whoever sent them.
    pub fn cut(&self, request: &str, lost: Lost, times: usize) {
        self.lock().cuts.push(Cut { request: request.to_owned(), lost, times });
    }

    /// What builds a function whose table is at `url`, and which ends when the wire says so.
    fn between(&self, build: Build, url: String) -> Build {
        let (wire, address) = (self.clone(), url);
        Arc::new(move |environment| {
            let mut environment = environment.clone();
            let known = environment.insert("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), address.clone());
            wire.lead_to(&known.unwrap_or_default());
            let (handler, crash) = (build(&environment)?, Arc::clone(&wire.crash));
            let mortal: Handler = Arc::new(move |payload| -> Answer {
                let (running, crash) = (handler(payload), Arc::clone(&crash));
                Box::pin(async move {
                    tokio::select! {
                        answer = running => answer,
                        () = crash.notified() => Err("the function is no more".to_owned()),
                    }
                })
            });
            Ok(mortal)
        })
    }

    /// Ends every cut.
    pub fn mend(&self) {
        self.lock().cuts.clear();
    }

    fn lead_to(&self, url: &str) {
        url.trim_start_matches("http://").clone_into(&mut self.lock().leads_to);
    }

    async fn serve(self, listener: TcpListener) {
        while let Ok((stream, _)) = listener.accept().await {
            let wire = self.clone();
            // A connection that breaks is what this is for.
            tokio::spawn(async move { drop(wire.pass(stream).await) });
        }
    }

    /// Passes one request on, and its answer back; the connection ends with it.
    async fn pass(&self, mut caller: TcpStream) -> std::io::Result<()> {
        let request = read_request(&mut caller).await?;
        let lost = self.lost(&request);
        if lost == Some(Lost::Request) {
            return Ok(());
        }
        let address = self.lock().leads_to.clone();
        let mut other_side = TcpStream::connect(address).await?;
        other_side.write_all(&request).await?;
        let mut answer = Vec::new();
        other_side.read_to_end(&mut answer).await?;
        match lost {
            None => caller.write_all(&answer).await?,
            // The line stays as it is: only the crash is to be noticed, by everybody who waits.
            Some(Lost::Function) => self.crash.notify_waiters(),
            Some(Lost::Answer | Lost::Request) => {}
        }
        caller.shutdown().await
    }

    fn lost(&self, request: &[u8]) -> Option<Lost> {
        let head = request.windows(END.len()).position(|window| window == END).unwrap_or(request.len());
        let head = String::from_utf8_lossy(request.get(..head).unwrap_or_default()).into_owned();
        let mut state = self.lock();
        let cut = state.cuts.iter_mut().find(|cut| cut.times > 0 && head.contains(&cut.request))?;
        cut.times -= 1;
        Some(cut.lost)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The end of a request's head.
const END: &[u8] = b"\r\n\r\n";

/// One request, whole, with a header that has the server close the connection after its answer.
async fn read_request(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let Some(head) = bytes.windows(END.len()).position(|window| window == END) else { continue };
        let (headers, rest) = bytes.split_at(head);
        let headers = String::from_utf8_lossy(headers).to_lowercase();
        let length = headers.lines().find_map(|line| line.strip_prefix("content-length:"));
        let length: usize = length.and_then(|length| length.trim().parse().ok()).unwrap_or_default();
        if rest.len() >= END.len() + length {
            bytes.splice(head..head, *b"\r\nconnection: close");
            return Ok(bytes);
        }
    }
}
