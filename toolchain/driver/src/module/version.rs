//! Versions: of modules (semantic ones) and of the language.

use std::cmp::Ordering;

use crate::goroot::GO_VERSION;

/// Without a `go` line, a module is as old as this.
pub const OLDEST: &str = "go1.16";

/// `1.21.3` is language version `go1.21`.
pub fn language(go: &str) -> String {
    let parts: Vec<&str> = go.split('.').collect();
    let minor: String = parts.get(1).unwrap_or(&"").chars().take_while(char::is_ascii_digit).collect();
    format!("go{}.{minor}", parts[0])
}

/// The minor number of a `go` line (`27` of `1.27rc1`).
pub fn minor(go: &str) -> Option<u32> {
    language(go).strip_prefix("go1.")?.parse().ok()
}

/// Does `go` ask for a later version of the language than this compiler knows?
pub fn is_newer(go: &str) -> bool {
    minor(go) > minor(&GO_VERSION["go".len()..])
}

/// The order of two versions of a module: `v1.2.3-pre+meta`.
pub fn compare(a: &str, b: &str) -> Ordering {
    let split = |v: &str| -> (Vec<u64>, Option<String>) {
        let v = v.trim_start_matches('v').split('+').next().unwrap_or("").to_string();
        let (numbers, pre) = match v.split_once('-') {
            Some((n, p)) => (n.to_string(), Some(p.to_string())),
            None => (v, None),
        };
        let mut numbers: Vec<u64> = numbers.split('.').map(|n| n.parse().unwrap_or(0)).collect();
        numbers.resize(3, 0);
        (numbers, pre)
    };
    let ((x, p), (y, q)) = (split(a), split(b));
    x.cmp(&y).then_with(|| match (p, q) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(p), Some(q)) => pre_release(&p, &q),
    })
}

/// Identifiers one by one: numbers by value and below words; the shorter list first.
fn pre_release(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        let (x, y) = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, _) => return Ordering::Less,
            (_, None) => return Ordering::Greater,
            (Some(x), Some(y)) => (x, y),
        };
        let order = match (x.parse::<u64>(), y.parse::<u64>()) {
            (Ok(x), Ok(y)) => x.cmp(&y),
            (Ok(_), Err(_)) => Ordering::Less,
            (Err(_), Ok(_)) => Ordering::Greater,
            (Err(_), Err(_)) => x.cmp(y),
        };
        if order.is_ne() {
            return order;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages() {
        assert_eq!(language("1.21.3"), "go1.21");
        assert_eq!(language("1.27rc1"), "go1.27");
        assert!(is_newer("1.28.1") && !is_newer("1.27.9") && !is_newer("1.9"));
    }

    #[test]
    fn order() {
        let sorted = [
            "v0.0.0-20200101000000-abcdef123456",
            "v0.0.0-20210101000000-0bcdef123456",
            "v0.0.1-1",
            "v0.0.1-2",
            "v0.0.1-10",
            "v0.0.1-a",
            "v0.0.1-a.1",
            "v0.0.1",
            "v1.2.0",
            "v1.10.0",
            "v2.0.0+incompatible",
        ];
        for (i, a) in sorted.iter().enumerate() {
            for (j, b) in sorted.iter().enumerate() {
                assert_eq!(compare(a, b), i.cmp(&j), "{a} {b}");
            }
        }
    }
}
