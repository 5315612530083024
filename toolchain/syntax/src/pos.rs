//! Positions. A `Pos` is one number for a place in any file of the program: the file's base plus the byte offset.
//! 0 means "no position". Files are registered once and stay; line starts and `//line` directives are looked up only
//! when a position is printed.

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, RwLock};

use crate::sym::Sym;

/// A place in the source text of the program; 0 is none.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Pos(pub u32);

/// A position as a person reads it. `col` counts bytes from 1; 0 means that the column is unknown (after a `//line`
/// directive without a column) and is not printed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Position {
    pub file: Sym,
    pub line: u32,
    pub col: u32,
}

/// A `//line` or `/*line*/` directive: from `offset` on, text counts as standing at `file:line:col`.
#[derive(Clone, Debug)]
pub struct LineDirective {
    pub offset: u32,
    pub file: Sym,
    pub line: u32,
    /// 0: columns are unknown from here on.
    pub col: u32,
}

/// A registered source file.
pub struct SourceFile {
    /// The name that positions show.
    pub name: Sym,
    /// Where the file was read from; equals `name` unless the driver shortens names for display.
    pub path: String,
    /// `path`, as positions of running programs show it.
    pub full_name: Sym,
    pub base: u32,
    pub text: Vec<u8>,
    lines: OnceLock<Vec<u32>>,
    directives: Mutex<Vec<LineDirective>>,
}

struct FileSet {
    files: Vec<Arc<SourceFile>>,
    next_base: u32,
}

static FILES: RwLock<FileSet> = RwLock::new(FileSet { files: Vec::new(), next_base: 1 });

/// Registers a file under the name that positions show.
pub fn add_file(name: &str, text: Vec<u8>) -> Arc<SourceFile> {
    add_file_at(name, name, text)
}

/// Registers a file whose displayed name differs from its path.
pub fn add_file_at(name: &str, path: &str, text: Vec<u8>) -> Arc<SourceFile> {
    let name = Sym::new(name);
    let mut set = FILES.write().unwrap();
    let base = set.next_base;
    let size = u32::try_from(text.len()).expect("a source file larger than 4 GB") + 1;
    set.next_base = base.checked_add(size).expect("more than 4 GB of source text");
    let file = Arc::new(SourceFile {
        name,
        path: path.to_string(),
        full_name: Sym::new(path),
        base,
        text,
        lines: OnceLock::new(),
        directives: Mutex::default(),
    });
    set.files.push(file.clone());
    file
}

/// The file that holds `pos`.
pub fn file_of(pos: Pos) -> Option<Arc<SourceFile>> {
    if pos.is_none() {
        return None;
    }
    let set = FILES.read().unwrap();
    let after = set.files.partition_point(|f| f.base <= pos.0);
    let file = set.files.get(after.checked_sub(1)?)?;
    (pos.0 - file.base <= file.text.len() as u32).then(|| file.clone())
}

impl SourceFile {
    /// The position of the byte at `offset`.
    pub fn pos(&self, offset: usize) -> Pos {
        Pos(self.base + offset as u32)
    }

    /// Whether a position is in this file.
    pub fn contains(&self, pos: Pos) -> bool {
        (self.base..=self.base + self.text.len() as u32).contains(&pos.0)
    }

    /// What [`Pos::full_position`] gives for a position in this file.
    pub fn full_position(&self, pos: Pos) -> Position {
        let mut position = self.position(pos.0 - self.base);
        let name = position.file.as_str();
        if position.file == self.name {
            position.file = self.full_name;
        } else if !name.starts_with('/') {
            let dir = self.path.rsplit_once('/').map_or("", |(dir, _)| dir);
            position.file = Sym::new(&format!("{dir}/{}", name.strip_prefix("./").unwrap_or(name)));
        }
        position
    }

    /// The position just behind the last byte.
    pub fn end(&self) -> Pos {
        self.pos(self.text.len())
    }

    /// The scanner adds directives in the order of the text.
    pub fn add_directive(&self, directive: LineDirective) {
        self.directives.lock().unwrap().push(directive);
    }

