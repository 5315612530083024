//! Go's text/template, as far as `-f` has use for it: fields, variables, pipelines, `if`, `range`, `with`, and the functions `and`, `or`,
//! `not`, `eq`, `ne`, `len`, `index`, `print`, `println`, `printf`, `join` and `context`. Anything else is refused by name.

use super::value::Value;

/// A parsed template.
pub(super) struct Template(Vec<Node>);

enum Node {
    Text(String),
    Action(Pipe),
    If(Pipe, Vec<Node>, Vec<Node>),
    With(Pipe, Vec<Node>, Vec<Node>),
    Range(Pipe, Vec<Node>, Vec<Node>),
}

/// Variables that are given a value (the last one the element's), and commands, each one's result the next one's last argument.
struct Pipe {
    sets: Vec<String>,
    commands: Vec<Vec<Term>>,
}

enum Term {
    /// `.A.B`, `$x.A`, `(pipeline).A`
    Dot(Vec<String>),
    Variable(String, Vec<String>),
    Group(Pipe, Vec<String>),
    Literal(Value),
    Function(String),
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Number(i64),
    Sign(char),
}

/// What stands between `{{` and `}}`, and the text between; blanks that `-` takes away are gone.
fn pieces(text: &str) -> Result<Vec<(String, Option<String>)>, String> {
    let mut out = Vec::new();
    let mut rest = text;
    let mut trim = false;
    loop {
        let (before, behind) = rest.split_once("{{").map_or((rest, None), |(a, b)| (a, Some(b)));
        let before = if trim { before.trim_start() } else { before };
        let Some(behind) = behind else {
            out.push((before.to_string(), None));
            return Ok(out);
        };
        let before = if behind.starts_with("- ") { before.trim_end() } else { before };
        let end = end_of_action(behind).ok_or("unclosed action")?;
        let action = behind[..end].strip_prefix("- ").unwrap_or(&behind[..end]);
        trim = action.ends_with(" -");
        let action = action.strip_suffix(" -").unwrap_or(action).trim();
        let comment = action.starts_with("/*");
        out.push((before.to_string(), (!comment).then(|| action.to_string())));
        rest = &behind[end + 2..];
    }
}

fn end_of_action(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut skip = false;
    for (i, c) in text.char_indices() {
        match quote {
            _ if skip => skip = false,
            Some('"') if c == '\\' => skip = true,
            Some(q) if c == q => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '`') => quote = Some(c),
            None if text[i..].starts_with("}}") => return Some(i),
            None => {}
        }
    }
    None
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    while let Some(c) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '$');
        let taken = match c {
            '`' => {
                let end = rest[1..].find('`').ok_or("unterminated raw quoted string")?;
                out.push(Token::Text(rest[1..1 + end].into()));
                end + 2
            }
            '"' => {
                let (text, length) = string(&rest[1..])?;
                out.push(Token::Text(text));
                length + 1
            }
            '0'..='9' => {
                let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
                out.push(Token::Number(
                    rest[..end].parse().map_err(|_| format!("bad number {}", &rest[..end]))?,
                ));
                end
            }
            ':' if rest.starts_with(":=") => {
                out.push(Token::Sign('='));
                2
            }
            '(' | ')' | '|' | ',' | '=' => {
                out.push(Token::Sign(c));
                1
            }
            _ if is_word(c) => {
                let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                out.push(Token::Word(rest[..end].into()));
                end
            }
            _ => return Err(format!("unexpected {c:?} in command")),
        };
        // A field of what is in parentheses stands right behind them: a blank sign tells where none does.
        let close = rest.starts_with(')');
        rest = &rest[taken..];
        if close && !rest.starts_with('.') {
            out.push(Token::Sign(' '));
        }
        rest = rest.trim_start();
    }
    Ok(out)
}

