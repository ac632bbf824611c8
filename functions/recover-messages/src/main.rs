//! The Lambda function `recover-messages`: wiring only.

use kembali::adapters::config::Environment;
use kembali::adapters::logging;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use recover_messages::RecoverMessages;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    logging::start();
    let function = RecoverMessages::new(&Environment::of_process())?;
    run(service_fn(async |event: LambdaEvent<_>| function.handle(event.payload).await.map_err(Error::from)))
        .await
}
