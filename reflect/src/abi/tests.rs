use super::*;
use crate::arch::Arch;
use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

/// A hand-made type for a 64-bit or 32-bit machine.
#[derive(Debug)]
struct Ty {
    kind: Kind,
    size: u64,
    align: u64,
    elem: Option<&'static Ty>,
    len: u64,
    fields: Vec<(&'static Ty, u64)>,
}

impl TypeView for &'static Ty {
    fn kind(self) -> Kind {
        self.kind
    }
    fn size(self) -> u64 {
        self.size
    }
    fn align(self) -> u64 {
        self.align
    }
    fn elem(self) -> Self {
        self.elem.unwrap()
    }
    fn len(self) -> u64 {
        self.len
    }
    fn num_fields(self) -> usize {
        self.fields.len()
    }
    fn field(self, i: usize) -> (Self, u64) {
        self.fields[i]
    }
}

fn leak(t: Ty) -> &'static Ty {
    Box::leak(Box::new(t))
}

fn basic(kind: Kind, size: u64, align: u64) -> &'static Ty {
    leak(Ty { kind, size, align, elem: None, len: 0, fields: vec![] })
}

fn int() -> &'static Ty {
    basic(Kind::Int, 8, 8)
}

fn ptr() -> &'static Ty {
    basic(Kind::Pointer, 8, 8)
}