/// A quoted string's text, and its length with the closing quote.
fn string(text: &str) -> Result<(String, usize), String> {
    let mut out = String::new();
    let mut chars = text.char_indices();
    while let Some((i, c)) = chars.next() {
        match c {
            '"' => return Ok((out, i + 1)),
            '\\' => match chars.next().map(|(_, c)| c) {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('r') => out.push('\r'),
                Some(c @ ('"' | '\\' | '\'')) => out.push(c),
                other => return Err(format!("not supported in a template: \\{}", other.unwrap_or(' '))),
            },
            _ => out.push(c),
        }
    }
    Err("unterminated quoted string".into())
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn next(&mut self) -> Option<Token> {
        self.at += 1;
        self.tokens.get(self.at - 1).cloned()
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn pipe(&mut self) -> Result<Pipe, String> {
        let mut sets = Vec::new();
        // `$i, $x := …`
        if let Some(end) = self.tokens[self.at..].iter().position(|t| *t == Token::Sign('=')) {
            for token in &self.tokens[self.at..self.at + end] {
                match token {
                    Token::Word(w) if w.starts_with('$') => sets.push(w.clone()),
                    Token::Sign(',') => {}
                    other => return Err(format!("unexpected {other:?} in declaration")),
                }
            }
            self.at += end + 1;
        }
        let mut commands = vec![Vec::new()];
        while let Some(token) = self.peek().cloned() {
            if token == Token::Sign(')') {
                break;
            }
            self.at += 1;
            if token == Token::Sign('|') {
                commands.push(Vec::new());
            } else if token != Token::Sign(' ') {
                let term = self.term(token)?;
                commands.last_mut().expect("never empty").push(term);
            }
        }
        if commands.iter().any(Vec::is_empty) {
            return Err("missing value for command".into());
        }
        Ok(Pipe { sets, commands })
    }

    fn term(&mut self, token: Token) -> Result<Term, String> {
        let fields = |text: &str| text.split('.').filter(|f| !f.is_empty()).map(String::from).collect();
        Ok(match token {
            Token::Text(s) => Term::Literal(Value::Text(s)),
            Token::Number(n) => Term::Literal(Value::Int(n)),
            Token::Sign('(') => {
                let pipe = self.pipe()?;
                if self.next() != Some(Token::Sign(')')) {
                    return Err("unclosed left paren".into());
                }
                let behind = match self.peek() {
                    Some(Token::Word(w)) if w.starts_with('.') => fields(w),
                    _ => Vec::new(),
                };
                self.at += usize::from(!behind.is_empty());
                Term::Group(pipe, behind)
            }
            Token::Sign(c) => return Err(format!("unexpected {c:?} in operand")),
            Token::Word(w) => match w.chars().next() {
                Some('.') => Term::Dot(fields(&w)),
                Some('$') => {
                    let (name, rest) = w.split_once('.').unwrap_or((&w, ""));
                    Term::Variable(name.into(), fields(rest))
                }
                _ => match w.as_str() {
                    "true" | "false" => Term::Literal(Value::Bool(w == "true")),
                    "nil" => Term::Literal(Value::Nil),
                    _ => {
                        let (name, rest) = w.split_once('.').unwrap_or((&w, ""));
                        if !FUNCTIONS.contains(&name) {
                            return Err(format!("function {name:?} not defined"));
                        }
                        match rest {
                            "" => Term::Function(name.into()),
                            _ => Term::Group(
                                Pipe { sets: vec![], commands: vec![vec![Term::Function(name.into())]] },
                                fields(rest),
                            ),
                        }
                    }
                },
            },
        })
    }
}

const FUNCTIONS: &[&str] =
    &["and", "or", "not", "eq", "ne", "len", "index", "print", "println", "printf", "join", "context"];

type Pieces = std::vec::IntoIter<(String, Option<String>)>;

/// Nodes up to an `end` or `else`, and the word that ended them with what follows it.
fn nodes(pieces: &mut Pieces) -> Result<(Vec<Node>, String), String> {
    let mut out = Vec::new();
    while let Some((text, action)) = pieces.next() {
        if !text.is_empty() {
            out.push(Node::Text(text));
        }
        let Some(action) = action else { continue };
        let (word, rest) = action.split_once(char::is_whitespace).unwrap_or((&action, ""));
        match word {
            "end" | "else" => return Ok((out, action.clone())),
            "if" | "with" | "range" => out.push(block(word, rest, pieces)?),
            "define" | "template" | "block" | "break" | "continue" => {
                return Err(format!("not supported in a template: {word}"));
            }
            _ => out.push(Node::Action(pipe(&action)?)),
        }
    }
    Ok((out, String::new()))
}

fn pipe(text: &str) -> Result<Pipe, String> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0 };
    let pipe = parser.pipe()?;
    match parser.peek() {
        None => Ok(pipe),
        Some(_) => Err("unexpected right paren".into()),
    }
}

