//! Go functions as Rust functions, written by `oxigo-build`.

use std::collections::HashMap;

use go::{Color, Counter, Point, Shape, ShapeRef, Small};
use oxigo_host::GoError;

/// The bindings.
pub mod go {
    oxigo_host::include_go!("shapes");
}

/// Calls everything once, and prints what comes back.
pub fn show() -> Result<(), GoError> {
    println!("add: {}, sum: {}, {:?}", go::add(3, 4)?, go::sum(&[0.5, 1.5])?, go::div_mod(-7, 2)?);
    println!("halve: {:?}", go::halve(-300, 0.75, 255, false)?);
    println!("mix: {}", go::mix(-1, 0.5, true, 0.25, 1 << 40, 1, 2, 3, 4, 5, 6, 7)?);
    go::nothing()?;

    // Errors are errors, and so are panics.
    println!("parse: {:?}, {:?}", go::parse("42"), go::parse("x"));
    println!("check: {:?}, {}", go::check(true), go::check(false).unwrap_err());
    println!("divide: {}", go::divide(1, 0).unwrap_err());

    // Strings and slices are copied.
    println!("upper: {:?}", go::upper(&["a", "größe", ""])?);
    println!("join: {}", go::join(&[String::from("x"), String::from("y")])?);
    println!("bytes: {:?}, raw: {}", go::bytes(&[1, 2, 3])?, go::raw().unwrap_err());

    // Structs and enumerations.
    let p = Point { x: 3, y: -4, label: "p".into() };
    println!("scale: {:?}", go::scale(&p, 2.5)?);
    println!("color: {:?} {} {:?}", Color::RED.next()?, Color::BLUE.name()?, Color::BLUE.next()?);
    let small = Small { a: 200, b: true, c: -1, d: 0.5 };
    let tags = vec![vec!["t".to_string()], vec![]];
    let mut shape = ShapeRef::new(&Shape {
        name: "s".into(),
        corners: vec![p; 3],
        fill: Color::GREEN,
        r#box: [small; 2],
        tags,
        next: go::head()?,
    })?;
    shape.rename("renamed")?;
    println!("describe: {}", go::describe(&shape.get()?)?);
    let twice = shape.get()?.doubled()?;
    println!("doubled: {} {} {:?}", twice.name, twice.corners.len(), twice.tags);
    shape = twice.next;
    println!("inner: {:?} {}", shape.get()?.name, shape.get()?.next.is_nil());
    println!("nil: {}", go::head()?.get().unwrap_err());

    let tree = go::Tree { value: 1, kids: vec![go::Tree::default()] };
    println!("tree: {:?}", go::grow(&tree)?.kids[1]);
    let finished = go::finished()?;
    println!("finished: {:?} {:?}", finished.receive()?, finished.receive()?);

    // What Go keeps to itself is a handle.
    println!("counter: {}", go::new_counter("").unwrap_err());
    let counter: Counter = go::new_counter("c")?;
    println!("counter: {} {}", counter.add(&[1, 2, 3])?, counter.add(&[])?);

    // Maps and channels.
    let names = counter.names()?;
    names.set("d", &7)?;
    println!("map: {:?} {:?} {}", names.get("d")?, names.get("e")?, names.len()?);
    names.remove("c")?;
    println!("keys: {:?} {:?}", go::keys(&names)?, go::keys(&HashMap::from([("k".to_string(), 1)]))?);
    let mut entries = go::lengths(&["one", "three"])?.entries()?;
    entries.sort();
    println!("entries: {entries:?}");
    let texts = go::texts(1)?;
    let squares = go::squares(&texts)?;
    for n in 1..4 {
        texts.send(&n.to_string())?;
        print!("{:?} ", squares.receive()?);
    }
    texts.close()?;
    println!("{:?} {}", squares.receive()?, texts.send(&"9".into()).unwrap_err());

    // Closures, and panics both ways.
    let suffix = String::from("!");
    println!("map: {:?}", go::map(&["a", "b"], move |t, i| format!("{t}{i}{suffix}"))?);
    let positive = |x| if x > 0 { Ok(x) } else { Err("too small".into()) };
    println!("try: {}, {}", go::r#try(positive, 1)?, go::r#try(positive, 0)?);
    std::panic::set_hook(Box::new(|_| {}));
    println!("try: {}", go::r#try(|x| panic!("in Rust, {x}"), 5)?);
    println!("call: {}", go::call(|| panic!("unnoticed")).unwrap_err());
    let nested = go::call(|| go::call(|| panic!("deep")).unwrap());
    println!("call: {}, deferred: {}", nested.unwrap_err(), go::deferred()?);
    let _ = std::panic::take_hook();
    println!("compose: {}", go::compose("pre")?.call(("fix".into(),))?.0);
    Ok(())
}
