//! Go in a program of tokio's, in the three ways there are: goroutines whose end wakes a task, Go code on tokio's threads for
//! blocking work, and a Go channel as a stream. What it prints is checked by the toolchain's tests.

use oxigo_host::GoError;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinSet, spawn_blocking};

mod work {
    oxigo_host::include_go!("work");
}

/// Starts a goroutine and waits for it as tasks wait: no thread stands still.
async fn start(n: isize) -> Result<String, String> {
    let (send, receive) = oneshot::channel();
    let send = std::sync::Mutex::new(Some(send));
    work::start(n, move |text, error| {
        let answer = error.0.map_or(Ok(text), Err);
        if let Some(send) = send.lock().unwrap().take() {
            let _ = send.send(answer);
        }
    })
    .map_err(|e| e.to_string())?;
    receive.await.map_err(|e| e.to_string())?
}

/// What a Go channel brings, as a channel of tokio's.
fn stream(n: isize) -> Result<mpsc::Receiver<isize>, GoError> {
    let primes = work::primes(n)?;
    let (send, receive) = mpsc::channel(16);
    spawn_blocking(move || {
        while let Ok(Some(p)) = primes.receive() {
            if send.blocking_send(p).is_err() {
                break;
            }
        }
    });
    Ok(receive)
}

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut tasks = JoinSet::new();
    (0..100).for_each(|n| drop(tasks.spawn(start(n))));
    let done = tasks.join_all().await;
    let errors: Vec<&String> = done.iter().filter_map(|r| r.as_ref().err()).collect();
    println!("{} tasks, {} errors: {}", done.len(), errors.len(), errors[0]);

    let mut primes = stream(100)?;
    let mut sum = 0;
    while let Some(p) = primes.recv().await {
        sum += p;
    }
    println!("primes below 100: {sum}");

    // Calls that are over soon may be made where tasks run; handles go from thread to thread.
    let room = work::new_room()?;
    let mut tasks = JoinSet::new();
    for n in 0..50 {
        let room = room.clone();
        tasks.spawn(async move { room.enter(&format!("guest {}", n % 20)).map(drop) });
    }
    tasks.join_all().await.into_iter().collect::<Result<(), _>>()?;
    println!("room: {}", room.enter("host")?);

    // Others not.
    let computed = spawn_blocking(|| (work::compute(5_000_000), work::compute(-1))).await?;
    println!("computed: {computed:?}");
    Ok(())
}