fn block(word: &str, rest: &str, pieces: &mut Pieces) -> Result<Node, String> {
    let condition = pipe(rest)?;
    let (body, ended) = nodes(pieces)?;
    let otherwise = match ended.strip_prefix("else").map(str::trim) {
        Some("") => {
            let (other, ended) = nodes(pieces)?;
            match ended.as_str() {
                "end" => other,
                _ => return Err("unexpected EOF".into()),
            }
        }
        Some(chained) => {
            let (word, rest) = chained.split_once(' ').unwrap_or((chained, ""));
            vec![block(word, rest, pieces)?]
        }
        None if ended == "end" => Vec::new(),
        None => return Err("unexpected EOF".into()),
    };
    Ok(match word {
        "if" => Node::If(condition, body, otherwise),
        "with" => Node::With(condition, body, otherwise),
        _ => Node::Range(condition, body, otherwise),
    })
}

impl Template {
    pub(super) fn parse(text: &str) -> Result<Template, String> {
        let (nodes, ended) = nodes(&mut pieces(text)?.into_iter())?;
        match ended.as_str() {
            "" => Ok(Template(nodes)),
            other => Err(format!("unexpected {{{{{other}}}}}")),
        }
    }

    /// The text for a value; `context` is what the function of that name gives.
    pub(super) fn apply(&self, value: &Value, context: &Value) -> Result<String, String> {
        let mut run = Run { variables: vec![("$".into(), value.clone())], context, out: String::new() };
        run.nodes(&self.0, value)?;
        Ok(run.out)
    }
}

struct Run<'a> {
    variables: Vec<(String, Value)>,
    context: &'a Value,
    out: String,
}

