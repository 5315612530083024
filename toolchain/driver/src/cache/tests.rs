use super::*;
use crate::scratch::Scratch;

const ME: &[u8] = b"this compiler";

fn open(dir: &Path, limit: u64) -> Cache {
    Cache::within(dir, ME, limit).unwrap_or_else(|e| panic!("{e}"))
}
/// A folder that is ours.
fn place() -> Scratch {
    Scratch::new("cache-test", false).unwrap()
}
/// What is kept for a content.
fn kept(cache: &Cache, content: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    cache.find(&cache.key(content), &mut |e| {
        all.push(e.to_vec());
        false
    });
    all
}
fn keep(dir: &Path, limit: u64, rows: &[(&[u8], &[u8])]) {
    let cache = open(dir, limit);
    rows.iter().for_each(|(content, entry)| cache.add(cache.key(content), entry.to_vec()));
    cache.finish().unwrap();
}
fn packs(dir: &Path) -> Vec<PathBuf> {
    files(&dir.join("functions")).flat_map(|d| files(&d)).collect()
}

#[test]
fn what_was_kept_is_found_by_its_content_and_compiler() {
    let dir = place();
    keep(dir.path(), LIMIT, &[(b"f", b"code of f"), (b"g", b""), (b"f", b"f where an answer differs")]);
    keep(dir.path(), LIMIT, &[(b"h", b"code of h")]);
    let cache = open(dir.path(), LIMIT);
    let mut of_f = kept(&cache, b"f");
    of_f.sort();
    assert_eq!(of_f, [b"code of f".to_vec(), b"f where an answer differs".to_vec()]);
    assert_eq!(kept(&cache, b"g"), [b""]);
    assert_eq!(kept(&cache, b"h"), [b"code of h"]);
    assert!(kept(&cache, b"i").is_empty());
    let other = Cache::within(dir.path(), b"another compiler", LIMIT).unwrap();
    assert!(kept(&other, b"f").is_empty());
}

#[test]
fn a_damaged_entry_is_not_there() {
    let dir = place();
    let rows: [(&[u8], &[u8]); 3] = [(b"f", b"code of f"), (b"g", b"code of g"), (b"h", b"more")];
    keep(dir.path(), LIMIT, &rows);
    let file = packs(dir.path()).pop().unwrap();
    let good = std::fs::read(&file).unwrap();
    // What is found is right, whatever the file is; and where only its last bytes are damaged, nothing is.
    let check = |bytes: &[u8]| {
        std::fs::write(&file, bytes).unwrap();
        let cache = open(dir.path(), LIMIT);
        let found = |row: &(&[u8], &[u8])| match &kept(&cache, row.0)[..] {
            [] => false,
            all => all.iter().all(|e| e == row.1) || panic!("{all:?} for {row:?}"),
        };
        rows.iter().filter(|r| found(r)).count()
    };
    assert_eq!(check(&good), 3);
    for at in 0..good.len() {
        for change in [0x01, 0x80, 0xff] {
            let mut bad = good.clone();
            bad[at] ^= change;
            assert!(check(&bad) < 3, "byte {at}");
        }
    }
    for len in 0..good.len() {
        assert_eq!(check(&good[..len]), 0, "{len} bytes");
        assert_eq!(check(&good[len..]) < 3, len > 0, "without {len} bytes");
    }
    // Numbers of rows that no file has.
    let mut huge = good.clone();
    let at = huge.len() - 16;
    huge[at..at + 4].fill(0xff);
    assert_eq!(check(&huge), 0);
}

#[test]
fn builds_at_the_same_time_keep_all() {
    let dir = place();
    std::thread::scope(|s| {
        for build in 0..8u8 {
            let dir = dir.path();
            s.spawn(move || {
                for round in 0..4 {
                    let cache = open(dir, LIMIT);
                    for n in 0..50u8 {
                        let content = [n, round, if n < 25 { 0 } else { build }];
                        if kept(&cache, &content).is_empty() {
                            cache.add(cache.key(&content), vec![n; 1000]);
                        }
                    }
                    cache.finish().unwrap();
                }
            });
        }
    });
    let cache = open(dir.path(), LIMIT);
    for (build, round, n) in (0..8).flat_map(|b| (0..4).flat_map(move |r| (0..50).map(move |n| (b, r, n)))) {
        let content = [n, round, if n < 25 { 0 } else { build }];
        let all = kept(&cache, &content);
        assert!(!all.is_empty() && all.iter().all(|e| *e == [n; 1000]), "{content:?}");
    }
}

