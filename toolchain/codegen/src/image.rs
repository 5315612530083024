//! The tables of the image: functions, lines, stack maps, in the formats of [`reflect::image`].
use crate::CompiledFuncs;
use crate::isa::Compiled;
use ir::profile::shown;
use ir::sig::PartLoc;
use ir::{Func, FuncId, Program, Sig, Ty};
use reflect::image::{Callee, FuncFlags, LineRow};
use reflect::image_writer::{Blobs, Function, Inlined, Tables};

/// Makes the tables. `order`: functions in text order with their offsets.
pub fn tables(program: &Program, funcs: &CompiledFuncs, order: &[(FuncId, u64)], text_len: u64) -> Blobs {
    let mut t = Tables::default();
    for &(id, offset) in order {
        let Some(c) = &funcs[id] else { continue };
        let f = function(program, &program.funcs[id], c, &mut t);
        t.add(Function { entry: offset as u32, ..f });
    }
    t.finish(text_len as u32)
}

fn function(program: &Program, f: &Func, c: &Compiled, t: &mut Tables) -> Function {
    let sig = &program.sigs[f.sig];
    let start = f.pos.full_position();
    let file = t.text(start.file.as_str().as_bytes());
    // Inlined calls that still have instructions, with those around them; numbered from 1 in the image's table.
    let mut number = vec![0u32; f.inlined.len() + 1];
    for l in &c.lines {
        let mut at = l.inl;
        while at != 0 && number[at as usize] == 0 {
            number[at as usize] = 1;
            at = f.inlined[at as usize - 1].parent;
        }
    }
    let mut count = 0;
    for n in number.iter_mut().filter(|n| **n != 0) {
        count += 1;
        *n = count;
    }
    let rows: Vec<LineRow> = c
        .lines
        .iter()
        .map(|l| {
            let p = l.pos.full_position();
            let file = if p.file == start.file { file } else { t.text(p.file.as_str().as_bytes()) };
            LineRow { pc: l.pc, file, line: p.line, inline: number[l.inl as usize] }
        })
        .collect();
    let calls: Vec<Inlined> = f
        .inlined
        .iter()
        .enumerate()
        .filter(|(i, _)| number[i + 1] != 0)
        .map(|(n, i)| {
            let at = i.call_pos.full_position();
            let begin = i.start.full_position();
            let callee = Callee {
                name: t.text(shown(i.name.as_str()).as_bytes()),
                flags: if i.wrapper { FuncFlags::WRAPPER } else { FuncFlags::empty() },
                file: t.text(begin.file.as_str().as_bytes()),
                start_line: begin.line,
            };
            Inlined {
                callee: t.callee(callee),
                call_file: t.text(at.file.as_str().as_bytes()),
                call_line: at.line,
                parent: number[i.parent as usize],
                marker: c.markers.get(n).copied().unwrap_or(0),
            }
        })
        .collect();
    let points = c.safepoints.iter().map(|s| (s.pc, t.map(s.regs, s.words.iter().copied()))).collect();
    let objects = c.objects.iter().map(|o| (o.offset, o.size, t.map(0, o.words.iter().copied()))).collect();
    let args = stack_arg_pointers(sig, program.target.word);
    Function {
        entry: 0,
        size: c.code.len() as u32,
        frame: c.frame,
        args: c.native.map_or(sig.area_size, |n| n.args),
        flags: flags(f, sig) | native_flags(c),
        name: t.text(shown(f.name.as_str()).as_bytes()),
        file,
        start_line: start.line,
        deferreturn: c.deferreturn,
        open_defers: c.open_defers,
        sp: if c.open_defers.is_some() { Vec::new() } else { c.sp.clone() },
        arg_reg_ptrs: arg_reg_pointers(sig),
        args_map: (!args.is_empty()).then(|| t.map(0, args)),
        points,
        objects,
        rows,
        calls,
    }
}

/// What only functions of the user's assembly have.
fn native_flags(c: &Compiled) -> FuncFlags {
    let Some(n) = c.native else { return FuncFlags::empty() };
    let rows = [
        (true, FuncFlags::ASM),
        (n.sp_write, FuncFlags::SPWRITE),
        (!c.sp.is_empty(), FuncFlags::SP_TABLE),
        (n.untyped_locals, FuncFlags::UNTYPED_LOCALS),
        (n.untyped_args, FuncFlags::UNTYPED_ARGS),
    ];
    rows.into_iter().filter(|r| r.0).map(|r| r.1).collect()
}

fn flags(f: &Func, sig: &Sig) -> FuncFlags {
    let rows = [
        (f.flags.wrapper || f.flags.abiwrapper, FuncFlags::WRAPPER),
        (f.flags.abiwrapper, FuncFlags::ABIWRAPPER),
        (f.flags.nosplit, FuncFlags::NOSPLIT),
        (f.flags.topframe, FuncFlags::TOPFRAME),
        (f.flags.deferreturn, FuncFlags::DEFERRETURN),
        (f.flags.systemstack, FuncFlags::SYSTEMSTACK),
        (f.flags.has_defer, FuncFlags::HAS_DEFER),
        (sig.params.is_empty(), FuncFlags::NO_ARGS),
    ];
    rows.into_iter().filter(|r| r.0).fold(FuncFlags::empty(), |a, r| a | r.1)
}

/// Words of the incoming argument area that hold pointers. Results do not count: they are written at the end.
fn stack_arg_pointers(sig: &Sig, word: u32) -> Vec<u32> {
    let mut words = Vec::new();
    for p in &sig.params {
        if let PartLoc::Stack(off) = p.loc {
            words.extend(p.ptrs.iter().map(|w| off / word + w as u32));
        }
    }
    words
}

fn arg_reg_pointers(sig: &Sig) -> u16 {
    let mut bits = 0;
    for p in &sig.params {
        if let PartLoc::Regs(steps) = &p.loc {
            for s in steps.iter().filter(|s| s.ty == Ty::Ptr) {
                bits |= 1 << s.reg;
            }
        }
    }
    bits
}
