//! The workspace as `cargo metadata` describes it, reduced to what the checks ask.
//!
//! In: the workspace root. Out: [`Workspace`], plain lists that tests can also write by hand.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// When a dependency is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Always.
    Normal,
    /// For tests, examples and benches.
    Dev,
    /// For the build script.
    Build,
}

/// One entry of a manifest's dependency tables.
#[derive(Clone, Debug)]
pub(crate) struct Dependency {
    /// Name of the package, not the name it is imported under.
    pub name: String,
    /// When it is compiled.
    pub kind: Kind,
}

/// A package of the workspace or one it depends on.
#[derive(Clone, Debug)]
pub(crate) struct Package {
    /// Cargo's unique name of this version of the package.
    pub id: String,
    /// Name in its manifest.
    pub name: String,
    /// SPDX expression, if its manifest has one.
    pub license: Option<String>,
    /// Registry or repository it comes from; none for a path.
    pub source: Option<String>,
    /// Its manifest, relative to the workspace root where it lies inside.
    pub manifest: PathBuf,
    /// What the manifest asks for.
    pub dependencies: Vec<Dependency>,
}

/// Packages, members and the resolved graph.
#[derive(Clone, Debug, Default)]
pub(crate) struct Workspace {
    /// Folder of the root manifest.
    pub root: PathBuf,
    /// Every package of the graph.
    pub packages: Vec<Package>,
    /// Identifiers of the packages that live here.
    pub members: Vec<String>,
    /// For each package, what it was resolved to use.
    pub graph: HashMap<String, Vec<(String, Kind)>>,
}

/// The workspace root, one folder above this crate.
pub(crate) fn root() -> Result<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.parent().context("xtask has no parent folder")?;
    if !root.join("Cargo.toml").is_file() {
        bail!(
            "{} has no Cargo.toml: the workspace was moved after xtask was built",
            root.display()
        );
    }
    Ok(root.to_owned())
}

impl Workspace {
    /// Asks cargo.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let output = Command::new("cargo")
            .args(["metadata", "--format-version", "1"])
            .current_dir(root)
            .output()
            .context("cannot start `cargo metadata`")?;
        if !output.status.success() {
            bail!(
                "`cargo metadata` failed:\n{}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        let value = serde_json::from_slice(&output.stdout)
            .context("`cargo metadata` did not print JSON")?;
        Self::from_json(root, &value)
    }

    fn from_json(root: &Path, value: &Value) -> Result<Self> {
        let packages = list(value, "packages")?
            .iter()
            .map(|package| package_from_json(root, package))
            .collect::<Result<_>>()?;
        let members = list(value, "workspace_members")?
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect();
        let mut graph = HashMap::new();
        for node in list(&value["resolve"], "nodes")? {
            let mut uses = Vec::new();
            for edge in list(node, "deps")? {
                let target = text(edge, "pkg")?;
                for kind in list(edge, "dep_kinds")? {
                    uses.push((target.clone(), kind_from_json(&kind["kind"])));
                }
            }
            graph.insert(text(node, "id")?, uses);
        }
        Ok(Self {
            root: root.to_owned(),
            packages,
            members,
            graph,
        })
    }

    /// The packages that live in this workspace.
    pub(crate) fn own(&self) -> impl Iterator<Item = &Package> {
        self.packages
            .iter()
            .filter(|package| self.members.contains(&package.id))
    }

    /// The packages that come from elsewhere.
    pub(crate) fn foreign(&self) -> impl Iterator<Item = &Package> {
        self.packages
            .iter()
            .filter(|package| !self.members.contains(&package.id))
    }

    /// The package with this identifier.
    pub(crate) fn package(&self, id: &str) -> Option<&Package> {
        self.packages.iter().find(|package| package.id == id)
    }
}

fn package_from_json(root: &Path, package: &Value) -> Result<Package> {
    let manifest = PathBuf::from(text(package, "manifest_path")?);
    let dependencies = list(package, "dependencies")?
        .iter()
        .map(|dependency| {
            Ok(Dependency {
                name: text(dependency, "name")?,
                kind: kind_from_json(&dependency["kind"]),
            })
        })
        .collect::<Result<_>>()?;
    Ok(Package {
        id: text(package, "id")?,
        name: text(package, "name")?,
        license: package["license"].as_str().map(str::to_owned),
        source: package["source"].as_str().map(str::to_owned),
        manifest: match manifest.strip_prefix(root) {
            Ok(inside) => inside.to_owned(),
            Err(_) => manifest,
        },
        dependencies,
    })
}

fn kind_from_json(kind: &Value) -> Kind {
    match kind.as_str() {
        Some("dev") => Kind::Dev,
        Some("build") => Kind::Build,
        _ => Kind::Normal,
    }
}

fn list<'a>(value: &'a Value, key: &str) -> Result<&'a Vec<Value>> {
    value[key]
        .as_array()
        .with_context(|| format!("`cargo metadata` has no list `{key}`"))
}