impl Run<'_> {
    fn nodes(&mut self, nodes: &[Node], dot: &Value) -> Result<(), String> {
        for node in nodes {
            let known = self.variables.len();
            match node {
                Node::Text(text) => self.out.push_str(text),
                Node::Action(pipe) => {
                    let value = self.pipe(pipe, dot)?;
                    match pipe.sets.is_empty() {
                        true => self.out.push_str(&value.show()),
                        false => self.variables.push((pipe.sets[0].clone(), value)),
                    }
                    continue;
                }
                Node::If(pipe, body, other) | Node::With(pipe, body, other) => {
                    let value = self.pipe(pipe, dot)?;
                    let inner = if matches!(node, Node::With(..)) { value.clone() } else { dot.clone() };
                    let is_true = value.is_true();
                    self.variables.extend(pipe.sets.first().map(|name| (name.clone(), value)));
                    match is_true {
                        true => self.nodes(body, &inner)?,
                        false => self.nodes(other, dot)?,
                    }
                }
                Node::Range(pipe, body, other) => {
                    let value = self.pipe(pipe, dot)?;
                    let items: Vec<(Value, Value)> = match value {
                        Value::List(l) => {
                            l.into_iter().enumerate().map(|(i, v)| (Value::Int(i as i64), v)).collect()
                        }
                        Value::Map(m) => m.into_iter().map(|(k, v)| (Value::Text(k), v)).collect(),
                        Value::Int(n) => (0..n).map(|i| (Value::Int(i), Value::Int(i))).collect(),
                        Value::Nil => Vec::new(),
                        other => return Err(format!("range can't iterate over {}", other.show())),
                    };
                    if items.is_empty() {
                        self.nodes(other, dot)?;
                    }
                    for (key, item) in items {
                        let values =
                            if pipe.sets.len() > 1 { vec![key, item.clone()] } else { vec![item.clone()] };
                        self.variables.extend(pipe.sets.iter().cloned().zip(values));
                        self.nodes(body, &item)?;
                        self.variables.truncate(known);
                    }
                }
            }
            self.variables.truncate(known);
        }
        Ok(())
    }

    fn pipe(&mut self, pipe: &Pipe, dot: &Value) -> Result<Value, String> {
        let mut last: Option<Value> = None;
        for command in &pipe.commands {
            let mut rest = Vec::new();
            for term in &command[1..] {
                rest.push(self.term(term, dot)?);
            }
            rest.extend(last.take());
            last = Some(match &command[0] {
                Term::Function(name) => self.call(name, rest)?,
                term if rest.is_empty() => self.term(term, dot)?,
                _ => return Err("can't give argument to non-function".into()),
            });
        }
        last.ok_or_else(|| "missing value for command".into())
    }

    fn term(&mut self, term: &Term, dot: &Value) -> Result<Value, String> {
        let (value, fields) = match term {
            Term::Literal(v) => return Ok(v.clone()),
            Term::Function(name) => return self.call(name, Vec::new()),
            Term::Dot(fields) => (dot.clone(), fields),
            Term::Variable(name, fields) => {
                let found = self.variables.iter().rev().find(|v| v.0 == *name);
                (found.ok_or_else(|| format!("undefined variable {name:?}"))?.1.clone(), fields)
            }
            Term::Group(pipe, fields) => (self.pipe(pipe, dot)?, fields),
        };
        fields.iter().try_fold(value, |value, name| {
            if value == Value::Nil {
                return Err(format!("nil pointer evaluating {name}"));
            }
            value.field(name).cloned().ok_or_else(|| format!("can't evaluate field {name}"))
        })
    }

    fn call(&self, name: &str, args: Vec<Value>) -> Result<Value, String> {
        let shown = || args.iter().map(Value::show).collect::<Vec<_>>();
        let few = || format!("wrong number of args for {name}: have {}", args.len());
        Ok(match (name, &args[..]) {
            ("context", []) => self.context.clone(),
            ("and", [first, ..]) => {
                args.iter().find(|a| !a.is_true()).or(args.last()).unwrap_or(first).clone()
            }
            ("or", [first, ..]) => args.iter().find(|a| a.is_true()).or(args.last()).unwrap_or(first).clone(),
            ("not", [a]) => Value::Bool(!a.is_true()),
            ("eq", [a, rest @ ..]) if !rest.is_empty() => Value::Bool(rest.contains(a)),
            ("ne", [a, b]) => Value::Bool(a != b),
            ("len", [Value::Text(s)]) => Value::Int(s.len() as i64),
            ("len", [Value::List(l)]) => Value::Int(l.len() as i64),
            ("len", [Value::Map(m)]) => Value::Int(m.len() as i64),
            ("len", [Value::Nil]) => Value::Int(0),
            ("index", [Value::List(l), Value::Int(n)]) => usize::try_from(*n)
                .ok()
                .and_then(|n| l.get(n))
                .cloned()
                .ok_or_else(|| format!("error calling index: index out of range: {n}"))?,
            ("index", [Value::Map(m), Value::Text(k)]) => {
                m.iter().find(|e| e.0 == *k).map_or(Value::Text(String::new()), |e| e.1.clone())
            }
            ("join", [Value::List(l), Value::Text(by)]) => {
                Value::Text(l.iter().map(Value::show).collect::<Vec<_>>().join(by))
            }
            ("join", [Value::Nil, _]) => Value::Text(String::new()),
            ("print", _) => Value::Text(shown().concat()),
            ("println", _) => Value::Text(shown().join(" ") + "\n"),
            ("printf", [Value::Text(format), rest @ ..]) => Value::Text(printf(format, rest)?),
            _ => return Err(few()),
        })
    }
}

