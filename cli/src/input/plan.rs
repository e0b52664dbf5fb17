//! From what was named on the command line to the captures that are read.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::complain;
use super::opening::{self, Manner};
use super::rotated::{self, Piece, Series};
use crate::language::messages;
use crate::{args, text};

/// What is read as one capture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    /// The first of its files, by which it is known.
    pub(crate) path: PathBuf,
    /// For people.
    pub(super) name: PathBuf,
    pub(super) files: Vec<PathBuf>,
    /// By time, not one behind the other.
    pub(super) merged: bool,
}

impl Source {
    fn one(path: PathBuf) -> Self {
        Self {
            name: path.clone(),
            files: vec![path.clone()],
            path,
            merged: false,
        }
    }
}

/// The captures to read, in order, and what could not be found.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) sources: Vec<Source>,
    /// Folders without captures, and what cannot be listed: with the reasons.
    pub(super) unusable: Vec<(PathBuf, String)>,
    /// What to say on standard error.
    pub(super) remarks: Vec<(PathBuf, String)>,
}

impl Plan {
    pub(crate) fn new(from: &args::Input) -> Self {
        let mut plan = Self::default();
        let mut files = Vec::new();
        for path in &from.files {
            if path.is_dir() {
                plan.folder(path, &mut files);
            } else {
                files.push(path.clone());
            }
        }
        if from.merge && files.len() > 1 {
            plan.sources = vec![Source {
                path: files[0].clone(),
                name: PathBuf::from("merged"),
                files,
                merged: true,
            }];
        } else if from.no_join {
            plan.sources = files.into_iter().map(Source::one).collect();
        } else {
            plan.join(files);
        }
        plan
    }

    /// The source known by this path.
    pub(crate) fn source(&self, path: &Path) -> Option<&Source> {
        self.sources.iter().find(|source| source.path == path)
    }

    /// Adds the captures below a folder, by name.
    fn folder(&mut self, folder: &Path, files: &mut Vec<PathBuf>) {
        let mut found = Vec::new();
        if let Err(why) = below(folder, &mut found) {
            self.unusable.push((folder.to_owned(), why));
        }
        let (captures, others): (Vec<_>, Vec<_>) = found
            .into_iter()
            .partition(|path| opening::open(path, &Manner::default()).is_ok());
        if captures.is_empty() {
            self.unusable
                .push((folder.to_owned(), messages().input.no_capture_here.to_owned()));
        } else if !others.is_empty() {
            let names = others.iter().take(3).map(|path| {
                let name = path.strip_prefix(folder).unwrap_or(path);
                text::foreign(&name.display().to_string())
            });
            let mut names = names.collect::<Vec<_>>().join(messages().list_comma);
            if others.len() > 3 {
                names = names + messages().list_comma + "…";
            }
            let remark = (messages().input.not_captures)(others.len(), &names);
            self.remarks.push((folder.to_owned(), remark));
        }
        files.extend(captures);
    }

    /// Puts the pieces of rotated captures together, each series where its first one stood.
    fn join(&mut self, files: Vec<PathBuf>) {
        let mut series: BTreeMap<Series, Vec<(Piece, PathBuf)>> = BTreeMap::new();
        for path in &files {
            if let Some(piece) = rotated::piece(path) {
                series
                    .entry(piece.series.clone())
                    .or_default()
                    .push((piece, path.clone()));
            }
        }
        let mut joined: Vec<Source> = Vec::new();
        for (series, mut pieces) in series {
            let first = files.iter().find(|path| rotated::is_first(path, &series));
            if pieces.len() + usize::from(first.is_some()) < 2 || series.needs_first && first.is_none() {
                continue;
            }
            pieces.sort_by(|(a, _), (b, _)| a.place.cmp(&b.place));
            let mut names: Vec<PathBuf> = first.cloned().into_iter().collect();
            names.extend(pieces.into_iter().map(|(_, path)| path));
            names.dedup();
            // With -W, tcpdump writes over the oldest when all are full.
            if series.name().ends_with('*') {
                begin_with_oldest(&mut names);
            }
            let name = PathBuf::from(series.name());
            let remark = (messages().input.joined)(names.len());
            self.remarks.push((name.clone(), remark));
            joined.push(Source {
                path: names[0].clone(),
                name,
                files: names,
                merged: false,
            });
        }
        for path in files {
            let home = joined.iter().find(|source| source.files.contains(&path));
            match home {
                Some(source) if self.sources.contains(source) => {}
                Some(source) => self.sources.push(source.clone()),
                None => self.sources.push(Source::one(path)),
            }
        }
    }
}

/// Every file below a folder, by name; links to folders are not followed, for they may lead back.
fn below(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), String> {
    let entries = fs::read_dir(folder).map_err(|error| (messages().input.io_error)(&error))?;
    let mut entries: Vec<_> = entries.filter_map(Result::ok).collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            below(&path, found)?;
        } else if path.is_file() {
            found.push(path);
        }
    }
    Ok(())
}

/// Turns a ring so that the file with the earliest first frame comes first.
fn begin_with_oldest(files: &mut [PathBuf]) {
    if !files.iter().all(|path| path.is_file()) {
        return;
    }
    let time = |path: &PathBuf| {
        let mut capture = opening::open(path, &Manner::default()).ok()?;
        capture.next_frame().ok()?.map(|frame| frame.time_ns)
    };
    let times = files
        .iter()
        .enumerate()
        .filter_map(|(at, path)| Some((time(path)?, at)));
    if let Some((_, oldest)) = times.min() {
        files.rotate_left(oldest);
    }
}

/// Says what the plan has to say.
pub(super) fn tell(plan: &Plan) {
    for (path, words) in plan.unusable.iter().chain(&plan.remarks) {
        complain(path, words);
    }
}
