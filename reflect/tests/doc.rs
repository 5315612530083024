//! docs/ABI.md says what the table says.

use oxigo_reflect::doc::{BEGIN, END, registers};
use std::{env, fs, path::Path};

#[test]
fn the_page_shows_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/ABI.md");
    let page = fs::read_to_string(&path).unwrap();
    let (head, rest) = page.split_once(BEGIN).expect("the page has a printed part");
    let (printed, tail) = rest.split_once(END).expect("the printed part ends");
    let want = format!("\n\n{}\n", registers());
    if env::var_os("OXIGO_BLESS").is_some() {
        fs::write(&path, format!("{head}{BEGIN}{want}{END}{tail}")).unwrap();
    } else {
        assert_eq!(printed, want, "OXIGO_BLESS=1 cargo test -p oxigo-reflect --test doc");
    }
}
