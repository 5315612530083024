//! What is written is what is read.
use super::*;
use crate::image::*;
use alloc::format;

/// A function of 300 bytes at 100 with everything that may be there, and one behind it; `file` is where the inlined body's rows are.
fn tables(file: &str) -> (Blobs, [Callee; 2]) {
    let mut t = Tables::default();
    let [a, b, name, other] = [b"/src/a.go".as_slice(), b"/src/b.go", b"p.f", b"p.g"].map(|s| t.text(s));
    assert_eq!((t.text(b"/src/a.go"), a == b), (a, false));
    let rows_file = t.text(file.as_bytes());
    let callees = [
        Callee { name: other, flags: FuncFlags::WRAPPER, file: b, start_line: 2 },
        Callee { name, flags: FuncFlags::empty(), file: a, start_line: 70 },
    ];
    let [g, h] = callees.map(|c| t.callee(c));
    let [one, two, none] = [t.map(0, [3, 40]), t.map(1 << 3, []), t.map(0, [])];
    assert_eq!(t.map(0, [40, 3]), one);
    t.add(Function {
        entry: 100,
        size: 300,
        frame: 1000,
        args: 24,
        flags: FuncFlags::HAS_DEFER,
        name,
        file: a,
        start_line: 9,
        deferreturn: 17,
        open_defers: Some(OpenDefers { mask: 15, slots: 24, count: 3 }),
        sp: Vec::new(),
        arg_reg_ptrs: 0x201,
        args_map: Some(one),
        points: vec![(5, one), (17, two), (30, one), (290, none)],
        objects: vec![(8, 24, one), (32, 8, two)],
        rows: vec![
            LineRow { pc: 0, file: a, line: 10, inline: 0 },
            LineRow { pc: 4, file: a, line: 10, inline: 0 },
            LineRow { pc: 9, file: rows_file, line: 3, inline: 1 },
            LineRow { pc: 100, file: a, line: 71, inline: 2 },
            LineRow { pc: 200, file: a, line: 8, inline: 0 },
        ],
        calls: vec![
            Inlined { callee: g, call_file: a, call_line: 11, parent: 0, marker: 298 },
            Inlined { callee: h, call_file: rows_file, call_line: 4, parent: 1, marker: 296 },
        ],
    });
    let sp = vec![(4, 16), (9, 8)];
    t.add(Function {
        entry: 416,
        size: 20,
        frame: 6,
        flags: FuncFlags::SP_TABLE | FuncFlags::UNTYPED_LOCALS,
        name: other,
        file: b,
        sp,
        ..Function::default()
    });
    (t.finish(440), callees)
}

fn texts(b: &Blobs) -> Texts<'_> {
    Texts { index: &b.index, bytes: &b.texts }
}

fn text(b: &Blobs, n: u32) -> Vec<u8> {
    texts(b).with(n, |t| t.to_vec())
}

fn facts(b: &Blobs, f: &FuncRow) -> FuncFacts {
    FuncFacts::read(&b.pclines, f.facts(&b.stackmaps))
}

#[test]
fn lines_and_inlining_round_trip() {
    // The second: a //line directive puts an inlined body elsewhere.
    for file in ["/src/b.go", "/src/generated.y"] {
        let (b, _) = tables(file);
        let f = b.rows[0];
        let x = facts(&b, &f);
        assert_eq!(
            (text(&b, x.name), text(&b, x.file), x.start_line),
            (b"p.f".to_vec(), b"/src/a.go".to_vec(), 9)
        );
        for (pc, line, name, inline) in [
            (0, 10, "/src/a.go", 0),
            (8, 10, "/src/a.go", 0),
            (9, 3, file, 1),
            (99, 3, file, 1),
            (199, 71, "/src/a.go", 2),
            (250, 8, "/src/a.go", 0),
        ] {
            let r = line_at(&b.pclines, &x, pc);
            assert_eq!((r.line, text(&b, r.file), r.inline), (line, name.into(), inline), "pc {pc}");
        }
        let c = [0, 1].map(|i| inlined_call(&b.pclines, &x, i).unwrap());
        assert_eq!(c.map(|c| text(&b, c.callee.name)), [b"p.g".to_vec(), b"p.f".to_vec()]);
        assert_eq!(c.map(|c| c.callee.flags), [FuncFlags::WRAPPER, FuncFlags::empty()]);
        assert_eq!(c.map(|c| c.callee.start_line), [2, 70]);
        assert_eq!(c.map(|c| text(&b, c.call_file)), [b"/src/a.go".to_vec(), file.into()]);
        assert_eq!(c.map(|c| (c.call_line, c.parent, c.marker)), [(11, 0, 298), (4, 1, 296)]);
        assert_eq!(inlined_call(&b.pclines, &x, 2), None);
    }
}

