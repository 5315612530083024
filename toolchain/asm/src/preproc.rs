//! `#include`, `#define`, `#undef`, `#ifdef`, `#ifndef`, `#else`, `#endif`: one list of tokens for a file and all it includes.
//! What a macro stands for has the position of its use.
use crate::lex::{Tok, Token, tokens};
use crate::{Error, Options};
use rustc_hash::FxHashMap;
use std::rc::Rc;
use std::sync::Arc;
use syntax::{Pos, SourceFile};

/// How deep files may include each other and macros may stand in macros.
const MAX_DEPTH: u32 = 100;
/// Tokens that a file may expand to.
const MAX_TOKENS: usize = 4 << 20;

struct Macro {
    params: Option<Vec<Box<str>>>,
    body: Vec<Token>,
}

struct Preproc<'a> {
    options: &'a Options<'a>,
    macros: FxHashMap<Box<str>, Rc<Macro>>,
    out: Vec<Token>,
    /// One for each open `#ifdef`: whether its lines count, and whether its `#else` was seen.
    conditions: Vec<(bool, bool)>,
}

fn error<T>(pos: Pos, text: impl Into<String>) -> Result<T, Error> {
    Err(Error { pos, text: text.into() })
}

/// The tokens of a file as the parser wants them.
pub fn run(file: &Arc<SourceFile>, options: &Options) -> Result<Vec<Token>, Error> {
    let mut p = Preproc { options, macros: FxHashMap::default(), out: Vec::new(), conditions: Vec::new() };
    for d in options.defines {
        let one = Token { tok: Tok::Int(1), pos: Pos::NONE, glued: false };
        p.macros.insert((*d).into(), Rc::new(Macro { params: None, body: vec![one] }));
    }
    p.file(file, 0)?;
    if !p.conditions.is_empty() {
        return error(file.end(), "unclosed #ifdef or #ifndef");
    }
    Ok(p.out)
}

