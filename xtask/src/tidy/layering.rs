//! The table of layers against what the manifests ask for and what cargo resolves.
//!
//! In: the workspace. Out: complaints about edges that point up or sideways, packages a crate refuses, tensors
//! where there should be none, and error types of the rim inside libraries.

use std::collections::{HashMap, VecDeque};

use super::Complaint;
use crate::layers::{LAYERS, Layer, TENSOR_FRAMEWORK, TEST_ONLY_EDGES, layer};
use crate::metadata::{Kind, Package, Workspace};

/// The crate that checks the others; nothing may use it and it uses none of them.
const CHECKER: &str = "xtask";

/// Crates that talk to people and may use errors without a type.
const RIM: &[&str] = &["tubelet-cli", CHECKER];
const UNTYPED_ERRORS: &[&str] = &["anyhow", "miette", "eyre"];

/// All rules about edges.
pub(crate) fn check(workspace: &Workspace) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for package in workspace.own() {
        complaints.extend(untyped_errors(package));
        match layer(&package.name) {
            Some(layer) => {
                complaints.extend(levels(workspace, package, layer));
                complaints.extend(refusals(package, layer));
                complaints.extend(tensors(workspace, package, layer));
            }
            None if package.name == CHECKER => {
                complaints.extend(checker(workspace, package));
            }
            None => complaints.push(complaint(
                package,
                format!("`{}` is not in the table of layers", package.name),
                "a crate without a place can depend on anything",
                "give it a level in xtask/src/layers.rs",
            )),
        }
    }
    complaints
}

fn complaint(package: &Package, what: String, why: &'static str, fix: &str) -> Complaint {
    Complaint {
        path: package.manifest.to_string_lossy().replace('\\', "/"),
        line: 1,
        what,
        why,
        fix: fix.to_owned(),
    }
}

fn levels(workspace: &Workspace, package: &Package, own: &Layer) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for dependency in &package.dependencies {
        let inside = workspace.own().any(|member| member.name == dependency.name);
        let excused = dependency.kind == Kind::Dev
            && TEST_ONLY_EDGES.contains(&(package.name.as_str(), dependency.name.as_str()));
        if !inside || excused || dependency.name == package.name {
            continue;
        }
        let below = layer(&dependency.name).is_some_and(|other| other.level < own.level);
        if !below {
            let level = layer(&dependency.name).map_or("none".to_owned(), |l| l.level.to_string());
            complaints.push(complaint(
                package,
                format!(
                    "`{}` (level {}) uses `{}` (level {level})",
                    package.name, own.level, dependency.name
                ),
                "a crate uses only lower levels, so that it can be read and tested without the rest",
                "move the shared part down, or pass it in as a value or a closure",
            ));
        }
    }
    complaints
}

fn refusals(package: &Package, own: &Layer) -> Vec<Complaint> {
    package
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind != Kind::Dev)
        .filter(|dependency| own.refuses.contains(&dependency.name.as_str()))
        .map(|dependency| {
            complaint(
                package,
                format!(
                    "`{}` uses `{}`; it must not know: {}",
                    package.name, dependency.name, own.must_not_know
                ),
                "what a crate does not know cannot creep into it",
                "do this part in a crate above",
            )
        })
        .collect()
}

fn tensors(workspace: &Workspace, package: &Package, own: &Layer) -> Option<Complaint> {
    if !own.tensor_free {
        return None;
    }
    let way = way_to_tensors(workspace, package)?;
    Some(complaint(
        package,
        format!(
            "`{}` reaches the tensor framework: {}",
            package.name,
            way.join(" → ")
        ),
        "its tests build and start in seconds because no tensors are compiled",
        "drop the dependency, or move what needs tensors to a crate above",
    ))
}

/// The shortest chain of dependencies from a package to the tensor framework. Tests count for the package itself.
fn way_to_tensors(workspace: &Workspace, package: &Package) -> Option<Vec<String>> {
    let mut came_from: HashMap<&str, &str> = HashMap::new();
    let mut waiting = VecDeque::from([package.id.as_str()]);
    while let Some(id) = waiting.pop_front() {
        let name = workspace
            .package(id)
            .map_or(id, |found| found.name.as_str());
        if name.starts_with(TENSOR_FRAMEWORK) {
            let mut way = vec![name.to_owned()];
            let mut at = id;
            while let Some(before) = came_from.get(at) {
                at = before;
                way.push(
                    workspace
                        .package(at)
                        .map_or(at, |p| p.name.as_str())
                        .to_owned(),
                );
            }
            way.reverse();
            return Some(way);
        }
        for (next, kind) in workspace.graph.get(id).into_iter().flatten() {
            let compiled = *kind != Kind::Dev || id == package.id;
            if compiled && next != &package.id && !came_from.contains_key(next.as_str()) {
                came_from.insert(next, id);
                waiting.push_back(next);
            }
        }
    }
    None
}