#[test]
fn stack_maps_round_trip() {
    let (b, _) = tables("/src/b.go");
    let maps = &b.stackmaps[..];
    let f = b.rows[0];
    let words = |m: Option<PtrMap>| m.map(|m| m.iter().collect::<Vec<_>>());
    for pc in [5, 30] {
        assert_eq!(words(f.points(maps).map(pc)), Some(vec![3, 40]));
    }
    let map = f.points(maps).map(30).unwrap();
    assert!(map.get(40) && !map.get(4) && !map.get(41) && !map.get(1000));
    assert_eq!(f.points(maps).map(17).unwrap().regs, 8);
    // Between two, behind the last, and a safepoint at which nothing is alive.
    assert!([6, 31, 290, 291].iter().all(|&pc| f.points(maps).map(pc).is_none()));
    assert_eq!(words(f.points(maps).map_after(17)), Some(vec![3, 40]));
    assert_eq!(f.points(maps).map_after(4).unwrap().iter().count(), 2);
    let objects: Vec<_> =
        f.points(maps).objects().map(|o| (o.offset, o.size, words(PtrMap::at(maps, o.map)))).collect();
    assert_eq!(objects, [(8, 24, Some(vec![3, 40])), (32, 8, Some(vec![]))]);
    assert_eq!(b.rows[1].points(maps).objects().count(), 0);
    let x = facts(&b, &f);
    assert_eq!(words(PtrMap::at(maps, x.args_map)), Some(vec![3, 40]));
    assert_eq!((x.args, x.deferreturn, x.arg_reg_ptrs), (24, 17, 0x201));
    assert_eq!(x.open_defers, Some(OpenDefers { mask: 15, slots: 24, count: 3 }));
}

#[test]
fn frames_and_addresses() {
    let (b, _) = tables("/src/b.go");
    let [f, moves, end] = b.rows[..] else { panic!("two functions and an end") };
    assert_eq!([f, moves, end].map(|f| f.entry), [100, 416, 440]);
    let maps = &b.stackmaps[..];
    assert_eq!((f.frame(maps), f.flags(maps)), (1000, FuncFlags::HAS_DEFER));
    // What has no room in the row.
    assert_eq!((moves.frame(maps), moves.flags(maps)), (6, FuncFlags::SP_TABLE | FuncFlags::UNTYPED_LOCALS));
    let x = facts(&b, &moves);
    assert_eq!((x.size, facts(&b, &f).size), (20, 300));
    assert_eq!([3, 4, 8, 9].map(|pc| frame_at(&b.pclines, &x, 6, pc)), [6, 16, 16, 8]);
    assert_eq!(frame_at(&b.pclines, &facts(&b, &f), 1000, 8), 1000);
    let at = |off| find_func(&b.rows, 0..2, off);
    assert_eq!(
        [0, 99, 100, 399, 415, 416, 439].map(at),
        [None, None, Some(0), Some(0), Some(0), Some(1), Some(1)]
    );
    assert_eq!(find_func(&b.rows, 1..2, 415), None);
}

#[test]
fn texts_share_beginnings() {
    let mut t = Tables::default();
    let long = "x".repeat(LONGEST + 40);
    let mut all: Vec<alloc::string::String> = (0..100).map(|i| format!("package/path.F{i}")).collect();
    all.extend([format!("{long}a"), format!("{long}b"), "x".repeat(LONGEST) + "y", "xz".into(), "".into()]);
    let numbers: Vec<u32> = all.iter().map(|s| t.text(s.as_bytes())).collect();
    let finals = t.write_texts(&mut Blobs::default());
    let b = t.finish(0);
    for (s, &n) in all.iter().zip(&numbers) {
        assert_eq!(text(&b, finals[n as usize]), s.as_bytes(), "{s}");
    }
    assert_eq!(text(&b, 1000), b"");
    assert!(b.texts.len() < 500 + 3 * long.len(), "{} bytes", b.texts.len());
}
