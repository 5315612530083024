//! The form in which machines write their rules: a table, one line a rule, tried from the top.
//!
//! ```text
//! rules! {
//!     fn sums(s: Isel, d) with dst = s.out_reg(d.results[0]), sz = s.sz(d.results[0]);
//!     Add(x, ~i)                                     => Inst::AddImm { sz, dst, a: s.reg(x), i };
//!     Add(x, y @ Shl[_](z, #k)) if s.single_use(y)   => Inst::AddShifted { sz, dst, a: s.reg(x), b: s.reg(z), k };
//!     Add(x, y)                                      => Inst::Add { sz, dst, a: s.reg(x), b: s.reg(y) };
//! }
//! ```
//!
//! This is a function that takes the selection and an instruction, and tells whether a rule fitted. For machines of two byte orders it is
//! written `fn sums<const BIG>(s: Isel, d)`, and with a width too `<const WIDE, const BIG>`; for several machines of a family
//! `fn sums<type M: Family>(s: Isel, d)`. A pattern names an operation of
//! the IR, what it carries (`Shl[bounded]`, `Load{off}`), and all its operands:
//!
//! | pattern | fits |
//! |---|---|
//! | `x` | any value |
//! | `_` | any value, without a name |
//! | `#k`, `#0xff` | a constant, or this one |
//! | `~i` | a constant that fits 32 bits with sign, as an `i32` |
//! | `Shl[_](z, #k)` | the result of that operation |
//! | `y @ Shl[_](z, #k)` | the same, with a name for the whole |
//!
//! What follows `if` is Rust. What stands behind the arrow is Rust too: an instruction, which is written when the operands
//! that it asks for have been, in the order of its fields; or `()`, if the rule has written all itself. Loads fold into
//! their users through `foldable_load`, not through patterns: whether one may move is not a matter of shape.

