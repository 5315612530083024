//! Profiles of earlier runs (`-pgo`, `default.pgo`): CPU profiles in pprof's format, as `runtime/pprof` and `go tool pprof -proto` write them, which
//! tell the inliner where time is spent. The format: <https://github.com/google/pprof/blob/main/proto/profile.proto>, gzipped or not; how messages
//! are encoded: <https://protobuf.dev/programming-guides/encoding/>.
//!
//! Like Go's compiler it takes the samples' count, or their nanoseconds, and for each call in a sample's stack its place relative to the caller's
//! first line. What `go tool preprofile` makes of profiles is not read.

use std::io::Read;
use std::path::{Path, PathBuf};

use ir::profile::{Profile, Site};
use rustc_hash::{FxHashMap, FxHashSet};
use syntax::Sym;

use crate::cli::Options;
use crate::load::{Config, Program};

/// What `-pgo` asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Pgo {
    /// The file `default.pgo` of the main package's folder, if there is one.
    #[default]
    Auto,
    Off,
    File(PathBuf),
}

impl Pgo {
    /// The flag's value.
    pub fn new(value: String) -> Pgo {
        match value.as_str() {
            "auto" => Pgo::Auto,
            "off" | "" => Pgo::Off,
            _ => Pgo::File(value.into()),
        }
    }
}

/// The profile for a program, if there is one: an absolute path, if it can be told.
pub fn file(config: &Config, options: &Options, program: &Program) -> Option<PathBuf> {
    let found = match &options.pgo {
        Pgo::Off => return None,
        Pgo::File(file) => file.clone(),
        Pgo::Auto => {
            let root = &program.packages[program.roots[0]];
            let package = match &config.tested {
                Some(t) => program.packages.iter().find(|p| p.path == t.package.path)?,
                None => root,
            };
            let file = package.dir.join("default.pgo");
            (package.name == syntax::names::MAIN && file.is_file()).then_some(file)?
        }
    };
    Some(std::path::absolute(&found).unwrap_or(found))
}

/// Of a file, and of what is packed in it, no more is read.
const MOST: u64 = 256 << 20;

/// Reads a profile. The error names the file.
pub fn read(path: &Path) -> Result<Profile, String> {
    let failed = |why: String| format!("-pgo: {}: {why}", path.display());
    let file = std::fs::File::open(path).map_err(|e| failed(crate::commands::plain(&e)))?;
    if !file.metadata().is_ok_and(|m| m.is_file()) {
        return Err(failed("not a regular file".into()));
    }
    let bytes = limited(file).map_err(failed)?;
    let unpacked = match bytes.starts_with(&[0x1f, 0x8b]) {
        true => limited(flate2::read::MultiGzDecoder::new(&bytes[..])).map_err(failed)?,
        false => bytes,
    };
    if unpacked.starts_with(b"GO PREPROFILE") {
        return Err(failed("not supported: the form of go tool preprofile; give the profile itself".into()));
    }
    parse(&unpacked).map_err(failed)
}

fn limited(from: impl Read) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    from.take(MOST + 1).read_to_end(&mut bytes).map_err(|e| format!("cannot be read: {e}"))?;
    if bytes.len() as u64 > MOST { Err(format!("more than {} MiB", MOST >> 20)) } else { Ok(bytes) }
}

/// A message's field.
enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    /// Eight or four bytes, which profiles have none of.
    Fixed,
}

/// The fields of an encoded message.
struct Message<'a>(&'a [u8]);

const CUT: &str = "not a profile in pprof's format";

