//! Tests of the type table. Types are built by hand; expected sizes and texts are what `go build` and `unsafe.Sizeof` give.
use crate::{
    infer::{InferArg, InferError},
    intern::*,
    layout::Scalar,
    lookup::{Found, Lookup},
    object::*,
    query::Cause,
    table::*,
};
use syntax::{Pos, Sym};

const MAIN: PkgId = PkgId(2);
const INT: TypeId = basic(Basic::Int);
const STRING: TypeId = basic(Basic::String);
const INT8: TypeId = basic(Basic::Int8);
const INT64: TypeId = basic(Basic::Int64);

fn table() -> TypeTable {
    let mut tt = TypeTable::new();
    tt.new_pkg(PkgInfo { path: Sym::new("main"), name: Sym::new("main") });
    tt.new_pkg(PkgInfo { path: Sym::new("encoding/json"), name: Sym::new("json") });
    tt
}

fn type_obj(tt: &mut TypeTable, name: &str, pkg: PkgId) -> ObjId {
    tt.new_obj(Object {
        name: Sym::new(name),
        pkg,
        pos: Pos::NONE,
        ty: TypeId::default(),
        kind: ObjKind::TypeName { alias: false, tparams: Vec::new() },
    })
}

fn tparam(tt: &mut TypeTable, name: &str, index: u32, bound: TypeId) -> TypeParamId {
    let obj = type_obj(tt, name, MAIN);
    tt.new_tparam(TypeParamInfo { obj, index, bound, pos: Pos::NONE })
}

fn define(tt: &mut TypeTable, name: &str, pkg: PkgId, tparams: Vec<TypeParamId>) -> NamedId {
    let obj = type_obj(tt, name, pkg);
    let own_tparams = tparams.len();
    tt.new_named(NamedInfo {
        obj,
        tparams,
        own_tparams,
        underlying: TypeId::default(),
        methods: Vec::new(),
        local: None,
        not_in_heap: false,
    })
}

fn defined(tt: &mut TypeTable, name: &str, underlying: TypeId) -> TypeId {
    let id = define(tt, name, MAIN, Vec::new());
    tt.set_underlying(id, underlying);
    tt.named(id, Vec::new())
}

fn method(
    tt: &mut TypeTable,
    on: TypeId,
    name: &str,
    ptr_recv: bool,
    sig: TypeId,
    names: Vec<TypeParamId>,
) -> ObjId {
    let (id, _) = tt.as_named(on).unwrap();
    let obj = tt.new_obj(Object {
        name: Sym::new(name),
        pkg: MAIN,
        pos: Pos::NONE,
        ty: sig,
        kind: ObjKind::Func(FuncObj {
            decl: None,
            recv: Some(on),
            ptr_recv,
            recv_tparams: names,
            tparams: Vec::new(),
        }),
    });
    tt.nameds[id.0 as usize].methods.push(obj);
    obj
}

fn field(name: &str, ty: TypeId) -> Field {
    Field { name: Sym::new(name), pkg: MAIN, ty, embedded: false, tag: Sym::default() }
}

fn embed(name: &str, ty: TypeId) -> Field {
    Field { embedded: true, ..field(name, ty) }
}

fn imethod(name: &str, sig: TypeId) -> IMethod {
    IMethod { name: Sym::new(name), pkg: MAIN, sig }
}

fn iface(tt: &TypeTable, methods: Vec<IMethod>, embeds: Vec<TypeId>) -> TypeId {
    tt.interface(Interface { methods, embeds, implicit: false, comparable: false })
}

fn constraint(tt: &TypeTable, terms: &[(bool, TypeId)]) -> TypeId {
    let terms = terms.iter().map(|&(tilde, ty)| UnionTerm { tilde, ty }).collect();
    let u = tt.union(terms);
    tt.interface(Interface { methods: Vec::new(), embeds: vec![u], implicit: true, comparable: false })
}

