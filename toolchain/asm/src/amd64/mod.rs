//! amd64.
pub mod destroyed;
pub mod encode;
pub mod func;
mod layout;
pub mod operand;
pub mod table;

use crate::lex::Token;
use crate::operand::Scope;
use crate::parse::{Head, Statement};
use crate::{Error, Isa, Text};

/// The machine.
#[derive(Debug)]
pub struct Amd64;

impl Isa for Amd64 {
    type Operand = operand::Operand;

    fn known(stem: &str) -> bool {
        table::known(stem)
    }
    fn is_jump(word: &str) -> bool {
        table::is_jump(word)
    }
    fn is_register(name: &str) -> bool {
        operand::register(name).is_some()
    }
    fn operand(op: &[Token], scope: Scope, jump: bool) -> Result<Self::Operand, String> {
        operand::parse(op, scope, jump)
    }
    fn function(head: &Head, body: &[&Statement<Self::Operand>]) -> (Option<Text>, Vec<Error>) {
        func::function(head, body)
    }
}
