//! A program that is watched as it runs: its output is handed on as it comes, and its time is limited.

use std::io::Read;
use std::process::Command;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use crate::cli::duration;
use crate::scratch;

/// What a test program gets beyond its own time limit, to say where it stands.
const GRACE: Duration = Duration::from_secs(60);

/// When the test program is ended from outside, should it not end itself; `None`: never.
pub(super) fn limit(timeout: &str) -> Option<Duration> {
    let seconds = duration::seconds(timeout).filter(|&s| s > 0.0)?;
    Duration::try_from_secs_f64(seconds).ok().map(|d| d + GRACE)
}

/// Runs a program, its two outputs in one, and hands them on as they come. One that runs for longer than `limit` is killed.
pub(super) fn watch(
    mut command: Command,
    limit: Option<Duration>,
    told: &mut dyn FnMut(&[u8]) -> std::io::Result<()>,
) -> std::io::Result<(std::process::ExitStatus, Vec<u8>)> {
    let (mut reader, writer) = std::io::pipe()?;
    command.stdout(writer.try_clone()?).stderr(writer);
    let _foreground = scratch::foreground();
    let start = Instant::now();
    let mut child = command.spawn()?;
    // The command holds the pipe's other end too.
    drop(command);
    // A thread reads, so that this one can look at the clock. What the program has started may hold the pipe for longer: nobody waits for it
    // after the program was killed.
    let (sender, receiver) = mpsc::channel::<std::io::Result<Vec<u8>>>();
    std::thread::spawn(move || {
        let mut buffer = [0; 1 << 14];
        loop {
            let piece = reader.read(&mut buffer).map(|n| buffer[..n].to_vec());
            let last = piece.as_ref().map_or(true, |p| p.is_empty());
            if sender.send(piece).is_err() || last {
                return;
            }
        }
    });
    let mut all = Vec::new();
    let mut take = |piece: &[u8]| -> std::io::Result<()> {
        all.extend_from_slice(piece);
        told(piece)
    };
    loop {
        let piece = match limit {
            None => receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(limit) => receiver.recv_timeout(limit.saturating_sub(start.elapsed())),
        };
        match piece {
            Ok(piece) => match piece? {
                end if end.is_empty() => break,
                piece => take(&piece)?,
            },
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                child.kill()?;
                take(
                    format!("*** Test killed: ran too long ({}s).\n", start.elapsed().as_secs()).as_bytes(),
                )?;
                break;
            }
        }
    }
    Ok((child.wait()?, all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits() {
        assert_eq!(limit("10m0s"), Some(Duration::from_secs(660)));
        assert_eq!(limit("0"), None);
        assert_eq!(limit("0s"), None);
    }

    /// A program that does not end is killed, and a child of it that still holds its output is not waited for.
    #[test]
    fn too_long() {
        let mut sleeps = Command::new("sh");
        sleeps.args(["-c", "echo begun; sleep 100 & wait"]);
        let (status, output) = watch(sleeps, Some(Duration::from_millis(300)), &mut |_| Ok(())).unwrap();
        assert!(!status.success());
        assert_eq!(String::from_utf8_lossy(&output), "begun\n*** Test killed: ran too long (0s).\n");
    }
}
