//! docs/ABI.md says what the table says.

use oxigo_reflect::arch::{ALL, Arch};
use oxigo_reflect::doc::{BEGIN, END, registers};
use std::{env, fs, path::Path};

#[test]
fn the_page_shows_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/ABI.md");
    let page = fs::read_to_string(&path).unwrap();
    let (head, rest) = page.split_once(BEGIN).expect("the page has a printed part");
    let (printed, tail) = rest.split_once(END).expect("the printed part ends");
    let want = format!("\n\n{}\n", registers(&ALL));
    if env::var_os("OXIGO_BLESS").is_some() {
        fs::write(&path, format!("{head}{BEGIN}{want}{END}{tail}")).unwrap();
    } else {
        assert_eq!(printed, want, "OXIGO_BLESS=1 cargo test -p oxigo-reflect --test doc");
    }
}

/// A changed row changes the page: the comparison above sees it.
#[test]
fn every_row_is_on_the_page() {
    for i in 0..ALL.len() {
        let mut rows: [Arch; 13] = ALL;
        rows[i].stack_align += 1;
        assert_ne!(registers(&rows), registers(&ALL), "stack alignment of {}", rows[i].name);
        rows = ALL;
        if let [first, second, ..] = rows[i].int_args {
            rows[i].int_args = Box::leak(Box::new([*second, *first]));
            assert_ne!(registers(&rows), registers(&ALL), "argument registers of {}", rows[i].name);
        }
    }
}
