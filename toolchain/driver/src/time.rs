//! Times as texts.

/// A time in seconds since 1970, as RFC 3339 has it, without its `Z`.
pub fn seconds(seconds: i64) -> String {
    let (days, rest) = (seconds.div_euclid(86400), seconds.rem_euclid(86400));
    // Years that begin in March: leap days are at their ends.
    let z = days + 719_468;
    let (era, day) = (z.div_euclid(146_097), z.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let in_year = day - (365 * year + year / 4 - year / 100);
    let m = (5 * in_year + 2) / 153;
    let (d, month) = (in_year - (153 * m + 2) / 5 + 1, if m < 10 { m + 3 } else { m - 9 });
    let year = year + 400 * era + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{d:02}T{:02}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60)
}

/// Now, in nanoseconds.
pub fn now() -> String {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
    format!("{}.{:09}Z", seconds(since.as_secs() as i64), since.subsec_nanos())
}

#[cfg(test)]
mod tests {
    #[test]
    fn times() {
        for (seconds, want) in [
            (0, "1970-01-01T00:00:00"),
            (951_782_400, "2000-02-29T00:00:00"),
            (1_788_134_399, "2026-08-30T23:59:59"),
        ] {
            assert_eq!(super::seconds(seconds), want);
        }
    }
}