fn untyped_errors(package: &Package) -> Vec<Complaint> {
    if RIM.contains(&package.name.as_str()) {
        return Vec::new();
    }
    package
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind != Kind::Dev)
        .filter(|dependency| UNTYPED_ERRORS.contains(&dependency.name.as_str()))
        .map(|dependency| {
            complaint(
                package,
                format!("`{}` uses `{}`", package.name, dependency.name),
                "callers of a library decide by the kind of an error, so it has a type",
                "add a variant to the crate's error enum",
            )
        })
        .collect()
}

fn checker(workspace: &Workspace, package: &Package) -> Vec<Complaint> {
    let uses = |from: &Package, to: &str| from.dependencies.iter().any(|d| d.name == to);
    let own = LAYERS
        .iter()
        .filter(|layer| uses(package, &layer.package()))
        .map(|layer| format!("`{CHECKER}` uses `{}`", layer.package()));
    let others = workspace.own().filter(|other| uses(other, CHECKER));
    let others = others.map(|other| format!("`{}` uses `{CHECKER}`", other.name));
    own.chain(others)
        .map(|what| {
            complaint(
                package,
                what,
                "the checks must build and run when the crates do not",
                "drop the dependency",
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::written::workspace;

    fn complaints(edges: &[(&str, &str, Kind)]) -> Vec<String> {
        check(&workspace(edges))
            .into_iter()
            .map(|c| c.what)
            .collect()
    }

    #[test]
    fn an_edge_downwards_is_fine() {
        let edges = [("tubelet-session", "tubelet-segmentation", Kind::Normal)];
        assert!(complaints(&edges).is_empty());
    }

    #[test]
    fn edges_upwards_and_sideways_are_found_in_tests_too() {
        for (from, to, kind) in [
            ("tubelet-video", "tubelet-session", Kind::Normal),
            ("tubelet-training", "tubelet-session", Kind::Normal),
            ("tubelet-cli", "tubelet", Kind::Dev),
        ] {
            let found = complaints(&[(from, to, kind)]);
            assert!(found.iter().any(|what| what.contains(to)), "{found:?}");
        }
    }

    #[test]
    fn refused_packages_are_found() {
        let found = complaints(&[("tubelet-geometry", "serde", Kind::Normal)]);
        assert_eq!(
            found,
            ["`tubelet-geometry` uses `serde`; it must not know: tensors, files, JSON"]
        );
        let found = complaints(&[("tubelet-session", "serde_json", Kind::Normal)]);
        assert_eq!(found.len(), 1);
        assert!(complaints(&[("tubelet-geometry", "serde", Kind::Dev)]).is_empty());
    }

    #[test]
    fn tensors_are_found_through_other_packages() {
        let found = complaints(&[
            ("tubelet-metrics", "plots", Kind::Normal),
            ("plots", "burn-flex", Kind::Normal),
        ]);
        let chain = "tubelet-metrics → plots → burn-flex";
        assert_eq!(
            found,
            [format!(
                "`tubelet-metrics` reaches the tensor framework: {chain}"
            )]
        );
    }

    #[test]
    fn tests_of_a_dependency_are_not_compiled_and_do_not_count() {
        let edges = [
            ("tubelet-metrics", "plots", Kind::Normal),
            ("plots", "burn", Kind::Dev),
        ];
        assert!(complaints(&edges).is_empty());
        assert_eq!(
            complaints(&[("tubelet-metrics", "burn", Kind::Dev)]).len(),
            1
        );
    }

    #[test]
    fn a_crate_without_a_place_is_found() {
        assert_eq!(complaints(&[("tubelet-shed", "", Kind::Normal)]).len(), 1);
    }

    #[test]
    fn errors_without_a_type_are_for_the_rim() {
        assert_eq!(
            complaints(&[("tubelet-video", "anyhow", Kind::Normal)]).len(),
            1
        );
        assert!(complaints(&[("tubelet-cli", "miette", Kind::Normal)]).is_empty());
    }

    #[test]
    fn the_checker_stands_alone() {
        assert_eq!(
            complaints(&[("xtask", "tubelet-geometry", Kind::Normal)]).len(),
            1
        );
    }
}