/// `%s`, `%v`, `%d`, `%q` and `%%`.
fn printf(format: &str, args: &[Value]) -> Result<String, String> {
    let mut out = String::new();
    let mut args = args.iter();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let verb = chars.next().unwrap_or('%');
        match verb {
            '%' => out.push('%'),
            's' | 'v' | 'd' => out.push_str(&args.next().map_or(format!("%!{verb}(MISSING)"), Value::show)),
            'q' => out.push_str(&args.next().map_or("%!q(MISSING)".into(), |a| format!("{:?}", a.show()))),
            _ => return Err(format!("not supported in a template: %{verb}")),
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(text: &str) -> Result<String, String> {
        let module = Value::Struct(vec![("Path", Value::Text("m".into())), ("Replace", Value::Nil)]);
        let value = Value::Struct(vec![
            ("Name", Value::Text("main".into())),
            ("Imports", Value::texts(["fmt", "os"])),
            ("Module", module),
            ("Map", Value::Map(vec![("k".into(), Value::Text("v".into()))])),
            ("Nothing", Value::List(vec![])),
            ("Standard", Value::Bool(false)),
        ]);
        let context = Value::Struct(vec![("GOARCH", Value::Text("amd64".into()))]);
        Template::parse(text)?.apply(&value, &context)
    }

    #[test]
    fn templates() {
        for (text, want) in [
            ("{{.Name}} {{.Imports}}", "main [fmt os]"),
            ("{{join .Imports \"\\n\"}}", "fmt\nos"),
            ("{{if eq .Name \"main\"}}{{.Module.Path}}{{end}}", "m"),
            ("{{range .Imports}}<{{.}} {{$.Name}}>{{else}}none{{end}}", "<fmt main><os main>"),
            ("{{range .Nothing}}x{{else}}none{{end}}", "none"),
            ("{{range $i, $p := .Imports}}{{$i}}={{$p}},{{end}}", "0=fmt,1=os,"),
            ("{{with .Module}}{{.Path}}{{end}}{{with .Module.Replace}}no{{end}}", "m"),
            ("{{if not .Standard}}a{{else if .Name}}b{{end}}", "a"),
            ("{{if and .Standard .Name}}a{{else if .Name}}b{{else}}c{{end}}", "b"),
            ("a {{- /* nothing */ -}} b", "ab"),
            (
                "{{context.GOARCH}} {{.Imports | len}} {{printf \"%q %d\" .Name (len .Imports)}}",
                "amd64 2 \"main\" 2",
            ),
            (
                "{{range $k, $v := .Map}}{{$k}}{{$v}}{{end}} {{index .Imports 1}} {{(index .Map \"k\")}}",
                "kv os v",
            ),
            ("{{$x := .Name}}{{$x}}{{`raw`}}", "mainraw"),
            ("{{(.Module).Path}}{{eq (len .Imports) 2}}", "mtrue"),
        ] {
            assert_eq!(apply(text).as_deref(), Ok(want), "{text}");
        }
    }

    #[test]
    fn faults() {
        for (text, want) in [
            ("{{.Nope}}", "can't evaluate field Nope"),
            ("{{nope}}", "function \"nope\" not defined"),
            ("{{if .Name}}", "unexpected EOF"),
            ("{{.Name", "unclosed action"),
            ("{{end}}", "unexpected {{end}}"),
            ("{{define \"x\"}}", "not supported in a template: define"),
        ] {
            assert_eq!(apply(text), Err(want.to_string()), "{text}");
        }
    }
}