impl<'a> Message<'a> {
    fn varint(&mut self) -> Result<u64, String> {
        let mut n = 0u64;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.0.split_first().ok_or(CUT)?;
            self.0 = rest;
            n |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(n);
            }
        }
        Err(CUT.into())
    }

    fn bytes(&mut self, len: u64) -> Result<&'a [u8], String> {
        let (bytes, rest) = usize::try_from(len).ok().and_then(|n| self.0.split_at_checked(n)).ok_or(CUT)?;
        self.0 = rest;
        Ok(bytes)
    }

    /// The next field and its number.
    fn next(&mut self) -> Result<Option<(u64, Field<'a>)>, String> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let key = self.varint()?;
        let field = match key & 7 {
            0 => Field::Number(self.varint()?),
            1 => self.bytes(8).map(|_| Field::Fixed)?,
            2 => {
                let len = self.varint()?;
                Field::Bytes(self.bytes(len)?)
            }
            5 => self.bytes(4).map(|_| Field::Fixed)?,
            _ => return Err(CUT.into()),
        };
        Ok(Some((key >> 3, field)))
    }

    /// Its numbers, those of these fields; others are 0.
    fn numbers<const N: usize>(mut self, fields: [u64; N]) -> Result<[u64; N], String> {
        let mut out = [0; N];
        while let Some((number, field)) = self.next()? {
            if let (Some(at), Field::Number(n)) = (fields.iter().position(|f| *f == number), field) {
                out[at] = n;
            }
        }
        Ok(out)
    }
}

/// Numbers of a repeated field: all in one, or one of them.
fn repeated(field: Field, out: &mut Vec<u64>) -> Result<(), String> {
    match field {
        Field::Number(n) => out.push(n),
        Field::Bytes(bytes) => {
            let mut packed = Message(bytes);
            while !packed.0.is_empty() {
                out.push(packed.varint()?);
            }
        }
        Field::Fixed => {}
    }
    Ok(())
}

/// A line of code on a stack.
#[derive(Clone, Copy)]
struct Frame {
    function: u64,
    line: i64,
}

#[derive(Clone, Copy)]
struct Function {
    name: Sym,
    start: i64,
}

/// The calls of a profile.
fn parse(bytes: &[u8]) -> Result<Profile, String> {
    let (mut kinds, mut samples, mut locations) = (Vec::new(), Vec::new(), FxHashMap::default());
    let (mut named, mut strings) = (Vec::new(), Vec::new());
    let mut profile = Message(bytes);
    while let Some((number, field)) = profile.next()? {
        let Field::Bytes(bytes) = field else { continue };
        match number {
            1 => kinds.push(Message(bytes).numbers([1, 2])?),
            2 => samples.push(bytes),
            4 => {
                let (id, frames) = location(bytes)?;
                locations.insert(id, frames);
            }
            5 => named.push(Message(bytes).numbers([1, 2, 5])?),
            6 => strings.push(bytes),
            _ => {}
        }
    }
    let text = |n: u64| usize::try_from(n).ok().and_then(|n| strings.get(n)).map_or(&b""[..], |s| s);
    if samples.is_empty() {
        return if strings.is_empty() { Err(CUT.into()) } else { Ok(Profile::default()) };
    }
    let is_time = |&[kind, unit]: &[u64; 2]| {
        matches!((text(kind), text(unit)), (b"samples", b"count") | (b"cpu", b"nanoseconds"))
    };
    let weight = kinds
        .iter()
        .position(is_time)
        .ok_or("not a CPU profile: no sample type is samples/count or cpu/nanoseconds")?;
    let functions: FxHashMap<u64, Function> = named
        .iter()
        .map(|&[id, name, start]| {
            (id, Function { name: Sym::new(&String::from_utf8_lossy(text(name))), start: start as i64 })
        })
        .collect();
    if functions.values().all(|f| f.start == 0) {
        return Err("functions have no first lines (programs of Go 1.20 and later say them)".into());
    }
    let mut calls = Vec::new();
    for bytes in samples {
        let (stack, weight) = sample(bytes, weight, &locations)?;
        // Innermost first. What calls itself counts once.
        let mut seen = FxHashSet::default();
        for pair in stack.windows(2) {
            let [Some(callee), Some(caller)] = [0, 1].map(|n| functions.get(&pair[n].function)) else {
                continue;
            };
            let Ok(line) = i32::try_from(pair[1].line.wrapping_sub(caller.start)) else { continue };
            let site = Site { caller: caller.name, line };
            if seen.insert((site, callee.name)) {
                calls.push((site, callee.name, weight));
            }
        }
    }
    Ok(Profile::new(calls))
}

