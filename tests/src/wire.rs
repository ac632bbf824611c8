//! The line between the functions and Stripe, which a test can cut: before a request arrives, or after it was served.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kembali_local::{Options, Stack};
use local_wire::Clock;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::{DAWN, Town};

/// What is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// The request: Stripe never hears of it.
    Request,
    /// The answer: Stripe has done what was asked.
    Answer,
}

/// The line. Cloning shares it.
#[derive(Clone, Debug, Default)]
pub struct Wire(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    stripe: String,
    cuts: Vec<Cut>,
}

#[derive(Debug)]
struct Cut {
    /// How a request begins that is cut: `POST /v1/refunds `.
    start: String,
    lost: Lost,
    times: usize,
}

impl Town {
    /// A town whose functions reach Stripe over a line that can be cut. Its sweep is as rare as in
    /// [`unswept`](Self::unswept).
    #[expect(clippy::expect_used, reason = "a test helper fails the test")]
    pub async fn on_a_wire() -> (Self, Wire) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let wire = Wire::default();
        tokio::spawn(wire.clone().serve(listener));
        let mut options = Options::new(Clock::fixed(DAWN));
        options.template = crate::rarely(&options.template);
        options.parameters.insert("StripeApiUrl".to_owned(), format!("http://{address}"));
        let town = Self::with(options).await;
        wire.lead_to(&town.stack);
        (town, wire)
    }
}

impl Wire {
    /// Loses the next `times` requests that begin with `start`, such as `POST /v1/refunds `, or their answers.
    pub fn cut(&self, start: &str, lost: Lost, times: usize) {
        self.lock().cuts.push(Cut { start: start.to_owned(), lost, times });
    }

    /// Ends every cut.
    pub fn mend(&self) {
        self.lock().cuts.clear();
    }

    fn lead_to(&self, stack: &Stack) {
        stack.stripe_url().trim_start_matches("http://").clone_into(&mut self.lock().stripe);
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
        let address = self.lock().stripe.clone();
        let mut stripe = TcpStream::connect(address).await?;
        stripe.write_all(&request).await?;
        let mut answer = Vec::new();
        stripe.read_to_end(&mut answer).await?;
        if lost.is_none() {
            caller.write_all(&answer).await?;
        }
        caller.shutdown().await
    }

    fn lost(&self, request: &[u8]) -> Option<Lost> {
        let mut state = self.lock();
        let cut =
            state.cuts.iter_mut().find(|cut| cut.times > 0 && request.starts_with(cut.start.as_bytes()))?;
        cut.times -= 1;
        Some(cut.lost)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One request, whole, with a header that has the server close the connection after its answer.
async fn read_request(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    const END: &[u8] = b"\r\n\r\n";
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
