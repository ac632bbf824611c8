//! Serving a stand-in on loopback.

use std::net::SocketAddr;

use axum::Router;
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A stand-in being served. It stops when this is dropped.
#[derive(Debug)]
pub struct Served {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Served {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:<port>`, without a trailing slash.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Serves `router` on `address`; port 0 lets the operating system choose.
///
/// # Errors
/// The address is taken, or may not be bound by this user.
pub async fn serve(address: SocketAddr, router: Router) -> std::io::Result<Served> {
    serve_on(TcpListener::bind(address).await?, router)
}

/// Serves `router` on a listener that is bound already, for a stand-in that must know its own address before
/// it starts.
///
/// # Errors
/// The listener has no local address.
pub fn serve_on(listener: TcpListener, router: Router) -> std::io::Result<Served> {
    let address = listener.local_addr()?;
    // Small requests and answers alternate on these connections: Nagle's algorithm would add 40 ms to each.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let task = tokio::spawn(async move {
        let _ = axum::serve(listener, router).await;
    });
    Ok(Served { address, task })
}
