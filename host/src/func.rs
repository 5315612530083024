//! Func values: closures of Rust's that Go calls, and funcs of Go's that Rust calls.

use std::fmt;
use std::sync::{Arc, OnceLock};

use reflect::func::{Func, FuncType, make_func};
use reflect::kind::Kind;
use reflect::types::Type;
use reflect::value::Value;
use rt_core::host::Host;

use crate::GoError;
use crate::call::{Args, Results, Shown, Target};
use crate::mirror::{FromGo, Mirror, ToGo};

/// A Go func that takes `A` and returns `R`, both tuples.
///
/// A closure of Rust's runs on the thread of whatever goroutine calls it. Its panic becomes a panic of Go's at the place of the call.
/// Go may keep a closure as long as it likes: what it captures is never freed.
pub struct GoFunc<A, R>(Arc<Repr<A, R>>);

enum Repr<A, R> {
    Go(Func, Target),
    Rust(Box<Body<A, R>>, OnceLock<Func>),
}

type Body<A, R> = dyn Fn(A) -> R + Send + Sync;

impl<A, R> Clone for GoFunc<A, R> {
    fn clone(&self) -> Self {
        GoFunc(self.0.clone())
    }
}

impl<A, R> fmt::Debug for GoFunc<A, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Repr::Go(func, _) => write!(f, "{}", func.typ()),
            Repr::Rust(..) => f.write_str("a Rust closure"),
        }
    }
}

impl<A, R> GoFunc<A, R>
where
    A: Args + Results + 'static,
    R: Args + Results + 'static,
{
    /// A closure that Go may call.
    pub fn new(body: impl Fn(A) -> R + Send + Sync + 'static) -> Self {
        GoFunc(Arc::new(Repr::Rust(Box::new(body), OnceLock::new())))
    }

    /// Calls it.
    pub fn call(&self, args: A) -> Result<R, GoError> {
        match &*self.0 {
            // SAFETY: made with these types.
            Repr::Go(_, target) => unsafe { target.call(&args) },
            Repr::Rust(body, _) => Ok(body(args)),
        }
    }

    /// The func value of type `typ`, made when it is first wanted.
    fn func(&self, typ: &Type) -> Func {
        match &*self.0 {
            Repr::Go(func, _) => func.clone(),
            Repr::Rust(_, made) => made
                .get_or_init(|| {
                    let signature = typ.signature().expect("a func type");
                    let (own, types) = (self.clone(), signature.clone());
                    make_func(&Host::start(), signature, move |args| own.called(args, &types))
                })
                .clone(),
        }
    }

    /// Go has called a closure of Rust's. Values that are no valid Rust ones, like a string that is not UTF-8, make it panic.
    fn called(&self, args: &[Value], typ: &FuncType) -> Vec<Value> {
        let Repr::Rust(body, _) = &*self.0 else { unreachable!("only closures of Rust's are called") };
        let mut given = Shown::<<A as Results>::Raws, ()>::new(0);
        let (raws, ..) = given.parts();
        // SAFETY: Go's values of the parameters' types, shown.
        let args = Host::start().hold(|| unsafe {
            <A as Results>::each(raws, &mut |i, to| {
                let bytes = args[i].bytes();
                to.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
            });
            <A as Results>::read(raws, typ.params())
        });
        let results = body(args.unwrap_or_else(|e| panic!("an argument of a Rust closure: {e}")));
        let mut taken = Shown::<<R as Args>::Raws, ()>::new(0);
        let (raws, ..) = taken.parts();
        let mut values = Vec::new();
        // SAFETY: shown, and in `hold`.
        let written = Host::start().hold(|| unsafe {
            results.write(raws, typ.results())?;
            <R as Args>::each(raws, &mut |i, from| {
                let t = &typ.results()[i];
                let bytes = std::slice::from_raw_parts(from, t.size() as usize);
                values.push(Value::from_bytes(t, bytes));
            });
            Ok::<_, GoError>(())
        });
        written.unwrap_or_else(|e| panic!("a result of a Rust closure: {e}"));
        values
    }
}

// SAFETY: a func value is a pointer.
unsafe impl<A, R> Mirror for GoFunc<A, R>
where
    A: Args + Results + 'static,
    R: Args + Results + 'static,
{
    type Raw = *mut u8;
    const POINTERS: bool = true;

    fn fits(typ: &Type) -> bool {
        typ.kind() == Kind::Func
            && typ
                .signature()
                .is_some_and(|s| <A as Args>::fit(s.params()) && <R as Results>::fit(s.results()))
    }
}

// SAFETY: the func value; that of a closure lives forever.
unsafe impl<A, R> ToGo for GoFunc<A, R>
where
    A: Args + Results + 'static,
    R: Args + Results + 'static,
{
    unsafe fn to_go(&self, to: *mut *mut u8, typ: &Type) -> Result<(), GoError> {
        // SAFETY: the caller's promise.
        unsafe { to.write(self.func(typ).as_ptr().cast::<u8>().cast_mut()) };
        Ok(())
    }
}

// SAFETY: the func value, held.
unsafe impl<A, R> FromGo for GoFunc<A, R>
where
    A: Args + Results + 'static,
    R: Args + Results + 'static,
{
    unsafe fn from_go(from: *const *mut u8, typ: &Type) -> Result<Self, GoError> {
        // SAFETY: a func value of that type.
        let value = unsafe { Value::from_bytes(typ, &(*from).expose_provenance().to_ne_bytes()) };
        let func = Func::from_value(value).expect("a func type, as it fits");
        let target = Target::new::<A, R>(&func).expect("the types fit");
        Ok(GoFunc(Arc::new(Repr::Go(func, target))))
    }
}
