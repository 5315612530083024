//! Times as Go writes them: `1h2m3.5s`, `0`.

const UNITS: [(&str, f64); 8] = [
    ("ns", 1e-9),
    ("us", 1e-6),
    ("µs", 1e-6),
    ("μs", 1e-6),
    ("ms", 1e-3),
    ("s", 1.0),
    ("m", 60.0),
    ("h", 3600.0),
];

/// In seconds; `None` if it is none (time.ParseDuration).
pub fn seconds(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if unsigned == "0" {
        return Some(0.0);
    }
    let in_number = |c: char| c.is_ascii_digit() || c == '.';
    let (mut rest, mut sum) = (unsigned, 0.0);
    loop {
        let (number, behind) = rest.split_at(rest.find(|c| !in_number(c))?);
        let (unit, next) = behind.split_at(behind.find(in_number).unwrap_or(behind.len()));
        sum += number.parse::<f64>().ok()? * UNITS.iter().find(|u| u.0 == unit)?.1;
        rest = next;
        if rest.is_empty() {
            return Some(if text.starts_with('-') { -sum } else { sum });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn as_go_reads_them() {
        for (text, want) in [
            ("0", Some(0.0)),
            ("-0", Some(0.0)),
            ("1h30m", Some(5400.0)),
            ("2.5s", Some(2.5)),
            ("-.5ms", Some(-0.0005)),
            ("+3μs", Some(3e-6)),
            ("5", None),
            ("", None),
            ("-", None),
            ("s", None),
            ("1.2.3s", None),
            ("1d", None),
        ] {
            assert_eq!(seconds(text), want, "{text:?}");
        }
    }
}
