//! What comes with synfin: from where, under which licence, in which versions, and why. The lists are those of
//! deny.toml, so that this and cargo-deny, which has to be installed, say the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;
use serde_json::Value;
use spdx::{Expression, LicenseReq, ParseMode};
use synfin_tests::c_host::run;

#[derive(Deserialize)]
struct Deny {
    licenses: Licenses,
    bans: Bans,
    sources: Sources,
}

#[derive(Deserialize)]
struct Licenses {
    allow: Vec<String>,
    exceptions: Vec<Exception>,
}

#[derive(Deserialize)]
struct Exception {
    #[serde(rename = "crate")]
    name: String,
    allow: Vec<String>,
}

#[derive(Deserialize)]
struct Bans {
    skip: Vec<Skip>,
}

/// `name@version`, the version as far as it is incompatible with others.
#[derive(Deserialize)]
struct Skip {
    #[serde(rename = "crate")]
    spec: String,
    reason: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Sources {
    allow_registry: Vec<String>,
}

fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn text(name: &str) -> String {
    fs::read_to_string(repository().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn deny() -> Deny {
    toml::from_str(&text("deny.toml")).expect("deny.toml is as cargo-deny has it")
}

/// Every package that a build or a test can bring, on any platform.
fn packages() -> Vec<Value> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let told = run(Command::new(cargo)
        .args(["metadata", "--locked", "--all-features", "--format-version=1"])
        .current_dir(repository()));
    let metadata: Value = serde_json::from_str(&told).expect("cargo writes JSON");
    let packages = metadata["packages"]
        .as_array()
        .expect("cargo tells of packages")
        .clone();
    assert!(packages.len() > 50, "cargo tells of few packages");
    packages
}

fn word<'a>(package: &'a Value, key: &str) -> &'a str {
    package[key].as_str().unwrap_or_default()
}

/// Whether somebody who accepts only some licences may use what is under this one.
fn allowed(licence: &str, accepted: &[&String]) -> bool {
    let expression = Expression::parse_mode(licence, ParseMode::LAX);
    let expression = expression.unwrap_or_else(|error| panic!("{licence}: {error}"));
    expression.evaluate(|asked: &LicenseReq| {
        let asked = asked.to_string();
        accepted.iter().any(|&one| *one == asked)
    })
}

#[test]
fn licences_are_among_those_allowed() {
    let Licenses { allow, exceptions } = deny().licenses;
    let mut used = BTreeSet::new();
    for package in packages() {
        let (name, licence) = (word(&package, "name"), word(&package, "license"));
        let usual: Vec<&String> = allow.iter().collect();
        if allowed(licence, &usual) {
            continue;
        }
        let exception = exceptions.iter().find(|exception| exception.name == name);
        let exception = exception.unwrap_or_else(|| panic!("{name} is under {licence}"));
        assert!(
            allowed(licence, &exception.allow.iter().collect::<Vec<_>>()),
            "{name}: {licence}"
        );
        used.insert(name.to_owned());
    }
    let named: BTreeSet<String> = exceptions.into_iter().map(|exception| exception.name).collect();
    assert_eq!(used, named, "exceptions that deny.toml needs");
}

#[test]
fn all_comes_from_one_registry() {
    let registries = deny().sources.allow_registry;
    for package in packages() {
        let name = word(&package, "name");
        match package["source"].as_str() {
            None => {
                let home = repository().canonicalize().expect("it is there");
                assert!(
                    Path::new(word(&package, "manifest_path")).starts_with(home),
                    "{name} is ours"
                );
            }
            Some(source) => {
                let registry = source.strip_prefix("registry+").unwrap_or(source);
                assert!(
                    registries.iter().any(|one| one == registry),
                    "{name} is from {source}"
                );
            }
        }
    }
}

/// The part of a version that makes it incompatible with others.
fn major(version: &str) -> String {
    let mut numbers = version.split('.');
    match (numbers.next(), numbers.next()) {
        (Some("0"), Some(minor)) => format!("0.{minor}"),
        (Some(major), _) => major.to_owned(),
        (None, _) => String::new(),
    }
}

#[test]
fn no_crate_comes_in_two_versions_but_those_named() {
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in packages() {
        let of_name = versions.entry(word(&package, "name").to_owned()).or_default();
        of_name.insert(major(word(&package, "version")));
    }
    for Skip { spec, reason } in deny().bans.skip {
        assert!(!reason.is_empty(), "{spec} is skipped for a reason");
        let (name, version) = spec.split_once('@').expect("deny.toml skips one version");
        let of_name = versions
            .get_mut(name)
            .unwrap_or_else(|| panic!("{name} is skipped and not there"));
        assert!(of_name.len() > 1, "{name} has one version and needs no skip");
        assert!(of_name.remove(version), "{spec} is skipped and not there");
    }
    versions.retain(|_, of_name| of_name.len() > 1);
    assert_eq!(versions, BTreeMap::new(), "crates in several versions");
}

/// What stands behind `#` on the line of each crate in `[workspace.dependencies]`.
fn reasons() -> BTreeMap<String, String> {
    let manifest = text("Cargo.toml");
    let table = manifest
        .split("[workspace.dependencies]\n")
        .nth(1)
        .expect("it is there");
    let lines = table.lines().take_while(|line| !line.starts_with('['));
    let entries = lines.filter_map(|line| line.split_once(" = "));
    let reason = |rest: &str| {
        rest.split_once('#')
            .map_or("", |(_, reason)| reason)
            .trim()
            .to_owned()
    };
    entries
        .filter(|(_, rest)| !rest.contains("path ="))
        .map(|(name, rest)| (name.to_owned(), reason(rest)))
        .collect()
}

#[test]
fn every_direct_dependency_has_its_reason_and_every_reason_its_dependency() {
    let reasons = reasons();
    for (name, reason) in &reasons {
        assert!(
            reason.contains(' ') || reason.len() > 4,
            "Cargo.toml says why there is {name}"
        );
    }
    let mut direct = BTreeSet::new();
    for package in packages().iter().filter(|package| package["source"].is_null()) {
        let dependencies = package["dependencies"].as_array().expect("a list");
        for dependency in dependencies
            .iter()
            .filter(|dependency| dependency["path"].is_null())
        {
            direct.insert(word(dependency, "name").to_owned());
        }
    }
    let named: BTreeSet<String> = reasons.into_keys().collect();
    assert_eq!(
        direct, named,
        "dependencies, and those of [workspace.dependencies]"
    );
}

#[test]
fn versions_and_features_are_chosen_in_one_place() {
    for package in packages().iter().filter(|package| package["source"].is_null()) {
        let manifest = fs::read_to_string(word(package, "manifest_path")).expect("cargo reads it too");
        let manifest: toml::Table = toml::from_str(&manifest).expect("cargo reads it too");
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let Some(table) = manifest.get(kind).and_then(toml::Value::as_table) else {
                continue;
            };
            for (name, entry) in table {
                let inherited = entry.get("workspace").and_then(toml::Value::as_bool);
                assert_eq!(inherited, Some(true), "{name} of {}", word(package, "name"));
            }
        }
    }
}
