//! Against a model: files as vectors.

use super::Files;
use super::tree::Kind;
use crate::os::system::abi::{errno::*, open};
use std::collections::HashMap;

fn map(size: usize) -> *mut u8 {
    Box::leak(vec![0u64; size / 8].into_boxed_slice()).as_mut_ptr().cast()
}

fn archive(entries: &[(&str, u32, &[u8])]) -> &'static [u8] {
    let mut out = Vec::new();
    for (path, mode, contents) in entries {
        out.extend((path.len() as u32).to_le_bytes());
        out.extend(mode.to_le_bytes());
        out.extend((contents.len() as u64).to_le_bytes());
        out.extend(path.as_bytes());
        out.extend(*contents);
    }
    out.leak()
}

fn files(entries: &[(&str, u32, &[u8])]) -> Box<Files> {
    let mut f = Box::new(Files::new(map, || 7));
    f.ready(archive(entries)).unwrap();
    f
}

fn all(f: &mut Files, path: &str) -> Result<Vec<u8>, isize> {
    let fd = f.openat(f.here, path.as_bytes(), 0, 0)?;
    let (mut out, mut part) = (Vec::new(), [0; 1000]);
    loop {
        match f.read(fd, None, &mut part)? {
            0 => break,
            n => out.extend(&part[..n]),
        }
    }
    f.close(fd)?;
    Ok(out)
}

fn write(f: &mut Files, path: &str, flags: usize, text: &[u8]) -> Result<usize, isize> {
    let fd = f.openat(f.here, path.as_bytes(), flags | open::WRONLY, 0o644)?;
    let n = f.write(fd, None, text);
    f.close(fd)?;
    n
}

#[test]
fn what_came_with_the_program() {
    let mut f = files(&[("etc", 0o40755, b""), ("etc/hosts", 0o644, b"127.0.0.1 here"), ("a", 0o600, b"")]);
    assert_eq!(all(&mut f, "/etc/hosts").unwrap(), b"127.0.0.1 here");
    assert_eq!(all(&mut f, "etc/../a").unwrap(), b"");
    assert_eq!(all(&mut f, "/etc"), Err(EISDIR));
    assert_eq!(all(&mut f, "/a/b"), Err(ENOTDIR));
    assert_eq!(all(&mut f, "/etc/x"), Err(ENOENT));
    assert_eq!(write(&mut f, "/etc/hosts", 0, b"x"), Err(EROFS));
    assert_eq!(write(&mut f, "/etc/new", open::CREAT, b"x"), Err(EROFS));
    assert_eq!(f.tree.remove(f.here, b"/etc/hosts", false), Err(EROFS));
    assert_eq!(f.tree.rename((f.here, b"/a"), (f.here, b"/tmp/a")), Err(EROFS));
    assert_eq!(write(&mut f, "/dev/null", 0, b"gone"), Ok(4));
    assert_eq!(all(&mut f, "/dev/null").unwrap(), b"");
}

#[test]
fn damaged_archives_end_early() {
    let whole = archive(&[("etc", 0o40755, b""), ("etc/hosts", 0o644, b"127.0.0.1 here")]);
    for n in 0..whole.len() {
        let mut f = Box::new(Files::new(map, || 7));
        f.ready(&whole[..n]).unwrap();
        assert_eq!(all(&mut f, "/etc/hosts"), Err(ENOENT), "{n}");
    }
}

#[test]
fn folders_of_the_program() {
    let mut f = files(&[]);
    let here = f.here;
    f.tree.make(here, b"/tmp/a", Kind::Folder, 0o755).unwrap();
    f.tree.make(here, b"/tmp/a/b/", Kind::Folder, 0o755).unwrap();
    assert_eq!(write(&mut f, "/tmp/a/b/f", open::CREAT, b"one"), Ok(3));
    assert_eq!(write(&mut f, "/tmp/a/b/f", open::CREAT | open::EXCL, b"two"), Err(EEXIST));
    assert_eq!(write(&mut f, "/tmp/a/b/f", open::APPEND, b"two"), Ok(3));
    assert_eq!(all(&mut f, "/tmp/a/b/f").unwrap(), b"onetwo");
    assert_eq!(f.tree.remove(here, b"/tmp/a", true), Err(ENOTEMPTY));
    assert_eq!(f.tree.remove(here, b"/tmp/a/b/f", true), Err(ENOTDIR));
    assert_eq!(f.tree.rename((here, b"/tmp/a"), (here, b"/tmp/a/b/c")), Err(EINVAL));
    f.tree.rename((here, b"/tmp/a/b"), (here, b"/tmp/moved")).unwrap();
    assert_eq!(all(&mut f, "/tmp/moved/f").unwrap(), b"onetwo");
    let moved = f.tree.find(here, b"/tmp/moved").unwrap();
    let mut text = [0; 64];
    let at = f.tree.path(moved, &mut text).unwrap();
    assert_eq!(&text[at..], b"/tmp/moved");
    // An open file lives on without its name.
    let fd = f.openat(here, b"/tmp/moved/f", open::RDWR, 0).unwrap();
    f.tree.remove(here, b"/tmp/moved/f", false).unwrap();
    f.tree.remove(here, b"/tmp/moved", true).unwrap();
    let mut part = [0; 10];
    assert_eq!((f.read(fd, None, &mut part), &part[..6]), (Ok(6), &b"onetwo"[..]));
    f.close(fd).unwrap();
    assert_eq!(f.close(fd), Err(EBADF));
}

#[test]
fn random_writes_match_a_model() {
    let mut f = files(&[]);
    let mut model: HashMap<String, Vec<u8>> = HashMap::new();
    let mut seed = 88172645463325252u64;
    let mut draw = |n: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % n as u64) as usize
    };
    for _ in 0..3000 {
        let path = format!("/tmp/{}", draw(4));
        let file = model.entry(path.clone()).or_default();
        let fd = f.openat(f.here, path.as_bytes(), open::RDWR | open::CREAT, 0o644).unwrap();
        match draw(10) {
            0 => {
                let size = draw(3 << 20);
                f.truncate(fd, size).unwrap();
                file.resize(size, 0);
            }
            1 => {
                f.truncate(fd, 0).unwrap();
                file.clear();
            }
            2..6 => {
                let (at, n) = (draw(3 << 20), draw(9000));
                let byte = draw(256) as u8;
                assert_eq!(f.write(fd, Some(at), &vec![byte; n]), Ok(n));
                if n > 0 {
                    file.resize(file.len().max(at + n), 0);
                    file[at..at + n].fill(byte);
                }
            }
            _ => {
                let (at, n) = (draw(3 << 20), draw(20000));
                let mut part = vec![1; n];
                let got = f.read(fd, Some(at), &mut part).unwrap();
                let want = file.get(at..).unwrap_or(&[]);
                assert_eq!(got, want.len().min(n));
                assert!(part[..got] == want[..got]);
            }
        }
        f.close(fd).unwrap();
    }
}
