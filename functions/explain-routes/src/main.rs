//! The Lambda function `explain-routes`: wiring only.

use explain_routes::ExplainRoutes;
use kembali::adapters::config::Environment;
use kembali::adapters::logging;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    logging::start();
    let function = ExplainRoutes::new(&Environment::of_process())?;
    run(service_fn(async |event: LambdaEvent<_>| function.handle(event.payload).await)).await
}