/// Number and lines of a location: more than one where calls were inlined, the innermost first.
fn location(bytes: &[u8]) -> Result<(u64, Vec<Frame>), String> {
    let (mut id, mut frames) = (0, Vec::new());
    let mut m = Message(bytes);
    while let Some((number, field)) = m.next()? {
        match (number, field) {
            (1, Field::Number(n)) => id = n,
            (4, Field::Bytes(line)) => {
                let [function, line] = Message(line).numbers([1, 2])?;
                frames.push(Frame { function, line: line as i64 });
            }
            _ => {}
        }
    }
    Ok((id, frames))
}

/// A sample's stack, and its value of the kind that counts.
fn sample(
    bytes: &[u8],
    kind: usize,
    locations: &FxHashMap<u64, Vec<Frame>>,
) -> Result<(Vec<Frame>, u64), String> {
    let (mut ids, mut values) = (Vec::new(), Vec::new());
    let mut m = Message(bytes);
    while let Some((number, field)) = m.next()? {
        match number {
            1 => repeated(field, &mut ids)?,
            2 => repeated(field, &mut values)?,
            _ => {}
        }
    }
    let weight = values.get(kind).map_or(0, |&v| (v as i64).max(0) as u64);
    Ok((ids.iter().filter_map(|id| locations.get(id)).flatten().copied().collect(), weight))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn varint(mut n: u64) -> Vec<u8> {
        let mut out = Vec::new();
        while n >= 0x80 {
            out.push(n as u8 | 0x80);
            n >>= 7;
        }
        out.push(n as u8);
        out
    }

    fn number(field: u64, n: u64) -> Vec<u8> {
        [varint(field << 3), varint(n)].concat()
    }

    fn bytes(field: u64, content: &[u8]) -> Vec<u8> {
        [varint(field << 3 | 2), varint(content.len() as u64), content.to_vec()].concat()
    }

    /// `main.leaf`, inlined into `main.mid` in line 23, which `main.main` called in line 42: 7 samples of 10 ms.
    fn example() -> Vec<u8> {
        example_of("samples", "cpu")
    }

    /// The same, with other names for what was measured.
    fn example_of(first: &str, second: &str) -> Vec<u8> {
        let mut out = Vec::new();
        for (kind, unit) in [(1, 2), (3, 4)] {
            out.extend(bytes(1, &[number(1, kind), number(2, unit)].concat()));
        }
        let values = [varint(7), varint(70_000_000)].concat();
        out.extend(bytes(2, &[bytes(1, &[1, 2]), bytes(2, &values)].concat()));
        let line = |function, line| bytes(4, &[number(1, function), number(2, line)].concat());
        out.extend(bytes(4, &[number(1, 1), number(3, 0x401000), line(1, 11), line(2, 23)].concat()));
        out.extend(bytes(4, &[number(1, 2), line(3, 42)].concat()));
        for (id, name, start) in [(1, 5, 10), (2, 6, 20), (3, 7, 40)] {
            out.extend(bytes(5, &[number(1, id), number(2, name), number(5, start)].concat()));
        }
        for text in ["", first, "count", second, "nanoseconds", "main.leaf", "main.mid", "main.main"] {
            out.extend(bytes(6, text.as_bytes()));
        }
        out
    }

    #[test]
    fn calls_of_a_profile() {
        let site = |caller: &str, line| Site { caller: Sym::new(caller), line };
        let want = Profile::new([
            (site("main.mid", 3), Sym::new("main.leaf"), 7),
            (site("main.main", 2), Sym::new("main.mid"), 7),
        ]);
        assert_eq!(parse(&example()).unwrap(), want);
    }

    #[test]
    fn faults() {
        assert_eq!(parse(b"").unwrap_err(), CUT);
        assert_eq!(parse(b"package main\n").unwrap_err(), CUT);
        let heap = parse(&example_of("objects", "space")).unwrap_err();
        assert!(heap.starts_with("not a CPU profile"), "{heap}");
    }

    /// Whatever is in a file, reading it ends, with a profile or an error.
    #[test]
    fn damaged() {
        let good = example();
        for cut in 0..good.len() {
            let _ = parse(&good[..cut]);
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut bad = good.clone();
                bad[cut] = value;
                let _ = parse(&bad);
            }
        }
    }
}
