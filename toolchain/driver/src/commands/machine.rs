//! The machine that qemu makes for a program without an operating system: its devices, what the program is told, and how its status is
//! known.

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use reflect::arch::BareStatus;

use super::{Failure, Target};
use crate::runtime_lib;

/// Adds to the command what makes the machine with the program in it.
pub(super) fn describe(
    command: &mut Command,
    target: &Target,
    exe: &Path,
    args: &[String],
    env: &[(String, String)],
    network: Option<&str>,
) -> Result<(), Failure> {
    let tools = &target.arch.tools;
    command.args(&tools.qemu_system[1..]).args(CONSOLE);
    if tools.bare_status == BareStatus::Line {
        command.arg("-serial").arg(format!("{LINE}{}", beside(exe, "status").display()));
    }
    command.args(virtio(target, network)?).args(cores(target, env)?);
    // What a hosted program finds in its environment.
    let own = SETTINGS.iter().filter_map(|name| Some((name.to_string(), std::env::var(name).ok()?)));
    let env: Vec<_> = own.chain(env.iter().cloned()).collect();
    let line = command_line(args, &env);
    match tools.bare_base {
        0 => command.args(firmware(exe, &line).map_err(Failure::build)?),
        _ => command.arg("-kernel").arg(exe).arg("-append").arg(line),
    };
    Ok(())
}

/// The variable that says how many cores the machine has.
const SMP: &str = "OXIGO_SMP";

/// The machine's cores: one, or as many as are asked for, each a thread of qemu's.
fn cores(target: &Target, env: &[(String, String)]) -> Result<Vec<String>, Failure> {
    let given = env.iter().find(|(name, _)| name == SMP).map(|(_, v)| v.clone());
    let Some(wanted) = given.or_else(|| std::env::var(SMP).ok()) else { return Ok(Vec::new()) };
    let name = target.arch.name;
    let most = if runtime_lib::CORES.contains(&name) { runtime_lib::MOST_CORES } else { 1 };
    match wanted.parse() {
        Ok(1) => Ok(Vec::new()),
        Ok(n) if (1..=most).contains(&n) => {
            Ok(["-smp".into(), n.to_string(), "-accel".into(), "tcg,thread=multi".into()].into())
        }
        _ => Err(Failure::build(format!(
            "oxigo: {SMP}={wanted}: the machine of {target} has 1 to {most} cores"
        ))),
    }
}

/// A file of this process's own beside the program.
fn beside(exe: &Path, what: &str) -> PathBuf {
    let name = exe.file_name().unwrap_or_default().to_string_lossy();
    exe.with_file_name(format!("{name}.{what}.{}", std::process::id()))
}

/// Gives a program to a machine that takes no ELF file of its byte order, as the flat image at 0 that its firmware would be. The file of the
/// firmware itself may have no more than 4 MiB: it has nothing, and the image is laid over it.
fn firmware(exe: &Path, line: &str) -> Result<Vec<String>, String> {
    let (none, image) = (beside(exe, "firmware"), beside(exe, "image"));
    let write = |path: &Path, bytes: &[u8]| {
        std::fs::write(path, bytes).map_err(|e| format!("oxigo: cannot write {}: {e}", path.display()))
    };
    let file = std::fs::read(exe).map_err(|e| format!("oxigo: cannot read {}: {e}", exe.display()))?;
    let (at, room) = runtime_lib::FLAT_LINE;
    let mut flat = flat(&file).filter(|f| f.len() > at + room);
    let bytes = flat.as_mut().ok_or_else(|| format!("oxigo: {} is no such program", exe.display()))?;
    if line.len() >= room {
        return Err(format!("oxigo: arguments and environment take more than {} bytes", room - 1));
    }
    bytes[at..at + line.len()].copy_from_slice(line.as_bytes());
    write(&none, &[0; 4])?;
    write(&image, bytes)?;
    let image = image.display().to_string().replace(',', ",,");
    let loader = format!("loader,file={image},addr=0,force-raw=on");
    Ok(["-bios".into(), none.display().to_string(), "-device".into(), loader].into())
}