impl Preproc<'_> {
    fn active(&self) -> bool {
        self.conditions.iter().all(|c| c.0)
    }

    fn file(&mut self, file: &Arc<SourceFile>, depth: u32) -> Result<(), Error> {
        let list = tokens(file)?;
        let mut at = 0;
        let mut line_start = true;
        while at < list.len() {
            let t = &list[at];
            if t.tok == Tok::Op('#') && line_start {
                at = self.directive(&list, at + 1, file, depth)?;
                continue;
            }
            line_start = t.tok == Tok::Newline;
            if !self.active() {
                at += 1;
            } else if t.tok == Tok::Op('\\') && list.get(at + 1).is_some_and(|t| t.tok == Tok::Newline) {
                at += 2;
            } else {
                at = self.token(&list, at, None, 0)?;
            }
        }
        Ok(())
    }

    /// Puts out the token at `at`, or what it stands for; returns where to go on.
    fn token(&mut self, list: &[Token], at: usize, use_pos: Option<Pos>, depth: u32) -> Result<usize, Error> {
        let t = &list[at];
        let pos = use_pos.unwrap_or(t.pos);
        if self.out.len() > MAX_TOKENS {
            return error(pos, "macros expand to too much text");
        }
        if let Tok::Ident(name) = &t.tok
            && let Some(m) = self.macros.get(name).cloned()
        {
            if depth > MAX_DEPTH {
                return error(pos, format!("recursive macro invocation of {name}"));
            }
            let mut next = at + 1;
            let mut args = Vec::new();
            if let Some(params) = &m.params {
                if list.get(next).is_none_or(|t| t.tok != Tok::Op('(')) {
                    // Not invoked: the plain name.
                    self.out.push(Token { pos, ..t.clone() });
                    return Ok(next);
                }
                args = self.arguments(list, &mut next, pos, name)?;
                if args.len() == 1 && args[0].is_empty() && params.is_empty() {
                    args.clear();
                }
                if args.len() != params.len() {
                    return error(
                        pos,
                        format!("wrong arg count for macro {name}: {} for {}", args.len(), params.len()),
                    );
                }
            }
            let mut body = Vec::with_capacity(m.body.len());
            for b in &m.body {
                let arg = match (&b.tok, &m.params) {
                    (Tok::Ident(n), Some(params)) => params.iter().position(|p| p == n),
                    _ => None,
                };
                match arg {
                    Some(i) => body.extend(args[i].iter().cloned()),
                    None => body.push(b.clone()),
                }
                if body.len() > MAX_TOKENS {
                    return error(pos, "macros expand to too much text");
                }
            }
            // What follows may hold the arguments of a macro whose name the body ends with.
            let own = body.len();
            if let Some(Token { tok: Tok::Ident(last), .. }) = body.last()
                && self.macros.get(last).is_some_and(|m| m.params.is_some())
                && list.get(next).is_some_and(|t| t.tok == Tok::Op('('))
            {
                body.extend(list[next..].iter().take_while(|t| t.tok != Tok::Newline).cloned());
            }
            let mut i = 0;
            while i < own {
                i = self.token(&body, i, Some(pos), depth + 1)?;
            }
            return Ok(next + (i - own));
        }
        self.out.push(Token { pos, ..t.clone() });
        Ok(at + 1)
    }

    /// The arguments in parentheses at `*at`.
    fn arguments(
        &self,
        list: &[Token],
        at: &mut usize,
        pos: Pos,
        name: &str,
    ) -> Result<Vec<Vec<Token>>, Error> {
        let mut args = vec![Vec::new()];
        let mut nesting = 0;
        loop {
            *at += 1;
            let Some(t) = list.get(*at) else {
                return error(pos, format!("missing ')' in macro call of {name}"));
            };
            match t.tok {
                Tok::Newline => return error(pos, format!("missing ')' in macro call of {name}")),
                Tok::Op(')') if nesting == 0 => {
                    *at += 1;
                    return Ok(args);
                }
                Tok::Op(',') if nesting == 0 => {
                    args.push(Vec::new());
                    continue;
                }
                Tok::Op('(') => nesting += 1,
                Tok::Op(')') => nesting -= 1,
                // A line that goes on.
                Tok::Op('\\') if list.get(*at + 1).is_some_and(|t| t.tok == Tok::Newline) => {
                    *at += 1;
                    continue;
                }
                _ => {}
            }
            if let Some(last) = args.last_mut() {
                last.push(t.clone());
            }
        }
    }

    /// A directive; `at` is behind the `#`. Returns the place of the next line's first token.
    fn directive(
        &mut self,
        list: &[Token],
        mut at: usize,
        file: &Arc<SourceFile>,
        depth: u32,
    ) -> Result<usize, Error> {
        let pos = list[at].pos;
        let end = |mut i: usize| {
            while list.get(i).is_some_and(|t| t.tok != Tok::Newline) {
                // A backslash joins the next line.
                i += if list[i].tok == Tok::Op('\\') && list.get(i + 1).is_some_and(|t| t.tok == Tok::Newline)
                {
                    2
                } else {
                    1
                };
            }
            (i + 1).min(list.len())
        };
        let Tok::Ident(word) = &list[at].tok else {
            if list[at].tok == Tok::Newline {
                return Ok(at);
            }
            return error(pos, "expected identifier after '#'");
        };
        at += 1;
        let name = |at: usize| match list.get(at).map(|t| &t.tok) {
            Some(Tok::Ident(n)) => Ok(n.clone()),
            _ => error(pos, format!("#{word}: expected a name")),
        };
        match &**word {
            "ifdef" | "ifndef" => {
                let n = name(at)?;
                self.conditions.push((self.macros.contains_key(&n) == (&**word == "ifdef"), false));
                return Ok(end(at));
            }
            "else" => {
                match self.conditions.last_mut() {
                    None => return error(pos, "unmatched #else"),
                    Some((_, true)) => return error(pos, "duplicate #else"),
                    Some(c) => *c = (!c.0, true),
                }
                return Ok(end(at));
            }
            "endif" => {
                if self.conditions.pop().is_none() {
                    return error(pos, "unmatched #endif");
                }
                return Ok(end(at));
            }
            _ if !self.active() => return Ok(end(at)),
            "define" => {
                let n = name(at)?;
                at += 1;
                let params = match list.get(at) {
                    Some(t) if t.tok == Tok::Op('(') && t.glued => {
                        let (params, next) = self.params(list, at + 1, pos)?;
                        at = next;
                        Some(params)
                    }
                    _ => None,
                };
                let to = end(at);
                let mut body = Vec::new();
                let mut i = at;
                while i + 1 < to {
                    // A backslash is gone, the line end behind it stays: it ends an instruction.
                    if list[i].tok != Tok::Op('\\') || list[i + 1].tok != Tok::Newline {
                        body.push(list[i].clone());
                    }
                    i += 1;
                }
                if self.macros.insert(n.clone(), Rc::new(Macro { params, body })).is_some() {
                    return error(pos, format!("redefinition of macro {n}"));
                }
                return Ok(to);
            }
            "undef" => {
                let n = name(at)?;
                if self.macros.remove(&n).is_none() {
                    return error(pos, format!("#undef for undefined macro: {n}"));
                }
            }
            "include" => {
                let Some(Tok::Str(path)) = list.get(at).map(|t| &t.tok) else {
                    return error(pos, "expected string after #include");
                };
                let path = String::from_utf8_lossy(path);
                if depth > MAX_DEPTH {
                    return error(pos, format!("#include {path:?}: too deep"));
                }
                let Some(included) = (self.options.include)(&path, file) else {
                    return error(pos, format!("open {path}: no such file or directory"));
                };
                self.file(&included, depth + 1)?;
            }
            "line" => {}
            _ => return error(pos, format!("unexpected token after '#': {word}")),
        }
        Ok(end(at))
    }

    fn params(&self, list: &[Token], mut at: usize, pos: Pos) -> Result<(Vec<Box<str>>, usize), Error> {
        let mut params: Vec<Box<str>> = Vec::new();
        if list.get(at).is_some_and(|t| t.tok == Tok::Op(')')) {
            return Ok((params, at + 1));
        }
        loop {
            match list.get(at).map(|t| &t.tok) {
                Some(Tok::Ident(n)) if params.contains(n) => {
                    return error(pos, format!("duplicate argument {n} in definition of macro"));
                }
                Some(Tok::Ident(n)) => params.push(n.clone()),
                _ => return error(pos, "bad syntax in macro definition"),
            }
            at += 2;
            match list.get(at - 1).map(|t| &t.tok) {
                Some(Tok::Op(',')) => {}
                Some(Tok::Op(')')) => return Ok((params, at)),
                _ => return error(pos, "bad syntax in macro definition"),
            }
        }
    }
}