#[test]
fn layouts_match_gc() {
    let tt = table();
    let s = tt.strukt(vec![field("a", INT8), field("b", INT64), field("c", INT8)]);
    let l = tt.layout(s, 8);
    assert_eq!((l.size, l.align, &l.offsets[..]), (24, 8, &[0, 8, 16][..]));
    let l = tt.layout(s, 4);
    assert_eq!((l.size, l.align, &l.offsets[..]), (16, 4, &[0, 4, 12][..]));

    // A trailing field of size zero gets room; a struct of nothing but such fields stays empty.
    let empty = tt.strukt(vec![]);
    let t = tt.strukt(vec![field("a", INT), field("z", empty)]);
    assert_eq!(tt.size_of(t, 8), 16);
    let t = tt.strukt(vec![field("z", empty), field("a", INT)]);
    assert_eq!(tt.size_of(t, 8), 8);
    let t = tt.strukt(vec![field("z", empty), field("y", tt.array(INT64, 0))]);
    assert_eq!((tt.size_of(t, 8), tt.align_of(t, 8)), (0, 8));

    // Pointers end where the last one does.
    let pointers = |t| {
        let mut at = Vec::new();
        tt.each_pointer(t, 8, 0, &mut |off| at.push(off));
        at
    };
    let t = tt.strukt(vec![field("n", INT), field("s", STRING), field("m", INT)]);
    assert_eq!(tt.layout(t, 8).ptr_bytes, 16);
    assert_eq!(pointers(t), [8]);
    let t = tt.array(tt.strukt(vec![field("e", ERROR), field("n", INT)]), 2);
    assert_eq!(tt.layout(t, 8).ptr_bytes, 24 + 16);
    assert_eq!(pointers(t), [8, 32]);
}

#[test]
fn leaves() {
    let tt = table();
    let t =
        tt.strukt(vec![field("s", STRING), field("a", tt.array(INT8, 1)), field("f", basic(Basic::Float32))]);
    assert_eq!(
        tt.layout(t, 8).leaves.as_deref(),
        Some(&[(Scalar::Ptr, 0), (Scalar::I64, 8), (Scalar::I8, 16), (Scalar::F32, 20)][..])
    );
    let five = tt.strukt(vec![field("s", STRING), field("t", tt.slice(INT))]);
    assert!(tt.layout(five, 8).leaves.is_none());
    assert!(tt.layout(tt.array(INT, 2), 8).leaves.is_none());
    assert_eq!(tt.layout(tt.array(INT, 0), 8).leaves.as_deref(), Some(&[][..]));
    assert!(tt.is_direct_iface(tt.strukt(vec![field("p", tt.array(tt.pointer(INT), 1))]), 8));
    assert!(!tt.is_direct_iface(INT, 8));
}

#[test]
fn atomics_are_aligned() {
    let mut tt = table();
    let atomic = tt.new_pkg(PkgInfo { path: Sym::new("sync/atomic"), name: Sym::new("atomic") });
    let id = define(&mut tt, "align64", atomic, vec![]);
    let empty = tt.strukt(vec![]);
    tt.set_underlying(id, empty);
    let align = tt.named(id, vec![]);
    let int64 = tt.strukt(vec![field("_", align), field("v", INT64)]);
    let t = tt.strukt(vec![field("a", INT8), field("x", int64)]);
    assert_eq!((tt.size_of(t, 4), tt.align_of(t, 4)), (16, 8));
}

#[test]
fn interfaces_written_differently_are_identical() {
    let mut tt = table();
    let sig = tt.func(vec![], vec![INT], false);
    let a = iface(&tt, vec![imethod("A", sig)], vec![]);
    let named_a = defined(&mut tt, "IA", a);
    let flat = iface(&tt, vec![imethod("B", sig), imethod("A", sig)], vec![]);
    let nested = iface(&tt, vec![imethod("B", sig)], vec![named_a]);
    assert_ne!(flat, nested);
    assert!(tt.identical(flat, nested));
    assert!(tt.identical(tt.slice(flat), tt.slice(nested)));
    assert_eq!(tt.canon(tt.map(INT, flat)), tt.canon(tt.map(INT, nested)));
    assert!(!tt.identical(flat, a));
    assert!(tt.identical(ANY, EMPTY_INTERFACE));
    let x = constraint(&tt, &[(false, INT), (true, INT), (true, STRING)]);
    let y = constraint(&tt, &[(true, STRING), (true, INT)]);
    assert!(tt.identical(x, y));
    // Unexported methods of different packages differ, exported ones do not.
    let p = iface(&tt, vec![IMethod { name: Sym::new("m"), pkg: PkgId(3), sig }], vec![]);
    let q = iface(&tt, vec![imethod("m", sig)], vec![]);
    assert!(!tt.identical(p, q));
    let p = iface(&tt, vec![IMethod { name: Sym::new("M"), pkg: PkgId(3), sig }], vec![]);
    let q = iface(&tt, vec![imethod("M", sig)], vec![]);
    assert_eq!(p, q);
}