/// What an ELF file of words of 8 bytes puts into memory from 0 on.
fn flat(file: &[u8]) -> Option<Vec<u8>> {
    const PT_LOAD: u64 = 1;
    let big = *file.get(5)? == 2;
    let number = |at: usize, size: usize| {
        let part = file.get(at..at + size)?;
        let shift = |(i, b): (usize, &u8)| u64::from(*b) << (8 * if big { size - 1 - i } else { i });
        Some(part.iter().enumerate().map(shift).sum::<u64>())
    };
    let (table, size, count) = (number(32, 8)? as usize, number(54, 2)? as usize, number(56, 2)? as usize);
    let mut image = Vec::new();
    for at in (0..count).map(|i| table + i * size) {
        if number(at, 4)? != PT_LOAD {
            continue;
        }
        let field = |i: usize| Some(number(at + 8 * i, 8)? as usize);
        let (from, to, length) = (field(1)?, field(3)?, field(4)?);
        image.resize(image.len().max(to + length), 0);
        image[to..to + length].copy_from_slice(file.get(from..from + length)?);
    }
    Some(image)
}

/// The machine's virtio devices: randomness, and the network if it is asked for, which is qemu's own, behind which the host is
/// 10.0.2.2. `network`: `HOST:GUEST`, ports of 127.0.0.1 here and of the program; `user`: none.
fn virtio(target: &Target, network: Option<&str>) -> Result<Vec<String>, Failure> {
    let Some((_, ending, more)) = runtime_lib::VIRTIO.iter().find(|(goarch, ..)| *goarch == target.arch.name)
    else {
        return match network {
            None => Ok(Vec::new()),
            Some(_) => Err(Failure::build(format!(
                "oxigo: --network: the machine of {target} has no network device; 127.0.0.1 is there without"
            ))),
        };
    };
    let mut args: Vec<String> = more.iter().map(|a| a.to_string()).collect();
    args.extend(["-device".into(), format!("virtio-rng-{ending}")]);
    let Some(ports) = network else { return Ok(args) };
    let mut own = "user,id=network".to_string();
    for pair in ports.split(',').filter(|p| *p != "user") {
        let numbers =
            pair.split_once(':').and_then(|(h, g)| Some((h.parse::<u16>().ok()?, g.parse::<u16>().ok()?)));
        let Some((host, guest)) = numbers else {
            return Err(Failure::build(format!(
                "oxigo: --network {ports}: {pair:?} is not HOST:GUEST, two ports"
            )));
        };
        own += &format!(",hostfwd=tcp:127.0.0.1:{host}-:{guest}");
    }
    let device = format!("virtio-net-{ending},netdev=network");
    args.extend(["-netdev".into(), own, "-device".into(), device]);
    Ok(args)
}

/// What qemu's argument for the status's line begins with.
const LINE: &str = "file:";

/// Where the machine that a command starts writes the program's status, if it does.
pub fn status_line(command: &Command) -> Option<PathBuf> {
    command.get_args().find_map(|a| Some(a.to_str()?.strip_prefix(LINE)?.into()))
}

/// The program's status, by that of the command that `starter` gave, and by what is in the file of its `status_line`, which is used up.
pub fn status(target: &Target, line: Option<&Path>, code: i32) -> i32 {
    match target.arch.tools.bare_status {
        _ if !target.is_bare() => code,
        BareStatus::Exact => code,
        BareStatus::Doubled => {
            if code % 2 == 1 {
                code / 2
            } else {
                code
            }
        }
        BareStatus::Line => {
            let text = line.and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
            let _ = line.map(std::fs::remove_file);
            // A machine that has written nothing has failed.
            text.trim().parse().unwrap_or(code.max(1))
        }
    }
}

/// The same of a whole status.
pub(super) fn ended(target: &Target, line: Option<&Path>, with: ExitStatus) -> ExitStatus {
    with.code().map_or(with, |code| ExitStatus::from_raw(status(target, line, code) << 8))
}

/// Variables of the environment that the runtime reads.
const SETTINGS: &[&str] = &[
    "GOGC",
    "GOMEMLIMIT",
    "GOMAXPROCS",
    "GODEBUG",
    "GOTRACEBACK",
    "OXIGO_GCSTRESS",
    "OXIGO_NET",
    "OXIGO_GCVERIFY",
    "OXIGO_STACKSTRESS",
];

/// Environment and arguments in one line, as `boards/src/vectors.rs` reads it.
fn command_line(args: &[String], env: &[(String, String)]) -> String {
    let escape = |word: &str| -> String {
        let plain = |b: u8| b.is_ascii_graphic() && b != b'%';
        word.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02x}") }).collect()
    };
    let env = env.iter().map(|(k, v)| escape(&format!("{k}={v}")));
    let words: Vec<String> = env.chain(["--".into()]).chain(args.iter().map(|a| escape(a))).collect();
    words.join(" ")
}

/// How a machine without an operating system is started: its console is ours, and when it stops so does the emulator.
const CONSOLE: [&str; 10] =
    ["-display", "none", "-monitor", "none", "-serial", "stdio", "-no-reboot", "-nodefaults", "-m", "512M"];
