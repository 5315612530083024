//! What is told of a package: values as templates see them and as JSON has them.

use crate::json::quote;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Text(String),
    Bool(bool),
    Int(i64),
    List(Vec<Value>),
    /// Fields in order; JSON leaves out what is empty.
    Struct(Vec<(&'static str, Value)>),
    /// Keys sorted.
    Map(Vec<(String, Value)>),
    Nil,
}

impl Value {
    pub(super) fn texts<S: AsRef<str>>(list: impl IntoIterator<Item = S>) -> Value {
        Value::List(list.into_iter().map(|s| Value::Text(s.as_ref().to_string())).collect())
    }

    /// Go's idea of truth in templates, and of what JSON may leave out.
    pub(super) fn is_true(&self) -> bool {
        match self {
            Value::Text(s) => !s.is_empty(),
            Value::Bool(b) => *b,
            Value::Int(n) => *n != 0,
            Value::List(l) => !l.is_empty(),
            Value::Map(m) => !m.is_empty(),
            Value::Struct(_) => true,
            Value::Nil => false,
        }
    }

    pub(super) fn field(&self, name: &str) -> Option<&Value> {
        match self {
            Value::Struct(fields) => fields.iter().find(|f| f.0 == name).map(|f| &f.1),
            Value::Map(entries) => Some(entries.iter().find(|e| e.0 == name).map_or(&Value::Nil, |e| &e.1)),
            _ => None,
        }
    }

    /// As `fmt.Print` shows it.
    pub(super) fn show(&self) -> String {
        let joined = |parts: Vec<String>| parts.join(" ");
        match self {
            Value::Text(s) => s.clone(),
            Value::Bool(b) => b.to_string(),
            Value::Int(n) => n.to_string(),
            Value::List(l) => format!("[{}]", joined(l.iter().map(Value::show).collect())),
            Value::Struct(f) => format!("{{{}}}", joined(f.iter().map(|f| f.1.show()).collect())),
            Value::Map(m) => {
                format!("map[{}]", joined(m.iter().map(|(k, v)| format!("{k}:{}", v.show())).collect()))
            }
            Value::Nil => "<nil>".into(),
        }
    }

    /// With tabs, behind `indent` of them.
    pub(super) fn json(&self, indent: usize) -> String {
        let tabs = "\t".repeat(indent + 1);
        let block = |open: char, close: char, rows: Vec<String>| match rows.is_empty() {
            true => format!("{open}{close}"),
            false => {
                let rows: Vec<String> = rows.into_iter().map(|r| format!("{tabs}{r}")).collect();
                format!("{open}\n{}\n{}{close}", rows.join(",\n"), "\t".repeat(indent))
            }
        };
        match self {
            Value::Text(s) => quote(s),
            Value::Nil => "null".into(),
            Value::Bool(_) | Value::Int(_) => self.show(),
            Value::List(l) => block('[', ']', l.iter().map(|v| v.json(indent + 1)).collect()),
            Value::Struct(fields) => {
                let told = fields.iter().filter(|f| f.1.is_true());
                block('{', '}', told.map(|(k, v)| format!("{}: {}", quote(k), v.json(indent + 1))).collect())
            }
            Value::Map(m) => block(
                '{',
                '}',
                m.iter().map(|(k, v)| format!("{}: {}", quote(k), v.json(indent + 1))).collect(),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written() {
        let v = Value::Struct(vec![
            ("A", Value::texts(["x", "y<"])),
            ("B", Value::Nil),
            ("C", Value::Map(vec![("k".into(), Value::Int(1))])),
        ]);
        assert_eq!(
            v.json(0),
            "{\n\t\"A\": [\n\t\t\"x\",\n\t\t\"y\\u003c\"\n\t],\n\t\"C\": {\n\t\t\"k\": 1\n\t}\n}"
        );
        assert_eq!(v.show(), "{[x y<] <nil> map[k:1]}");
    }
}