fn text(value: &Value, key: &str) -> Result<String> {
    Ok(value[key]
        .as_str()
        .with_context(|| format!("`cargo metadata` has no text `{key}`"))?
        .to_owned())
}

#[cfg(test)]
pub(crate) mod written {
    //! Workspaces written by hand, for the tests of the checks.

    use super::{Dependency, Kind, Package, PathBuf, Workspace};

    /// A workspace of members and foreign packages with the given edges.
    ///
    /// A name that starts with `tubelet` or is `xtask` is a member.
    pub(crate) fn workspace(edges: &[(&str, &str, Kind)]) -> Workspace {
        let mut written = Workspace {
            root: PathBuf::from("/nowhere"),
            ..Workspace::default()
        };
        for (from, to, kind) in edges {
            add(&mut written, from);
            if to.is_empty() {
                continue;
            }
            add(&mut written, to);
            let dependency = Dependency {
                name: (*to).to_owned(),
                kind: *kind,
            };
            for package in &mut written.packages {
                if package.name == *from {
                    package.dependencies.push(dependency.clone());
                }
            }
            let uses = written.graph.entry((*from).to_owned()).or_default();
            uses.push(((*to).to_owned(), *kind));
        }
        written
    }

    fn add(workspace: &mut Workspace, name: &str) {
        if workspace.package(name).is_some() {
            return;
        }
        let member = name.starts_with("tubelet") || name == "xtask";
        if member {
            workspace.members.push(name.to_owned());
        }
        let folder = name.trim_start_matches("tubelet-");
        workspace.packages.push(Package {
            id: name.to_owned(),
            name: name.to_owned(),
            license: Some("MIT".to_owned()),
            source: (!member).then(|| crate::tidy::CRATES_IO.to_owned()),
            manifest: PathBuf::from(format!("crates/{folder}/Cargo.toml")),
            dependencies: Vec::new(),
        });
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_reduced_to_members_kinds_and_edges() {
        let json = serde_json::json!({
            "packages": [{
                "id": "path+a", "name": "a", "license": "MIT", "source": null,
                "manifest_path": "/w/a/Cargo.toml",
                "dependencies": [{"name": "b", "kind": "dev"}, {"name": "c", "kind": null}],
            }],
            "workspace_members": ["path+a"],
            "resolve": {"nodes": [{"id": "path+a", "deps": [
                {"pkg": "b", "dep_kinds": [{"kind": "dev"}, {"kind": null}]},
            ]}]},
        });
        let workspace = Workspace::from_json(Path::new("/w"), &json).unwrap();
        let package = workspace.own().next().unwrap();
        assert_eq!(package.manifest, Path::new("a/Cargo.toml"));
        assert_eq!(package.dependencies[0].kind, Kind::Dev);
        assert_eq!(package.dependencies[1].kind, Kind::Normal);
        assert_eq!(workspace.graph["path+a"].len(), 2);
    }

    #[test]
    fn an_answer_without_packages_is_an_error() {
        let answer = Workspace::from_json(Path::new("/w"), &serde_json::json!({}));
        assert!(answer.unwrap_err().to_string().contains("packages"));
    }
}