#[test]
fn small_packs_become_one() {
    let dir = place();
    for n in 0..40u8 {
        keep(dir.path(), LIMIT, &[(&[n], &[n; 10])]);
        assert!(packs(dir.path()).len() <= MANY + 1);
    }
    let cache = open(dir.path(), LIMIT);
    assert!((0..40u8).all(|n| kept(&cache, &[n]) == [[n; 10]]));
}

#[test]
fn what_was_of_no_use_for_longest_goes() {
    let dir = place();
    let limit = 100_000;
    let age = |file: &Path, hours: u64| {
        let time = SystemTime::now() - Duration::from_secs(3600 * hours);
        std::fs::File::open(file).and_then(|f| f.set_modified(time)).unwrap();
    };
    let mut known = Vec::new();
    for n in 0..8u8 {
        keep(dir.path(), limit, &[(&[n], &[n; 12_000])]);
        let new = packs(dir.path()).into_iter().find(|p| !known.contains(p)).unwrap();
        age(&new, 20 - u64::from(n));
        known.push(new);
    }
    // The oldest is of use.
    let cache = open(dir.path(), limit);
    cache.find(&cache.key(&[0]), &mut |_| true);
    cache.finish().unwrap();
    keep(dir.path(), limit, &[(&[8], &[8; 12_000])]);
    let total: u64 = packs(dir.path()).iter().map(|p| p.metadata().unwrap().len()).sum();
    assert!(total <= limit, "{total} bytes");
    let cache = open(dir.path(), limit);
    let left: Vec<u8> = (0..9).filter(|n| !kept(&cache, &[*n]).is_empty()).collect();
    assert_eq!(left, [0, 3, 4, 5, 6, 7, 8]);
    // What is larger than all of it is not kept.
    keep(dir.path(), limit, &[(&[9], &[9; 200_000])]);
    assert!(kept(&open(dir.path(), limit), &[9]).is_empty());
    assert_eq!(kept(&open(dir.path(), limit), &[8]).len(), 1);
}

#[test]
fn what_a_crash_left_is_no_pack() {
    let dir = place();
    keep(dir.path(), LIMIT, &[(b"f", b"code")]);
    let file = packs(dir.path()).pop().unwrap();
    let left = file.with_extension("unfinished");
    std::fs::rename(&file, &left).unwrap();
    assert!(kept(&open(dir.path(), LIMIT), b"f").is_empty());
    let then = SystemTime::now() - 2 * ABANDONED;
    std::fs::File::open(&left).and_then(|f| f.set_modified(then)).unwrap();
    keep(dir.path(), LIMIT, &[(b"g", b"code")]);
    assert!(!left.exists());
}

#[test]
fn only_a_folder_of_our_own_counts() {
    let dir = place();
    let refused = |dir: &Path| Cache::within(dir, ME, LIMIT).expect_err("it is not ours alone");
    for mode in [0o701, 0o710, 0o755, 0o777] {
        std::fs::set_permissions(dir.path(), PermissionsExt::from_mode(mode)).unwrap();
        assert!(refused(dir.path()).contains("others may enter"));
    }
    std::fs::set_permissions(dir.path(), PermissionsExt::from_mode(0o700)).unwrap();
    let (file, link) = (dir.path().join("file"), dir.path().join("link"));
    std::fs::write(&file, "").unwrap();
    assert!(refused(&file).contains("is no folder"));
    std::os::unix::fs::symlink(dir.path(), &link).unwrap();
    assert!(refused(&link).contains("is no folder"));
    // Root may give folders away.
    let theirs = dir.path().join("theirs");
    std::fs::DirBuilder::new().mode(0o700).create(&theirs).unwrap();
    if std::os::unix::fs::chown(&theirs, Some(65534), None).is_ok() {
        assert!(refused(&theirs).contains("somebody else"));
    }
    let made = dir.path().join("a/b");
    keep(&made, LIMIT, &[(b"f", b"code")]);
    assert_eq!(std::fs::metadata(&made).unwrap().permissions().mode() & 0o777, 0o700);
    let pack = packs(&made).pop().unwrap();
    assert_eq!(std::fs::metadata(&pack).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn the_compiler_is_known_by_its_content() {
    let id = identity::of_compiler().expect("it can be read");
    assert!(id.len() >= 8 && id.iter().any(|b| *b != 0));
}
