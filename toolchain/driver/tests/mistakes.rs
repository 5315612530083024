//! Each machine's programs see a mistake in its code generation: two registers exchanged in a rule, a wrong shift of a fixup, a word that
//! stack maps lack (`codegen/src/mistake.rs`). Without one the same program is right.
mod support;
use std::path::Path;
use std::time::Instant;
use support::{Case, Column, Scratch};

/// Subtracts, calls, and has pointers in frames alone while others allocate.
const PROGRAM: &str = r#"package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

type node struct {
	left, right *node
	id          int
}

func tree(depth, id int) *node {
	if depth == 0 {
		return &node{id: id}
	}
	left := tree(depth-1, 2*id)
	right := tree(depth-1, 2*id+1)
	return &node{left, right, id}
}

func wrong(n *node, id int) int {
	if n == nil {
		return 0
	}
	count := wrong(n.left, 2*id) + wrong(n.right, 2*id+1)
	if n.id-id != 0 {
		count++
	}
	return count
}

func main() {
	debug.SetGCPercent(1)
	go func() {
		for {
			runtime.GC()
		}
	}()
	sum := 0
	for i := range 20 {
		sum += wrong(tree(10, i), i)
	}
	fmt.Println("wrong:", sum)
}
"#;

fn main() {
    let columns = Column::all().into_iter().filter(|c| !c.0.is_bare());
    let case = |column: Column| Case {
        // They wait for their machine's runtime as its samples do.
        name: format!("{}::{}mistakes", column.prefix(), if column.is_native() { "" } else { "sample::" }),
        run: Box::new(move || all(column)),
    };
    support::main(columns.map(case).collect())
}

fn all(column: Column) -> Result<(), String> {
    if !column.ready() {
        return Ok(());
    }
    let scratch = Scratch::new(&format!("mistakes_{}", column.0.arch.name));
    std::fs::write(scratch.path("main.go"), PROGRAM).map_err(|e| e.to_string())?;
    let start = Instant::now();
    if let Some(why) = failure(column, &scratch.0, None, 60)? {
        return Err(format!("without a mistake: {why}"));
    }
    // A wrong program may run for ever; a right one takes about as long as before, whatever else the machine does.
    let seconds = 5 + 2 * start.elapsed().as_secs();
    for (name, _) in codegen::mistake::Mistake::ALL {
        match failure(column, &scratch.0, Some(name), seconds)? {
            Some(why) => println!("{name}: {why}"),
            None => return Err(format!("nobody sees the mistake {name}")),
        }
    }
    Ok(())
}

/// What shows that the program, compiled with a mistake, is wrong.
fn failure(
    column: Column,
    dir: &Path,
    mistake: Option<&str>,
    seconds: u64,
) -> Result<Option<String>, String> {
    let mut build = column.build();
    build.args(["-o", "a.out", "main.go"]).current_dir(dir);
    if let Some(mistake) = mistake {
        build.args(["--debug", &format!("mistake-{mistake}")]);
    }
    let built = support::run(&mut build, column.build_limit())?;
    if built.status != 0 || built.timed_out {
        return Err(format!("oxigo build: exit status {}\n{}", built.status, built.output));
    }
    let ran = column.run(&mut column.start(&dir.join("a.out"), &[], &[]), seconds)?;
    if ran.status == 0 && ran.output == "wrong: 0\n" {
        return Ok(None);
    }
    let first = ran.output.lines().next().unwrap_or_default();
    Ok(Some(format!("exit status {}{}: {first}", ran.status, if ran.timed_out { ", too long" } else { "" })))
}