    fn line_starts(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let newlines =
                self.text.iter().enumerate().filter(|&(_, &b)| b == b'\n').map(|(i, _)| i as u32 + 1);
            std::iter::once(0).chain(newlines).collect()
        })
    }

    /// Line and column (both from 1) of an offset, without regard to directives.
    pub fn line_col(&self, offset: u32) -> (u32, u32) {
        let starts = self.line_starts();
        let line = starts.partition_point(|&s| s <= offset);
        (line as u32, offset - starts[line - 1] + 1)
    }

    /// The text of a line (from 1), without its end.
    pub fn line_text(&self, line: u32) -> &[u8] {
        let starts = self.line_starts();
        let from = starts.get(line as usize - 1).map_or(self.text.len(), |&s| s as usize);
        let to = starts.get(line as usize).map_or(self.text.len(), |&s| s as usize - 1);
        self.text[from..to].strip_suffix(b"\r").unwrap_or(&self.text[from..to])
    }

    fn position(&self, offset: u32) -> Position {
        let (line, col) = self.line_col(offset);
        let directives = self.directives.lock().unwrap();
        let Some(d) =
            directives.partition_point(|d| d.offset <= offset).checked_sub(1).map(|i| &directives[i])
        else {
            return Position { file: self.name, line, col };
        };
        let (dline, dcol) = self.line_col(d.offset);
        let col = match d.col {
            0 => 0,
            c if line == dline => c + (col - dcol),
            _ => col,
        };
        Position { file: d.file, line: d.line.saturating_add(line - dline), col }
    }
}

impl Pos {
    pub const NONE: Pos = Pos(0);

    pub fn is_none(self) -> bool {
        self.0 == 0
    }

    pub fn is_some(self) -> bool {
        self.0 != 0
    }

    /// This position, moved on by some bytes.
    pub fn offset(self, bytes: u32) -> Pos {
        Pos(self.0 + bytes)
    }

    /// File, line and column, as `//line` directives have them. A position of no file gives the default.
    pub fn position(self) -> Position {
        file_of(self).map(|f| f.position(self.0 - f.base)).unwrap_or_default()
    }

    /// As `position`, with the file's whole path: what a running program tells about its code.
    pub fn full_position(self) -> Position {
        file_of(self).map(|f| f.full_position(self)).unwrap_or_default()
    }

    /// File, line and column in the file as it is stored.
    pub fn raw_position(self) -> Position {
        let Some(file) = file_of(self) else { return Position::default() };
        let (line, col) = file.line_col(self.0 - file.base);
        Position { file: file.name, line, col }
    }
}

impl fmt::Display for Pos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.position().fmt(f)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            return f.write_str("<unknown position>");
        }
        write!(f, "{}:{}", self.file, self.line)?;
        if self.col != 0 {
            write!(f, ":{}", self.col)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns() {
        let a = add_file("a.go", b"one\ntwo\n".to_vec());
        let b = add_file("b.go", b"x".to_vec());
        assert_eq!(a.pos(0).to_string(), "a.go:1:1");
        assert_eq!(a.pos(5).to_string(), "a.go:2:2");
        assert_eq!(a.end().to_string(), "a.go:3:1");
        assert_eq!(b.pos(0).to_string(), "b.go:1:1");
        assert_eq!(a.line_text(2), b"two");
        assert!(file_of(Pos::NONE).is_none());
    }

    #[test]
    fn directives_rename() {
        let f = add_file("c.go", b"package p\n//line x.y:7\nvar a\nvar b\n".to_vec());
        f.add_directive(LineDirective { offset: 23, file: Sym::new("x.y"), line: 7, col: 0 });
        assert_eq!(f.pos(0).to_string(), "c.go:1:1");
        assert_eq!(f.pos(23).to_string(), "x.y:7");
        assert_eq!(f.pos(29).to_string(), "x.y:8");
        assert_eq!(f.pos(29).raw_position().to_string(), "c.go:4:1");
    }
}
