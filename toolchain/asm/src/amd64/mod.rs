//! amd64.
pub mod destroyed;
pub mod encode;
pub mod func;
mod layout;
pub mod operand;
pub mod table;

use crate::lex::Token;
use crate::operand::Scope;
use crate::parse::{Head, Statement, unknown};
use crate::{Error, Isa, Text};

/// The machine.
#[derive(Debug)]
pub struct Amd64;

impl Isa for Amd64 {
    type Operand = operand::Operand;

    fn operands(word: &str, ops: &[&[Token]], scope: Scope) -> Result<Vec<Self::Operand>, String> {
        if !table::known(word.split('.').next().unwrap_or(word)) {
            return Err(unknown(word));
        }
        let jump = table::is_jump(word);
        ops.iter().map(|o| operand::parse(o, scope, jump)).collect()
    }
    fn jumps(word: &str) -> bool {
        table::is_jump(word) && word != "RET"
    }
    fn is_register(name: &str) -> bool {
        operand::register(name).is_some()
    }
    fn function(head: &Head, body: &[&Statement<Self::Operand>]) -> (Option<Text>, Vec<Error>) {
        func::function(head, body)
    }
}
