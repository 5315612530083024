//! reflect's Rust API through the real assembly: Rust calls a Go func value that is a Rust closure.

use crate::rt::{self, Block, check, run};
use crate::sig::{Rng, Ty, random_type, random_value};
use alloc::vec;
use alloc::vec::Vec;
use oxigo_reflect::func::{
    CallBuffer, Func, FuncType, Panic, RawCall, Runtime, StubArea, make_func, rust_func_hook,
};
use oxigo_reflect::types::Type;
use oxigo_reflect::value::Value;
use oxigo_reflect::{Kind, TypeView};

struct Here;

// SAFETY: reflectcall as Go makes it.
unsafe impl Runtime for Here {
    unsafe fn reflectcall(&self, c: &RawCall) -> Result<(), Panic> {
        let block = Block {
            typ: 0,
            func: c.func,
            stack_args: c.stack_args,
            args_size: c.args_size as usize,
            ret_offset: c.ret_offset as usize,
            frame_size: c.frame_size as usize,
            regs: c.regs,
        };
        run(&block, 8 << 10);
        Ok(())
    }
    fn rust_func_stub(&self) -> usize {
        oxigo_rt_arch::oxigo_rustfunc_stub as *const () as usize
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn rt_rustfunc(area: *mut StubArea) {
    // SAFETY: called by the stub.
    unsafe { rust_func_hook(area) }
}

/// The API's type of a test type.
fn api_type(t: &'static Ty) -> Type {
    match t.kind {
        Kind::Array => api_type(t.elem.unwrap()).array(t.len),
        Kind::Struct => Type::strukt(t.fields.iter().map(|(f, _)| ("f", api_type(f)))),
        Kind::Pointer => Type::int().pointer(),
        Kind::Slice => Type::int().slice(),
        Kind::Chan => Type::int().chan(),
        k => Type::basic(k),
    }
}

fn random(r: &mut Rng, t: &'static Ty) -> Value {
    let (mut bytes, mut mask) = (vec![0; t.size as usize], vec![0; t.size as usize]);
    random_value(r, t, &mut bytes, &mut mask);
    let typ = api_type(t);
    check(
        typ.size() == t.size && TypeView::align(typ.view()) == t.align,
        "the API lays types out as the tests do",
    );
    // SAFETY: nobody follows the pointers.
    unsafe { Value::from_bytes(&typ, &bytes) }
}

fn same(a: &[Value], b: &[Value], t: &[&'static Ty]) -> bool {
    a.iter().zip(b).zip(t).all(|((a, b), t)| {
        let (mut bytes, mut mask) = (vec![0; t.size as usize], vec![0; t.size as usize]);
        random_value(&mut Rng(1), t, &mut bytes, &mut mask);
        a.bytes().iter().zip(b.bytes()).zip(&mask).all(|((x, y), m)| (x ^ y) & m == 0)
    })
}

struct Case {
    args: Vec<Value>,
    results: Vec<Value>,
    types: Vec<&'static Ty>,
}

static mut CASE: Option<Case> = None;
static mut CALLED: usize = 0;

/// Calls random signatures; returns how many.
pub fn round_trips(n: u64, seed: u64) -> u64 {
    let mut r = Rng(seed ^ 0xabcdef | 1);
    for _ in 0..n {
        let mark = rt::mark();
        let types = |r: &mut Rng, n: u64| (0..n).map(|_| random_type(r, 2)).collect::<Vec<_>>();
        let count = r.below(8);
        let params = types(&mut r, count);
        let count = r.below(5);
        let results = types(&mut r, count);
        let ft = FuncType::new(params.iter().map(|t| api_type(t)), results.iter().map(|t| api_type(t)));
        let args: Vec<Value> = params.iter().map(|t| random(&mut r, t)).collect();
        let want: Vec<Value> = results.iter().map(|t| random(&mut r, t)).collect();
        // SAFETY: one thread; the case outlives the calls.
        unsafe {
            CALLED = 0;
            CASE = Some(Case { args: args.clone(), results: want.clone(), types: params });
            let f: Func = make_func(&Here, ft, |got| {
                let Some(c) = &*(&raw const CASE) else { return vec![] };
                check(same(got, &c.args, &c.types), "arguments of a Rust closure");
                CALLED += 1;
                c.results.clone()
            });
            let refs: Vec<&Value> = args.iter().collect();
            let got = f.call(&Here, &refs);
            check(got.is_ok_and(|g| same(&g, &want, &results)), "results of a call");
            let mut out: Vec<Value> = results.iter().map(|t| Value::zero(&api_type(t))).collect();
            let mut buffer = CallBuffer::<256>::new();
            let r = f.call_into(&Here, &refs, &mut out, &mut buffer);
            check(r.is_ok() && same(&out, &want, &results), "results of a call into buffers");
            check(CALLED == 2, "the closure ran twice");
            CASE = None;
            drop(refs);
            drop((f, out, args, want));
            rt::release(mark);
        }
    }
    n
}