#[test]
fn interfaces_that_contain_themselves() {
    let mut tt = table();
    let make = |tt: &mut TypeTable, name: &str| {
        let id = define(tt, name, MAIN, vec![]);
        let t = tt.named(id, vec![]);
        let inner = iface(tt, vec![], vec![t]);
        let sig = tt.func(vec![], vec![inner], false);
        let u = iface(tt, vec![imethod("m", sig)], vec![]);
        tt.set_underlying(id, u);
        t
    };
    let (t1, t2) = (make(&mut tt, "T1"), make(&mut tt, "T2"));
    assert!(!tt.identical(t1, t2));
    assert!(tt.identical(tt.underlying(t1), tt.underlying(t2)));
    assert!(tt.implements(t1, t2, false, &mut Cause::none()));
}

/// Names of types of many levels are short, and still their own; what reflection prints is whole.
#[test]
fn link_names_of_deep_types() {
    let tt = table();
    let nested = |inner| (0..5000).fold(inner, |t, _| tt.slice(t));
    let (a, b) = (nested(INT), nested(STRING));
    let (name, other) = (tt.link_string(a), tt.link_string(b));
    assert!(name.starts_with("[][]") && name.len() == 4096 && other.len() == 4096 && name != other);
    assert_eq!(name, tt.link_string(nested(INT)));
    assert_eq!(tt.reflect_string(a).len(), 2 * 5000 + "int".len());
}