fn array(elem: &'static Ty, len: u64) -> &'static Ty {
    leak(Ty {
        kind: Kind::Array,
        size: elem.size * len,
        align: elem.align,
        elem: Some(elem),
        len,
        fields: vec![],
    })
}

fn strukt(types: &[&'static Ty]) -> &'static Ty {
    let (mut off, mut align, mut fields) = (0, 1, vec![]);
    for &t in types {
        off = align_up(off, t.align);
        fields.push((t, off));
        off += t.size;
        align = align.max(t.align);
    }
    if off > 0 && types.last().is_some_and(|t| t.size == 0) {
        off += 1;
    }
    leak(Ty { kind: Kind::Struct, size: align_up(off, align), align, elem: None, len: 0, fields })
}

fn amd64() -> RegBudget {
    Arch::by_name("amd64").unwrap().abi_internal()
}

#[test]
fn mixed_signature() {
    let s = basic(Kind::String, 16, 8);
    let f32_ = basic(Kind::Float32, 4, 4);
    let i8_ = basic(Kind::Int8, 1, 1);
    let d = assign(&[i8_, s, array(int(), 2), f32_], &[basic(Kind::Interface, 16, 8)], None, amd64());
    assert_eq!(d.param(0), [AbiStep { kind: StepKind::IntReg, reg: 0, offset: 0, size: 1, stack_offset: 0 }]);
    assert_eq!(
        d.param(1)[0],
        AbiStep { kind: StepKind::Pointer, reg: 1, offset: 0, size: 8, stack_offset: 0 }
    );
    assert_eq!(
        d.param(1)[1],
        AbiStep { kind: StepKind::IntReg, reg: 2, offset: 8, size: 8, stack_offset: 0 }
    );
    assert_eq!(d.call.stack_offset(2), Some(0));
    assert_eq!(d.param(3)[0].kind, StepKind::FloatReg);
    assert_eq!((d.stack_call_args_size, d.ret_offset, d.args_size), (16, 16, 16));
    assert_eq!(d.spill, 32, "int8 at 0, string at 8, float32 at 24, rounded up");
    assert_eq!((d.in_reg_ptrs, d.out_reg_ptrs), (0b10, 0b10));
}

#[test]
fn failed_assignment_gives_all_registers_back() {
    // Seven ints, then a struct of a float and three ints that does not fit: its float register is free again.
    let mut params = vec![int(); 7];
    let f = basic(Kind::Float64, 8, 8);
    params.push(strukt(&[f, int(), int(), ptr()]));
    params.push(f);
    params.push(int());
    let d = assign(&params, &[], None, amd64());
    assert_eq!(d.call.stack_offset(7), Some(0));
    assert_eq!(d.param(8)[0].reg, 0);
    assert_eq!(d.param(9)[0].reg, 7);
    assert_eq!((d.call.iregs, d.call.fregs), (8, 1));
    assert!(d.stack_ptr(3) && !d.stack_ptr(2) && d.stack_ptrs.len() == 1);
}

#[test]
fn trailing_zero_size_fields_and_arrays() {
    let zero = array(int(), 0);
    let t = strukt(&[int(), zero]);
    assert_eq!(t.size, 16);
    let d = assign(&[t], &[], None, amd64());
    assert_eq!(d.param(0), [AbiStep { kind: StepKind::IntReg, reg: 0, offset: 0, size: 8, stack_offset: 0 }]);
    // A zero-size array longer than one still forbids registers.
    let d = assign(&[strukt(&[int(), array(strukt(&[]), 2)])], &[], None, amd64());
    assert_eq!(d.call.stack_offset(0), Some(0));
    // A zero-size parameter takes no step but aligns the stack.
    let b2 = array(basic(Kind::Uint8, 1, 1), 3);
    let d = assign(&[b2, zero, b2], &[], None, amd64());
    assert!(d.param(1).is_empty());
    assert_eq!((d.call.stack_offset(2), d.stack_call_args_size, d.ret_offset), (Some(8), 11, 16));
}

#[test]
fn arrays_of_one_and_complex_numbers() {
    let c = basic(Kind::Complex128, 16, 8);
    let d = assign(&[array(c, 1), basic(Kind::Complex64, 8, 4)], &[], None, amd64());
    let got: Vec<_> = d.call.steps.iter().map(|s| (s.reg, s.offset, s.size)).collect();
    assert_eq!(got, [(0, 0, 8), (1, 8, 8), (2, 0, 4), (3, 4, 4)]);
}

#[test]
fn without_registers_everything_is_on_the_stack() {
    let abi0 = Arch::by_name("amd64").unwrap().abi0();
    let b = basic(Kind::Bool, 1, 1);
    let d = assign(&[b, int(), b], &[b, ptr()], Some(ptr()), abi0);
    assert_eq!(d.call.steps.iter().map(|s| s.stack_offset).collect::<Vec<_>>(), [0, 8, 16, 24]);
    assert_eq!(d.ret.steps.iter().map(|s| s.stack_offset).collect::<Vec<_>>(), [32, 40]);
    assert_eq!(
        (d.stack_call_args_size, d.ret_offset, d.ret.stack_bytes, d.args_size, d.spill),
        (25, 32, 16, 48, 0)
    );
    assert_eq!(d.stack_ptrs, [0b10_0001]);
}

#[test]
fn sixty_four_bit_values_on_32_bit_machines() {
    let budget = RegBudget { ptr_size: 4, ints: 4, floats: 0, float_size: 0 };
    let i64_ = basic(Kind::Int64, 8, 4);
    let int = basic(Kind::Int, 4, 4);
    let d = assign(&[int, i64_, i64_, int], &[i64_], None, budget);
    assert_eq!(
        d.param(1).iter().map(|s| (s.reg, s.offset, s.size)).collect::<Vec<_>>(),
        [(1, 0, 4), (2, 4, 4)]
    );
    assert_eq!(d.call.stack_offset(2), Some(0));
    assert_eq!(d.param(3)[0].reg, 3);
    // Floats without float registers are on the stack.
    let d = assign(&[basic(Kind::Float64, 8, 4)], &[], None, budget);
    assert_eq!(d.call.stack_offset(0), Some(0));
}

#[test]
fn receiver_takes_one_word() {
    let big = strukt(&[int(), int()]);
    let d = assign(&[int()], &[], Some(big), amd64());
    assert_eq!((d.call.value(0)[0].kind, d.call.value(0)[0].size), (StepKind::Pointer, 8));
    assert_eq!(d.param(0)[0].reg, 1);
    assert_eq!((d.spill, d.in_reg_ptrs), (16, 1));
}

#[test]
fn direct_interfaces() {
    assert!(strukt(&[ptr()]).is_direct_iface(8));
    assert!(strukt(&[array(int(), 0), array(ptr(), 1)]).is_direct_iface(8));
    assert!(!strukt(&[ptr(), int()]).is_direct_iface(8));
    assert!(!int().is_direct_iface(8) && !strukt(&[]).is_direct_iface(8));
}
