// What a piece of work costs this process: time, CPU, and the CPU of each thread.
use std::collections::BTreeMap;
use std::fs;
use std::time::Instant;

/// Ticks of a second in /proc; the same on every Linux.
const TICKS: f64 = 100.0;

pub struct Start {
    at: Instant,
    cpu: f64,
    threads: BTreeMap<String, f64>,
}

pub fn start() -> Start {
    Start { at: Instant::now(), cpu: cpu_seconds(), threads: thread_seconds() }
}

impl Start {
    /// One JSON object: the cost since `start`, and the amount of work done.
    pub fn report(&self, amount: u64) -> String {
        let seconds = self.at.elapsed().as_secs_f64();
        let cpu = cpu_seconds() - self.cpu;
        let threads: Vec<String> = thread_seconds()
            .iter()
            .map(|(name, now)| {
                let spent = now - self.threads.get(name).unwrap_or(&0.0);
                format!("\"{name}\":{spent:.2}")
            })
            .collect();
        format!(
            "{{\"amount\":{amount},\"seconds\":{seconds:.6},\"cpuSeconds\":{cpu:.6},\"peakMb\":{:.1},\"threads\":{{{}}}}}",
            peak_mebibytes(),
            threads.join(",")
        )
    }
}

/// CPU of this process with its threads, without its children.
fn cpu_seconds() -> f64 {
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    let usage = unsafe {
        assert_eq!(libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr()), 0, "getrusage");
        usage.assume_init()
    };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

/// CPU of the living threads; threads of the same name are added up, the first thread is "main".
fn thread_seconds() -> BTreeMap<String, f64> {
    let mut result = BTreeMap::new();
    let own = std::process::id().to_string();
    for entry in fs::read_dir("/proc/self/task").expect("/proc/self/task").flatten() {
        // A thread may end at any time.
        let Ok(stat) = fs::read_to_string(entry.path().join("stat")) else { continue };
        let (Some(open), Some(close)) = (stat.find('('), stat.rfind(')')) else { continue };
        let main = entry.file_name().to_string_lossy() == own;
        let name = if main { "main" } else { &stat[open + 1..close] };
        let fields: Vec<&str> = stat[close + 2..].split(' ').collect();
        let ticks: f64 = fields[11..13].iter().map(|field| field.parse::<f64>().unwrap_or(0.0)).sum();
        *result.entry(name.to_string()).or_insert(0.0) += ticks / TICKS;
    }
    result
}

fn peak_mebibytes() -> f64 {
    let status = fs::read_to_string("/proc/self/status").expect("/proc/self/status");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("VmHWM");
    line.split_whitespace().nth(1).and_then(|text| text.parse::<f64>().ok()).expect("VmHWM") / 1024.0
}
