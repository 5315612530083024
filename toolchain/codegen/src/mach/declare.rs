//! How a machine declares its instructions: a line each, which says what the instruction holds and what it does with it.
//!
//! ```text
//! instructions! {
//!     /// A float's product and sum, rounded once.
//!     FMac { w: Fw, a: Reg => read, b: Reg => read, c: Reg => read, dst: Reg => def },
//!     Load { cell: Cell, addr: Addr => read, dst: Reg => def }: Plain,
//!     Bounds(info: Box<BoundsInfo> => read): Plain,
//! }
//! ```
//!
//! What stands behind `=>` is the method of [`Operands`](super::operand::Operands) that the operand is given to; operands are named in
//! the order in which they stand here, which numbers them. `: Plain` is what may stop (see [`Kind`](super::inst::Kind)); all else is quiet.

/// Makes the enum `Inst`, `Inst::visit`, which names the operands, and `Inst::common_kind`.
macro_rules! instructions {
    ($(
        $(#[$doc:meta])*
        $name:ident
            $(($boxed:ident: $inside:ty => $how:ident))?
            $({ $($field:ident: $ty:ty $(=> $role:ident)?),* })?
            $(: $kind:ident)?,
    )*) => {
        /// An instruction. Targets of jumps are numbers of machine blocks.
        #[derive(Clone, Debug)]
        pub enum Inst {
            $( $(#[$doc])* $name $(($inside))? $({ $($field: $ty),* })?, )*
        }

        impl Inst {
            /// Names the operands.
            #[allow(unused_variables, reason = "what is no operand")]
            fn visit(&mut self, v: &mut $crate::mach::operand::Operands) {
                match self {
                    $( Inst::$name $(($boxed))? $({ $($field),* })? => {
                        $( v.$how($boxed); )?
                        $( $( $( v.$role($field); )? )* )?
                    } )*
                }
            }
            /// What others must know of it, for all that neither makes an address nor only stores.
            fn common_kind(&self) -> $crate::mach::inst::Kind<'_> {
                match self {
                    $( Inst::$name { .. } => $crate::mach::declare::instructions!(@kind $($kind)?), )*
                }
            }
        }
    };
    (@kind) => { $crate::mach::inst::Kind::Quiet };
    (@kind Plain) => { $crate::mach::inst::Kind::Plain };
}
pub(crate) use instructions;
