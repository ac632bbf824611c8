//! The Lambda function `read-books`: wiring only.

use kembali::adapters::config::Environment;
use kembali::adapters::logging;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use read_books::ReadBooks;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    logging::start();
    let function = ReadBooks::new(&Environment::of_process())?;
    run(service_fn(async |event: LambdaEvent<_>| function.handle(event.payload).await)).await
}
