//! The table in this program's own documentation names tests that exist.

use std::path::Path;

#[test]
fn every_known_bug_has_the_test_that_the_table_names() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut rows = 0;
    for row in include_str!("main.rs").lines().filter(|line| line.starts_with("//! | ")).skip(1) {
        let names: Vec<&str> =
            row.rsplit('|').skip(1).take(2).map(|cell| cell.trim_matches([' ', '`'])).collect();
        let [test, file] = names.as_slice() else { panic!("a row without a test: {row}") };
        let source = std::fs::read_to_string(tests.join(file)).expect("the file exists");
        let from = source.find(&format!("async fn {test}() {{")).unwrap_or_else(|| panic!("no test {test}"));
        let before = source.get(..from).and_then(|before| before.trim_end().lines().last());
        assert!(before.is_some_and(|line| line.starts_with("#[tokio::test")), "{test} is no test");
        rows += 1;
    }
    assert_eq!(rows, 20);
}
