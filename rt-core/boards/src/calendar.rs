//! What clocks and consoles tell, as numbers and text.

/// Seconds since 1970 of a year, a month, a day, an hour, a minute and a second.
pub fn seconds([year, month, day, hour, minute, second]: [u64; 6]) -> u64 {
    // Days in the calendar whose years begin in March.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719_468;
    ((days * 24 + hour) * 60 + minute) * 60 + second
}

/// Nanoseconds since 1970 by the clock of a PC, whose registers are read so.
pub fn cmos(register: impl Fn(u8) -> u8) -> u64 {
    let mut field = [9, 8, 7, 4, 2, 0].map(|i| {
        let v = u64::from(register(i));
        (v >> 4) * 10 + (v & 15)
    });
    field[0] += 2000;
    seconds(field) * 1_000_000_000
}

/// Three digits, for machines that have a line for the status.
pub fn digits(status: u8) -> [u8; 3] {
    [100, 10, 1].map(|place| b'0' + status / place % 10)
}
