//! Following moves in wasm's listings: instructions work on a stack of operands, SP is a variable.

use super::{Byte, Machine, Val};

fn unknown() -> Val {
    Val::Bytes(vec![])
}

/// Bytes that a load or store of this name moves.
fn width(op: &str) -> Option<i64> {
    let (_, what) = op.split_once("Load").or(op.split_once("Store"))?;
    Some(match what.trim_end_matches(['S', 'U']) {
        "8" => 1,
        "16" => 2,
        "32" => 4,
        _ if op.starts_with("I64") || op.starts_with("F64") => 8,
        _ => 4,
    })
}

impl Machine {
    fn pop(&mut self) -> Val {
        self.operands.pop().unwrap_or_else(unknown)
    }

    fn sp(&self) -> Val {
        self.regs.get("SP").cloned().unwrap_or(Val::Address("SP".into(), 0))
    }

    /// At a call, after the pc has been pushed: offsets count from the arguments.
    pub(super) fn count_from_arguments(&mut self) {
        let Val::Address(_, sp) = self.sp() else { return };
        let moved = |((area, off), b): ((String, i64), Byte)| {
            let off = if area == "SP" { off - sp - 8 } else { off };
            ((area, off), b)
        };
        self.memory = std::mem::take(&mut self.memory).into_iter().map(moved).collect();
    }

    fn write(&mut self, to: Val, off: i64, bytes: Vec<Byte>) {
        if let Val::Address(area, at) = to {
            self.store(&area, at + off, bytes);
        }
    }
}

/// Runs one line.
pub(super) fn step(m: &mut Machine, op: &str, operand: &str) {
    let number = operand.trim_start_matches('$').parse::<i64>();
    match op {
        "Get" => {
            let v =
                if operand == "SP" { m.sp() } else { m.regs.get(operand).cloned().unwrap_or_else(unknown) };
            m.operands.push(v);
        }
        "Set" => {
            let v = m.pop();
            m.regs.insert(operand.into(), v);
        }
        "Tee" => {
            let v = m.pop();
            m.regs.insert(operand.into(), v.clone());
            m.operands.push(v);
        }
        "I32Const" | "I64Const" => {
            let address = || {
                let name = operand.trim_start_matches('$').strip_suffix("(SB)")?;
                Some(match name.rsplit_once('+').and_then(|(n, off)| Some((n, off.parse().ok()?))) {
                    Some((name, off)) => Val::Address(name.into(), off),
                    None => Val::Address(name.into(), 0),
                })
            };
            m.operands.push(number.map(Val::Const).ok().or_else(address).unwrap_or_else(unknown));
        }
        // Addresses stay what they are; the bytes of a value in a register are the low ones.
        "I32WrapI64" | "I64ExtendI32U" | "I64ExtendI32S" => {}
        "I32Add" | "I64Add" | "I32Sub" | "I64Sub" => {
            let (b, a) = (m.pop(), m.pop());
            let sign = if op.ends_with("Add") { 1 } else { -1 };
            m.operands.push(match (a, b) {
                (Val::Address(area, off), Val::Const(n)) => Val::Address(area, off + sign * n),
                _ => unknown(),
            });
        }
        "MemoryCopy" => {
            let (n, from, to) = (m.pop(), m.pop(), m.pop());
            if let (Val::Const(n), Val::Address(area, off)) = (n, from)
                && let Val::Bytes(bytes) = m.load(&area, off, n)
            {
                m.write(to, 0, bytes);
            }
        }
        "MemoryFill" => {
            let (n, _, to) = (m.pop(), m.pop(), m.pop());
            if let Val::Const(n) = n {
                m.write(to, 0, vec![Byte::Unknown; n as usize]);
            }
        }
        _ if op.contains("Load") => {
            let (from, size) = (m.pop(), width(op).unwrap_or(0));
            let v = match (from, number) {
                (Val::Address(area, at), Ok(off)) => m.load(&area, at + off, size),
                _ => unknown(),
            };
            m.operands.push(v);
        }
        _ if op.contains("Store") => {
            let (v, to, size) = (m.pop(), m.pop(), width(op).unwrap_or(0) as usize);
            let bytes = match v {
                Val::Bytes(b) if b.len() >= size => b[..size].to_vec(),
                _ => vec![Byte::Unknown; size],
            };
            m.write(to, number.unwrap_or(0), bytes);
        }
        // The function's frame is taken, a call has returned, a branch is not: nothing is left on the stack.
        _ => m.operands.clear(),
    }
}
