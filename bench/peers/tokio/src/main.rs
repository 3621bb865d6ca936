// tokio as a peer of the benchmarks: the same work in Rust, on tokio's default runtime.
//
//   tokio-peer launch CONCURRENCY HEAP_MIB COUNT...   prints the cost of each COUNT launches of /bin/true
//   tokio-peer lines FILE...                          prints the cost of reading the lines of `cat FILE...`
//
// Prints a JSON array. A launch that fails or a pipe that breaks ends the program with a panic.
mod cost;

use std::process::Stdio;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::Command;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("runtime");
    let report = match arguments.split_first() {
        Some((mode, rest)) if mode == "launch" && rest.len() > 2 => runtime.block_on(launch(numbers(rest))),
        Some((mode, files)) if mode == "lines" && !files.is_empty() => runtime.block_on(lines(files)),
        _ => panic!("usage: tokio-peer launch CONCURRENCY HEAP_MIB COUNT... | lines FILE..."),
    };
    println!("{report}");
}

fn numbers(texts: &[String]) -> Vec<u64> {
    texts.iter().map(|text| text.parse().expect("a number")).collect()
}

async fn launch(numbers: Vec<u64>) -> String {
    let concurrency = numbers[0];
    let heap = vec![1u8; (numbers[1] as usize) << 20];
    let mut reports = Vec::new();
    for &count in &numbers[2..] {
        let cost = cost::start();
        launch_many(count, concurrency).await;
        reports.push(cost.report(count));
    }
    // Read here, so that the heap stays allocated until this point.
    assert!(heap.iter().step_by(4096).all(|&byte| byte == 1));
    format!("[{}]", reports.join(","))
}

async fn launch_many(count: u64, concurrency: u64) {
    let left = Arc::new(AtomicI64::new(count as i64));
    let workers: Vec<_> = (0..concurrency.min(count))
        .map(|_| {
            let left = left.clone();
            tokio::spawn(async move {
                while left.fetch_sub(1, Ordering::Relaxed) > 0 {
                    launch_one().await;
                }
            })
        })
        .collect();
    for worker in workers {
        worker.await.expect("a worker");
    }
}

/// Both pipes are read by lines to their ends, while the exit is awaited.
async fn launch_one() {
    let mut child = Command::new("/bin/true")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("/bin/true");
    let out = tokio::spawn(count_lines(child.stdout.take().expect("stdout")));
    let err = tokio::spawn(count_lines(child.stderr.take().expect("stderr")));
    let status = child.wait().await.expect("wait");
    assert!(status.success(), "/bin/true: {status}");
    assert_eq!(out.await.expect("stdout").0 + err.await.expect("stderr").0, 0);
}

async fn lines(files: &[String]) -> String {
    // The first read loads code and files, so it is not measured.
    cat(&files[..1]).await;
    let cost = cost::start();
    let (count, last) = cat(files).await;
    let report = cost.report(count);
    format!("[{},\"last\":\"{last}\"}}]", &report[..report.len() - 1])
}

async fn cat(files: &[String]) -> (u64, String) {
    let mut child = Command::new("cat")
        .args(files)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("cat");
    let result = count_lines(child.stdout.take().expect("stdout")).await;
    let status = child.wait().await.expect("wait");
    assert!(status.success(), "cat: {status}");
    result
}

/// Number of lines, and the last one: each line becomes a `String`, as a program would use it.
async fn count_lines(pipe: impl AsyncRead + Unpin) -> (u64, String) {
    let mut lines = BufReader::new(pipe).lines();
    let mut count = 0;
    let mut last = String::new();
    while let Some(line) = lines.next_line().await.expect("a line") {
        count += 1;
        last = line;
    }
    (count, last)
}
