//! No rule without its test and its counter-test.

use std::fs;

use synfin::Rule;

#[test]
fn every_rule_has_a_test_and_a_counter_test() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/rules");
    let files = fs::read_dir(folder).expect("the folder of this file");
    let sources = files.map(|file| fs::read_to_string(file.expect("a file").path()).expect("text"));
    let source: String = sources.collect();
    let names: Vec<&str> = source
        .lines()
        .filter_map(|line| line.strip_prefix("fn ")?.split_once('('))
        .map(|(name, _)| name)
        .collect();
    let mut missing = Vec::new();
    for rule in Rule::ALL {
        let id = rule.id().to_lowercase();
        // `t3_and_t4_not_when_...` counts for both.
        let of_rule = |name: &&&str| name.split('_').any(|word| word == id);
        let (counter, test): (Vec<&str>, Vec<&str>) = names
            .iter()
            .filter(of_rule)
            .partition(|name| name.contains("_not_"));
        if test.is_empty() || counter.is_empty() {
            missing.push(id);
        }
    }
    assert!(
        missing.is_empty(),
        "no test, or no counter-test, is named after {missing:?}"
    );
}
