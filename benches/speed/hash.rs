//! SHA-256 of a large file and of many small ones, with flat memory.

use super::Result;
use super::measure;
use super::project;
use super::table;
use super::table::Row;
use orch::internals::ProjectFolder;
use orch::internals::ProjectPath;
use rayon::iter::IntoParallelRefIterator;
use rayon::iter::ParallelIterator;
use std::fs;
use std::fs::File;
use std::hint::black_box;
use std::io::Read;
use std::path::Path;

const LARGE_BYTES: usize = 2 * 1024 * 1024 * 1024;

/// A piece that stays in the second-level cache.
const PIECE_BYTES: usize = 128 * 1024;

pub fn hash() -> Result {
    let folder = project::folder()?;
    let root = folder.path();
    let project = ProjectFolder::new(root, Vec::new())?;
    let rounds = measure::rounds(3);
    let mut rows = vec![large(root, &project, rounds)?];
    let peak_before = measure::peak_mib()?;
    for (files, bytes, target) in [(20_000, 16 * 1024, Some(80.0)), (100_000, 1024, None)] {
        rows.push(small(root, &project, (files, bytes, target), rounds)?);
    }
    let grown = measure::peak_mib()? - peak_before;
    rows.push(Row {
        work: "growth of resident memory over 120,000 files, MiB".to_owned(),
        floor: "–".to_owned(),
        ours: format!("{grown:.1}"),
        ratio: None,
        target: "at most 64".to_owned(),
        is_reached: grown <= 64.0,
    });
    table::print("SHA-256", &rows);
    Ok(())
}

fn large(root: &Path, project: &ProjectFolder, rounds: usize) -> Result<Row> {
    let path = root.join("large");
    let mut file = File::create(&path)?;
    let piece: Vec<u8> = (0..=u8::MAX).cycle().take(1024 * 1024).collect();
    for _ in 0..LARGE_BYTES / piece.len() {
        std::io::Write::write_all(&mut file, &piece)?;
    }
    file.sync_all()?;
    let path_inside = project.path("large")?;
    let (mut memory, mut reading, mut ours) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let buffer = &piece[..PIECE_BYTES];
        let in_memory = || {
            let pieces = std::iter::repeat_n(buffer, LARGE_BYTES / PIECE_BYTES / 4);
            Ok(orch::digest::Digest::of_reader(Pieces { pieces }, u64::MAX)?)
        };
        memory.push(measure::work(in_memory)?.1);
        let alone = || {
            let mut buffer = vec![0; PIECE_BYTES];
            let mut file = File::open(&path)?;
            while file.read(&mut buffer)? > 0 {
                black_box(&buffer);
            }
            Ok(())
        };
        reading.push(measure::work(alone)?.1);
        ours.push(measure::work(|| Ok(project.hash(&path_inside)?))?.1);
    }
    fs::remove_file(&path)?;
    #[expect(clippy::cast_precision_loss, reason = "a power of two")]
    let gigabytes = LARGE_BYTES as f64 / 1e9;
    let memory = gigabytes / 4.0 / measure::median(&memory).cpu;
    let reading = gigabytes / measure::median(&reading).cpu;
    let rate = gigabytes / measure::median(&ours).cpu;
    Ok(Row {
        work: format!("2 GiB file, GB per CPU second (reading alone {reading:.1})"),
        floor: format!("{memory:.2} in memory"),
        ours: format!("{rate:.2}"),
        ratio: Some(memory / rate),
        target: "1.2".to_owned(),
        is_reached: rate >= 1.2,
    })
}

fn small(
    root: &Path,
    project: &ProjectFolder,
    (count, bytes, target): (usize, usize, Option<f64>),
    rounds: usize,
) -> Result<Row> {
    let contents: Vec<u8> = (0..=u8::MAX).cycle().take(bytes).collect();
    let mut paths: Vec<ProjectPath> = Vec::with_capacity(count);
    for file in 0..count {
        let path = format!("small/{}/{file}", file / 500);
        if file % 500 == 0 {
            fs::create_dir_all(root.join(format!("small/{}", file / 500)))?;
        }
        fs::write(root.join(&path), &contents)?;
        paths.push(project.path(&path)?);
    }
    let (mut reading, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let alone = || {
            let read = |path: &ProjectPath| -> std::io::Result<usize> {
                let mut buffer = [0; 16 * 1024];
                let mut file = File::open(root.join(path.as_str()))?;
                let mut total = 0;
                loop {
                    match file.read(&mut buffer)? {
                        0 => return Ok(total),
                        count => total += count,
                    }
                }
            };
            Ok(paths.par_iter().map(read).sum::<std::io::Result<usize>>()?)
        };
        reading.push(measure::work(alone)?.1);
        let hashed = measure::work(|| {
            let prints = project.hash_all(&paths);
            prints.into_iter().collect::<std::result::Result<Vec<_>, _>>()?;
            Ok(())
        })?;
        ours.push(hashed.1);
    }
    fs::remove_dir_all(root.join("small"))?;
    #[expect(clippy::cast_precision_loss, reason = "these are small")]
    let thousands = count as f64 / 1000.0;
    let reading = thousands / measure::median(&reading).wall;
    let rate = thousands / measure::median(&ours).wall;
    Ok(Row {
        work: format!("{count} files of {} KiB, thousand files/s", bytes / 1024),
        floor: format!("{reading:.0} reading alone"),
        ours: format!("{rate:.0}"),
        ratio: Some(reading / rate),
        target: target.map_or_else(|| "–".to_owned(), |target| target.to_string()),
        is_reached: target.is_none_or(|target| rate >= target),
    })
}

/// The same bytes again and again, as a reader that need not read.
struct Pieces<'b, I: Iterator<Item = &'b [u8]>> {
    pieces: I,
}

impl<'b, I: Iterator<Item = &'b [u8]>> Read for Pieces<'b, I> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        // The buffer holds whatever it held; hashing takes as long whatever the bytes are.
        Ok(self.pieces.next().map_or(0, |piece| piece.len().min(buffer.len())))
    }
}