/// Writes a table of rules; see the module.
macro_rules! rules {
    ($(#[$doc:meta])* fn $name:ident$(<$(const $flag:ident),+>)?$(<type $m:ident: $family:ident>)?($s:ident: $sel:ident, $d:ident) $(with $($local:ident = $value:expr),+)?;
     $($op:ident $([$($payload:tt)*])? $({$($field:tt)*})? ($($args:tt)*) $(if $guard:expr)? => $action:expr;)*) => {
        $(#[$doc])*
        #[allow(irrefutable_let_patterns, clippy::redundant_pattern, reason = "written by the macro")]
        pub fn $name<'a $($(, const $flag: bool)+)? $(, $m: $family)?>($s: &mut $sel<'a $($(, $flag)+)? $(, $m)?>, $d: &'a ir::InstData) -> bool {
            $($(let $local = $value;)+)?
            $($crate::mach::rules::rules!(
                @match $s [let ir::Op::$op $(($($payload)*))? $({$($field)*, ..})? = $d.op && let args = &$d.args[..]]
                [{args: $($args)*}] ($($guard)?) $action);)*
            false
        }
    };
    // All operands have been looked at.
    (@match $s:ident [$($so_far:tt)*] [] ($($guard:expr)?) $action:expr) => {
        if $($so_far)* $(&& $guard)? {
            let written = $action;
            $crate::mach::rules::Written::write(written, $s);
            return true;
        }
    };
    (@match $s:ident [$($so_far:tt)*] [{$args:ident: $(,)?} $($more:tt)*] $guard:tt $action:expr) => {
        $crate::mach::rules::rules!(@match $s [$($so_far)* && $args.is_empty()] [$($more)*] $guard $action)
    };
    (@match $s:ident [$($so_far:tt)*] [{$args:ident: , $($rest:tt)+} $($more:tt)*] $guard:tt $action:expr) => {
        $crate::mach::rules::rules!(@match $s [$($so_far)*] [{$args: $($rest)+} $($more)*] $guard $action)
    };
    (@match $s:ident [$($so_far:tt)*] [{$args:ident: _ $($rest:tt)*} $($more:tt)*] $guard:tt $action:expr) => {
        $crate::mach::rules::rules!(@match $s [$($so_far)* && let [_, rest @ ..] = $args]
            [{rest: $($rest)*} $($more)*] $guard $action)
    };
    (@match $s:ident [$($so_far:tt)*] [{$args:ident: # $k:ident $($rest:tt)*} $($more:tt)*] $guard:tt $action:expr) => {
        $crate::mach::rules::rules!(@match $s
            [$($so_far)* && let [v, rest @ ..] = $args && let Some($k) = $s.iconst(*v)]
            [{rest: $($rest)*} $($more)*] $guard $action)
    };
    (@match $s:ident [$($so_far:tt)*] [{$args:ident: # $k:literal $($rest:tt)*} $($more:tt)*] $guard:tt $action:expr) => {
        $crate::mach::rules::rules!(@match $s
            [$($so_far)* && let [v, rest @ ..] = $args && $s.iconst(*v) == Some($k)]
            [{rest: $($rest)*} $($more)*] $guard $action)
    };
    (@match $s:ident [$($so_far:tt)*] [{$args:ident: ~ $i:ident $($rest:tt)*} $($more:tt)*] $guard:tt $action:expr) => {
        $crate::mach::rules::rules!(@match $s
            [$($so_far)* && let [v, rest @ ..] = $args && let Some($i) = $s.imm32(*v)]
            [{rest: $($rest)*} $($more)*] $guard $action)
    };
    (@match $s:ident $so_far:tt [{$args:ident: $y:ident @ $op:ident $([$($payload:tt)*])? ($($inner:tt)*) $($rest:tt)*}
     $($more:tt)*] $guard:tt $action:expr) => {
        $crate::mach::rules::rules!(@nested $s $so_far $args $y [ir::Op::$op $(($($payload)*))?] ($($inner)*)
            [$($rest)*] [$($more)*] $guard $action)
    };
    (@match $s:ident $so_far:tt [{$args:ident: $op:ident $([$($payload:tt)*])? ($($inner:tt)*) $($rest:tt)*}
     $($more:tt)*] $guard:tt $action:expr) => {
        $crate::mach::rules::rules!(@nested $s $so_far $args v [ir::Op::$op $(($($payload)*))?] ($($inner)*)
            [$($rest)*] [$($more)*] $guard $action)
    };
    (@match $s:ident [$($so_far:tt)*] [{$args:ident: $x:ident $($rest:tt)*} $($more:tt)*] $guard:tt $action:expr) => {
        $crate::mach::rules::rules!(@match $s [$($so_far)* && let [v, rest @ ..] = $args && let $x = *v]
            [{rest: $($rest)*} $($more)*] $guard $action)
    };
    (@nested $s:ident [$($so_far:tt)*] $args:ident $y:ident [$($op:tt)*] ($($inner:tt)*) [$($rest:tt)*] [$($more:tt)*]
     $guard:tt $action:expr) => {
        $crate::mach::rules::rules!(@match $s
            [$($so_far)* && let [v, rest @ ..] = $args && let $y = *v && let Some(i) = $s.def($y)
             && let $($op)* = i.op && let inner = &i.args[..]]
            [{inner: $($inner)*} {rest: $($rest)*} $($more)*] $guard $action)
    };
}
pub(crate) use rules;

use super::Rules;
use super::select::Select;
use ir::{EntityId, InstData, Op, Value, ValueDef};
use smallvec::SmallVec;

impl<'a, M: Rules> Select<'a, M> {
    /// What makes the carry `c` of a sum or difference, if nobody else wants that and its own sum can wait until here.
    pub fn lower_half(&self, d: &InstData, c: Value) -> Option<&'a InstData> {
        let ValueDef::Inst(i, 1) = self.f.values[c].def else { return None };
        let lower = &self.f.insts[i];
        if lower.op != d.op || !self.single_use(c) {
            return None;
        }
        let insts: &'a [ir::Inst] = &self.f.blocks[self.block].insts[..self.index];
        let at = insts.iter().rposition(|&k| k == i)?;
        let sum = lower.results[0];
        let free = |&k: &ir::Inst| {
            !self.f.insts[k].args.contains(&sum) && !matches!(self.f.insts[k].op, Op::Call { .. })
        };
        let own = !d.args[..2].contains(&sum);
        (own && insts[at + 1..].iter().all(free)).then_some(lower)
    }

    /// The sums (or differences) that the carry of `d` comes from, the nearest first, as far as nobody else wants their carries and they can
    /// wait until here.
    pub fn words_below(&self, d: &'a InstData) -> SmallVec<[&'a InstData; 4]> {
        const WORDS: usize = 16;
        const DISTANCE: usize = 64;
        let mut words: SmallVec<[&'a InstData; 4]> = SmallVec::new();
        let insts: &'a [ir::Inst] = &self.f.blocks[self.block].insts[..self.index];
        let mut carry = d.args[2];
        // What stands between the lowest word and here, but for the words above it.
        let mut between: SmallVec<[&'a InstData; 16]> = SmallVec::new();
        let mut from = insts.len();
        while words.len() < WORDS {
            let ValueDef::Inst(i, 1) = self.f.values[carry].def else { break };
            let word = &self.f.insts[i];
            let near = &insts[insts.len().saturating_sub(DISTANCE)..from];
            if word.op != d.op || !self.single_use(carry) {
                break;
            }
            let Some(at) = near.iter().rposition(|&k| k == i) else { break };
            between.extend(near[at + 1..].iter().map(|&k| &self.f.insts[k]));
            let sum = word.results[0];
            if between.iter().any(|k| k.args.contains(&sum) || matches!(k.op, Op::Call { .. })) {
                break;
            }
            words.push(word);
            from -= near.len() - at;
            carry = word.args[2];
        }
        words
    }
    /// Whether a value is made in this block for this one use.
    pub fn ends_here(&self, v: Value) -> bool {
        self.single_use(v)
            && match self.f.values[v].def {
                ValueDef::Inst(i, _) => self.inst_block[i.index()] == self.block.0,
                ValueDef::Param(b, _) => b == self.block,
                ValueDef::Alias(_) => false,
            }
    }
}

/// What a rule's right side may be.
pub trait Written<M: Rules> {
    /// Writes it.
    fn write(self, s: &mut Select<M>);
}

/// The rule has written all itself.
impl<M: Rules> Written<M> for () {
    fn write(self, _: &mut Select<M>) {}
}

impl<M: Rules, I> Written<M> for I
where
    I: super::Inst + Into<super::inst::Any<M::Inst>>,
{
    fn write(self, s: &mut Select<M>) {
        s.put(self.into());
    }
}

impl<M: Rules> super::select::Select<'_, M> {
    /// A shift's count without a mask that does no more than the machine, which looks at counts modulo `bits`.
    pub fn unmasked(&self, count: Value, bits: u32) -> Value {
        let masks = |v: Value| self.iconst(v).is_some_and(|m| m & (bits as i64 - 1) == bits as i64 - 1);
        match self.def(count) {
            Some(d) if matches!(d.op, ir::Op::And) && masks(d.args[1]) => d.args[0],
            _ => count,
        }
    }
}
