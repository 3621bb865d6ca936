//! Runs the engine as a sidecar, forwards its events to the window as `execution-event`, and provides
//! the commands of the crate to the window.

mod bridge;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Mutex;

use bridge::Incoming;
use serde_json::{json, Value};
use tauri::path::BaseDirectory;
use tauri::{AppHandle, Emitter, Manager, RunEvent, State};
use tauri_plugin_shell::process::{CommandChild, CommandEvent};
use tauri_plugin_shell::ShellExt;
use tokio::sync::oneshot;

type Answer = Result<Value, String>;

#[derive(Default)]
struct Engine {
    sidecar: Mutex<Option<CommandChild>>,
    pending: Mutex<HashMap<u64, oneshot::Sender<Answer>>>,
    last_seq: AtomicU64,
}

impl Engine {
    async fn call(&self, kind: &str, fields: Value) -> Answer {
        let seq = self.last_seq.fetch_add(1, Ordering::Relaxed) + 1;
        let (sender, receiver) = oneshot::channel();
        self.pending.lock().unwrap().insert(seq, sender);
        let line = bridge::command(kind, seq, fields);
        let written = match self.sidecar.lock().unwrap().as_mut() {
            Some(child) => child
                .write(line.as_bytes())
                .map_err(|error| error.to_string()),
            None => Err("the engine has ended".to_owned()),
        };
        if let Err(error) = written {
            self.pending.lock().unwrap().remove(&seq);
            return Err(error);
        }
        receiver
            .await
            .unwrap_or_else(|_| Err("the engine has ended".to_owned()))
    }

    fn answer(&self, seq: u64, answer: Answer) {
        if let Some(sender) = self.pending.lock().unwrap().remove(&seq) {
            // The caller may have gone.
            let _ = sender.send(answer);
        }
    }

    /// Closes the standard input of the bridge, which then ends its executions. Pending calls fail.
    fn close(&self) {
        self.sidecar.lock().unwrap().take();
        self.pending.lock().unwrap().clear();
    }
}

/// Runs every command that the window sends. An application that shows untrusted content must check
/// the request here.
#[tauri::command]
async fn execute_command(engine: State<'_, Engine>, request: Value) -> Result<String, String> {
    let fields = json!({ "request": request, "output": "batches", "result": false });
    let payload = engine.call("execute", fields).await?;
    Ok(payload["id"].as_str().unwrap_or_default().to_owned())
}

#[tauri::command]
async fn get_execution_status(engine: State<'_, Engine>, id: String) -> Answer {
    engine.call("get_status", json!({ "id": id })).await
}

#[tauri::command]
async fn get_execution_result(engine: State<'_, Engine>, id: String) -> Answer {
    engine.call("get_result", json!({ "id": id })).await
}

#[tauri::command]
async fn cancel_execution(engine: State<'_, Engine>, id: String) -> Answer {
    engine.call("cancel", json!({ "id": id })).await
}

/// Node.js is the sidecar; the package is one of the resources.
fn start(app: &AppHandle) -> Result<(), Box<dyn std::error::Error>> {
    let program = app
        .path()
        .resolve("engine/dist/cli/main.js", BaseDirectory::Resource)?;
    let (mut events, child) = app
        .shell()
        .sidecar("engine-node")?
        .args([
            &*program.to_string_lossy(),
            "bridge",
            "--set",
            "max_queued_executions=1000",
        ])
        .spawn()?;
    *app.state::<Engine>().sidecar.lock().unwrap() = Some(child);
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        while let Some(event) = events.recv().await {
            match event {
                CommandEvent::Stdout(line) => handle_line(&app, &line),
                CommandEvent::Stderr(line) => {
                    eprintln!("{}", String::from_utf8_lossy(&line).trim_end())
                }
                CommandEvent::Terminated(_) => app.state::<Engine>().close(),
                _ => {}
            }
        }
    });
    Ok(())
}

fn handle_line(app: &AppHandle, line: &[u8]) {
    match bridge::parse(line) {
        Some(Incoming::Event(payload)) => {
            // Fails if there is no window.
            let _ = app.emit("execution-event", payload);
        }
        Some(Incoming::Answer(seq, answer)) => app.state::<Engine>().answer(seq, answer),
        Some(Incoming::Problem(message)) => eprintln!("bridge: {message}"),
        None => {}
    }
}

pub fn run() {
    tauri::Builder::default()
        .plugin(tauri_plugin_shell::init())
        .manage(Engine::default())
        .invoke_handler(tauri::generate_handler![
            execute_command,
            get_execution_status,
            get_execution_result,
            cancel_execution
        ])
        .setup(|app| start(app.handle()))
        .build(tauri::generate_context!())
        .expect("the application could not be built")
        .run(|app, event| {
            if let RunEvent::Exit = event {
                app.state::<Engine>().close();
            }
        });
}
