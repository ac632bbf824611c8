//! Every variable that the template gives a function is needed, and is all the function needs.

use std::collections::BTreeMap;

use kembali_local::template::Function;
use local_functions::production;

use crate::permissions::granted;
use crate::stack;

/// Variables that a function reads and does without.
const OPTIONAL: [&str; 1] = ["RUST_LOG"];
/// The variable that all functions are given because nearly all need it; see [`needs`].
const OF_ALL: &str = "TABLE_NAME";
/// What Lambda itself puts into every environment, as far as the functions read it.
const OF_LAMBDA: [&str; 3] = ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];

/// Whether the function cannot start without a variable of the template.
fn needs(function: &Function, variable: &str) -> bool {
    if variable == OF_ALL {
        // It names the table: of use to those who may touch it.
        return granted(&function.id).actions.iter().any(|action| action.starts_with("dynamodb:"));
    }
    !OPTIONAL.contains(&variable)
}

#[tokio::test]
async fn a_function_starts_with_its_variables_and_without_none_of_them() {
    let stack = stack().await;
    let registry = production();
    for function in &stack.template().functions {
        let build = &registry[function.binary.as_str()];
        let mut variables: BTreeMap<String, String> = stack.environment().of(function).unwrap();
        variables
            .retain(|name, _| function.environment.contains_key(name) || OF_LAMBDA.contains(&name.as_str()));
        let error = build(&variables).err();
        assert_eq!(error, None, "{} with all that it has on AWS", function.id);
        for name in function.environment.keys() {
            let mut without = variables.clone();
            without.remove(name);
            let error = build(&without).err();
            let expected = needs(function, name).then(|| format!("environment variable {name}: is not set"));
            assert_eq!(error, expected, "{} without {name}", function.id);
        }
    }
}