#[test]
fn strings() {
    let mut tt = table();
    let json = define(&mut tt, "Number", PkgId(3), vec![]);
    tt.set_underlying(json, STRING);
    let number = tt.named(json, vec![]);
    let (k, v) = (tparam(&mut tt, "K", 0, ANY), tparam(&mut tt, "V", 1, ANY));
    let pair = define(&mut tt, "Pair", MAIN, vec![k, v]);
    let u = tt.strukt(vec![]);
    tt.set_underlying(pair, u);
    let t = tt.named(pair, vec![basic(Basic::Uint8), number]);
    assert_eq!(tt.type_string(t, MAIN), "Pair[byte, json.Number]");
    assert_eq!(tt.reflect_string(t), "main.Pair[uint8,encoding/json.Number]");
    assert_eq!(tt.link_string(number), "encoding/json.Number");
    assert_eq!(tt.type_string(ANY, MAIN), "any");
    assert_eq!(tt.type_string(EMPTY_INTERFACE, MAIN), "interface{}");
    assert_eq!(tt.reflect_string(tt.slice(ANY)), "[]interface {}");
    let f = tt.func(vec![INT, tt.slice(STRING)], vec![INT, ERROR], true);
    assert_eq!(tt.type_string(f, MAIN), "func(int, ...string) (int, error)");
    let recv = tt.chan(ChanDir::Recv, INT);
    assert_eq!(tt.reflect_string(tt.chan(ChanDir::Both, recv)), "chan (<-chan int)");
    let s = tt.strukt(vec![Field { tag: Sym::new("json:\"x\""), ..field("X", INT) }, embed("error", ERROR)]);
    assert_eq!(tt.reflect_string(s), r#"struct { X int "json:\"x\""; error }"#);
    assert_eq!(tt.type_string(s, MAIN), r#"struct{X int "json:\"x\""; error}"#);
    let sig = tt.func(vec![], vec![], false);
    let i = iface(&tt, vec![imethod("m", sig)], vec![]);
    assert_eq!(tt.reflect_string(i), "interface { main.m() }");
}

#[test]
fn embedding() {
    let mut tt = table();
    let sig = tt.func(vec![], vec![], false);
    let inner_u = tt.strukt(vec![field("x", INT), field("y", INT)]);
    let inner = defined(&mut tt, "Inner", inner_u);
    method(&mut tt, inner, "V", false, sig, vec![]);
    method(&mut tt, inner, "P", true, sig, vec![]);
    let outer_u = tt.strukt(vec![field("x", STRING), embed("Inner", inner)]);
    let outer = defined(&mut tt, "Outer", outer_u);
    let look = |tt: &TypeTable, t, addr, name: &str| tt.lookup_field_or_method(t, addr, MAIN, Sym::new(name));

    let s = look(&tt, outer, false, "x").found().unwrap();
    assert_eq!((s.kind, s.ty, &s.path[..]), (Found::Field, STRING, &[0][..]));
    let s = look(&tt, outer, false, "y").found().unwrap();
    assert_eq!((s.kind, &s.path[..], s.indirect), (Found::Field, &[1, 1][..], false));
    let s = look(&tt, outer, false, "V").found().unwrap();
    assert_eq!((s.kind, &s.path[..]), (Found::Method, &[1][..]));
    assert!(matches!(look(&tt, outer, false, "P"), Lookup::PointerReceiver(_)));
    assert!(look(&tt, outer, true, "P").found().is_some());
    assert!(look(&tt, tt.pointer(outer), false, "P").found().unwrap().indirect);

    // Through an embedded pointer the pointer method is in the value's method set.
    let via_u = tt.strukt(vec![embed("Inner", tt.pointer(inner))]);
    let via = defined(&mut tt, "Via", via_u);
    assert!(look(&tt, via, false, "P").found().is_some());
    let names = |ms: &[crate::lookup::MethodEntry]| ms.iter().map(|m| m.name.as_str()).collect::<Vec<_>>();
    assert_eq!(names(tt.method_set(via)), ["P", "V"]);
    assert_eq!(names(tt.method_set(outer)), ["V"]);
    assert_eq!(names(tt.method_set(tt.pointer(outer))), ["P", "V"]);

    // Two at one depth: ambiguous, and hidden from method sets.
    let other_u = tt.strukt(vec![]);
    let other = defined(&mut tt, "Other", other_u);
    method(&mut tt, other, "V", false, sig, vec![]);
    let both_u = tt.strukt(vec![embed("Inner", inner), embed("Other", other)]);
    let both = defined(&mut tt, "Both", both_u);
    assert!(matches!(look(&tt, both, false, "V"), Lookup::Ambiguous));
    assert_eq!(names(tt.method_set(tt.pointer(both))), ["P"]);

    // A defined pointer type: fields, no methods. A pointer to an interface: nothing.
    let ptr = defined(&mut tt, "Ptr", TypeId::default());
    let (id, _) = tt.as_named(ptr).unwrap();
    let p = tt.pointer(inner);
    tt.set_underlying(id, p);
    assert!(look(&tt, ptr, true, "x").found().is_some());
    assert!(matches!(look(&tt, ptr, true, "V"), Lookup::NotFound));
    assert!(matches!(look(&tt, tt.pointer(ERROR), true, "Error"), Lookup::NotFound));
    assert!(tt.method_set(ptr).is_empty());
}

#[test]
fn missing_methods_are_explained() {
    let mut tt = table();
    let sig = tt.func(vec![], vec![], false);
    let sig2 = tt.func(vec![INT], vec![], false);
    let i = iface(&tt, vec![imethod("Do", sig)], vec![]);
    let i = defined(&mut tt, "Doer", i);
    let why = |tt: &TypeTable, v| {
        let mut c = Cause::new(MAIN);
        assert!(!tt.implements(v, i, false, &mut c));
        c.text
    };
    assert_eq!(why(&tt, INT), "int does not implement Doer (missing method Do)");
    let t = defined(&mut tt, "T", INT);
    method(&mut tt, t, "Do", true, sig, vec![]);
    assert_eq!(why(&tt, t), "T does not implement Doer (method Do has pointer receiver)");
    assert!(tt.implements(tt.pointer(t), i, false, &mut Cause::none()));
    let t = defined(&mut tt, "U", INT);
    method(&mut tt, t, "Do", false, sig2, vec![]);
    assert_eq!(
        why(&tt, t),
        "U does not implement Doer (wrong type for method Do)\n\t\thave Do(int)\n\t\twant Do()"
    );
    let t = defined(&mut tt, "W", INT);
    method(&mut tt, t, "do", false, sig, vec![]);
    assert_eq!(why(&tt, t), "W does not implement Doer (missing method Do)\n\t\thave do()\n\t\twant Do()");
    let my = defined(&mut tt, "My", INT);
    let c = constraint(&tt, &[(false, INT), (false, STRING)]);
    let mut cause = Cause::new(MAIN);
    assert!(!tt.implements(my, c, true, &mut cause));
    assert_eq!(cause.text, "My does not satisfy int | string (possibly missing ~ for int in int | string)");
    let mut cause = Cause::new(MAIN);
    assert!(!tt.implements(tt.slice(INT), COMPARABLE, true, &mut cause));
    assert_eq!(cause.text, "[]int does not satisfy comparable");
    assert!(tt.implements(ANY, COMPARABLE, true, &mut Cause::none()));
    assert!(!tt.implements(ANY, COMPARABLE, false, &mut Cause::none()));
}

#[test]
fn methods_of_instances() {
    let mut tt = table();
    let t = tparam(&mut tt, "T", 0, ANY);
    let list = define(&mut tt, "List", MAIN, vec![t]);
    let tt_t = tt.tparam(t);
    let origin = tt.named(list, vec![tt_t]);
    let u = tt.strukt(vec![field("v", tt_t), field("next", tt.pointer(origin))]);
    tt.set_underlying(list, u);
    // func (l *List[E]) Get() E
    let e = tparam(&mut tt, "E", 0, ANY);
    let sig = tt.func(vec![], vec![tt.tparam(e)], false);
    let m = method(&mut tt, origin, "Get", true, sig, vec![e]);
    let ints = tt.named(list, vec![INT]);
    let s = tt.lookup_field_or_method(tt.pointer(ints), false, MAIN, Sym::new("Get")).found().unwrap();
    assert_eq!((s.obj, s.ty), (m, tt.func(vec![], vec![INT], false)));
    assert_eq!(tt.as_struct(ints).unwrap()[1].ty, tt.pointer(ints));
    assert_eq!(tt.size_of(ints, 8), 16);
    assert_eq!(tt.method_set(tt.pointer(ints))[0].sig, s.ty);
}

#[test]
fn assignability_and_conversion() {
    let mut tt = table();
    let ok = |tt: &TypeTable, v, t| tt.assignable_to(v, t, &mut Cause::none());
    let ints = tt.slice(INT);
    let my = defined(&mut tt, "My", ints);
    let your = defined(&mut tt, "Your", ints);
    assert!(ok(&tt, ints, my) && ok(&tt, my, ints) && !ok(&tt, my, your));
    assert!(tt.convertible_to(my, your, &mut Cause::none()));
    let both = tt.chan(ChanDir::Both, INT);
    let send = tt.chan(ChanDir::Send, INT);
    assert!(ok(&tt, both, send) && !ok(&tt, send, both));
    assert!(ok(&tt, INT, ANY) && !ok(&tt, ANY, INT));
    let conv = |tt: &TypeTable, v, t| tt.convertible_to(v, t, &mut Cause::none());
    assert!(conv(&tt, STRING, BYTES) && conv(&tt, RUNES, STRING) && conv(&tt, INT, STRING));
    assert!(!conv(&tt, STRING, INT) && !conv(&tt, basic(Basic::Bool), INT));
    assert!(conv(&tt, ints, tt.array(INT, 3)) && conv(&tt, ints, tt.pointer(tt.array(INT, 3))));
    let tagged = tt.strukt(vec![Field { tag: Sym::new("a"), ..field("x", INT) }]);
    let plain = tt.strukt(vec![field("x", INT)]);
    assert!(conv(&tt, tagged, plain) && !ok(&tt, tagged, plain));
    let c = constraint(&tt, &[(true, INT), (true, basic(Basic::Float64))]);
    let p = tparam(&mut tt, "P", 0, c);
    let p = tt.tparam(p);
    assert!(conv(&tt, p, INT) && tt.all_numeric(p) && !tt.all_integer(p) && !tt.is_numeric(p));
}

fn infer(
    tt: &TypeTable,
    tps: &[TypeParamId],
    params: &[TypeId],
    args: &[TypeId],
) -> Result<Vec<TypeId>, InferError> {
    let args: Vec<InferArg> =
        args.iter().map(|&ty| InferArg { ty, nil: ty == basic(Basic::UntypedNil) }).collect();
    tt.infer(tps, &[], params, &args, false, MAIN, &|i| format!("x{i}"))
}

#[test]
fn inference_from_arguments() {
    let mut tt = table();
    let (k, v) = (tparam(&mut tt, "K", 0, COMPARABLE), tparam(&mut tt, "V", 1, ANY));
    let (tk, tv) = (tt.tparam(k), tt.tparam(v));
    let m = tt.map(tk, tv);
    let my_map = tt.map(STRING, INT);
    let my = defined(&mut tt, "MyMap", my_map);
    assert_eq!(infer(&tt, &[k, v], &[m], &[my]).unwrap(), [STRING, INT]);
    // func(K) V
    let f = tt.func(vec![tk], vec![tv], false);
    let g = tt.func(vec![INT], vec![STRING], false);
    assert_eq!(infer(&tt, &[k, v], &[f], &[g]).unwrap(), [INT, STRING]);
    // Untyped constants: the larger kind, and only if nothing typed decides.
    let (ui, uf) = (basic(Basic::UntypedInt), basic(Basic::UntypedFloat));
    assert_eq!(infer(&tt, &[v], &[tv, tv], &[ui, uf]).unwrap(), [basic(Basic::Float64)]);
    assert_eq!(infer(&tt, &[v], &[tv, tv], &[ui, INT8]).unwrap(), [INT8]);
    let Err(InferError::Arg(1, text)) = infer(&tt, &[v], &[tv, tv], &[ui, basic(Basic::UntypedString)])
    else {
        panic!()
    };
    assert_eq!(text, "mismatched types untyped int and untyped string (cannot infer V)");
    let Err(InferError::Arg(1, text)) = infer(&tt, &[v], &[tv, tv], &[INT, STRING]) else { panic!() };
    assert_eq!(text, "type string of x1 does not match inferred type int for V");
    let Err(InferError::Arg(0, text)) = infer(&tt, &[k, v], &[m], &[INT]) else { panic!() };
    assert_eq!(text, "type int of x0 does not match map[K]V (cannot infer K and V)");
    assert!(matches!(infer(&tt, &[k, v], &[tk], &[INT]), Err(InferError::CannotInfer(p)) if p == v));
}

#[test]
fn inference_from_constraints() {
    let mut tt = table();
    // func F[S ~[]E, E any](S)
    let e = tparam(&mut tt, "E", 1, ANY);
    let c = constraint(&tt, &[(true, tt.slice(tt.tparam(e)))]);
    let s = tparam(&mut tt, "S", 0, c);
    let ints = tt.slice(INT);
    let my = defined(&mut tt, "Ints", ints);
    assert_eq!(infer(&tt, &[s, e], &[tt.tparam(s)], &[my]).unwrap(), [my, INT]);
    // func F[T any, PT interface{ *T; M() }](T): PT is *T.
    let t = tparam(&mut tt, "T", 0, ANY);
    let sig = tt.func(vec![], vec![], false);
    let named = defined(&mut tt, "N", INT);
    method(&mut tt, named, "M", true, sig, vec![]);
    let pt_bound = iface(&tt, vec![imethod("M", sig)], vec![tt.pointer(tt.tparam(t))]);
    let pt = tparam(&mut tt, "PT", 1, pt_bound);
    assert_eq!(infer(&tt, &[t, pt], &[tt.tparam(t)], &[named]).unwrap(), [named, tt.pointer(named)]);
    let mut cause = Cause::new(MAIN);
    assert!(
        tt.verify_type_args(&[t, pt], &[named, tt.pointer(named)], &Subst::default(), &mut cause).is_ok()
    );
    assert_eq!(tt.verify_type_args(&[t, pt], &[INT, tt.pointer(INT)], &Subst::default(), &mut cause), Err(1));
    // A generic function may call itself with its own parameters in other roles.
    let (fresh, map) = tt.rename_tparams(&[s, e], &Subst::default());
    let par = tt.subst(tt.tparam(s), &map);
    let arg = tt.slice(tt.tparam(s));
    assert_eq!(infer(&tt, &fresh, &[par], &[arg]).unwrap(), [arg, tt.tparam(s)]);
}

#[test]
fn instantiation_cycles() {
    let mut tt = table();
    let (p, q) = (tparam(&mut tt, "P", 0, ANY), tparam(&mut tt, "Q", 0, ANY));
    let (tp, tq) = (tt.tparam(p), tt.tparam(q));
    let cycle = |steps: &[(TypeParamId, TypeId)]| {
        let mut m = crate::mono::Mono::default();
        for &(p, arg) in steps {
            m.record(&tt, Pos::NONE, &[p], &[arg]);
        }
        m.find_cycle().map(|c| c.len())
    };
    // f[P] calls g[P], g[Q] calls f[Q]; then with a slice on the way.
    assert_eq!(cycle(&[(q, tp), (p, tq)]), None);
    assert_eq!(cycle(&[(q, tp), (p, tt.slice(tq))]), Some(2));
    assert_eq!(cycle(&[(p, tt.pointer(tp))]), Some(1));
    assert_eq!(cycle(&[(q, tt.pointer(tp)), (p, INT)]), None);
}
