//! Encodes and parses the lines of the bridge. Independent of Tauri.

use serde_json::{json, Value};

/// A parsed line of the sidecar.
#[derive(Debug, PartialEq)]
pub enum Incoming {
    /// The payload of the Tauri event `execution-event`.
    Event(Value),
    /// The answer to the line with this `seq`.
    Answer(u64, Result<Value, String>),
    /// An invalid line or a rejected request without a `seq`.
    Problem(String),
}

/// A command line; `fields` must be an object.
pub fn command(kind: &str, seq: u64, fields: Value) -> String {
    let mut line = fields;
    line["type"] = json!(kind);
    line["seq"] = json!(seq);
    format!("{line}\n")
}

/// Returns `None` for lines that are not used here.
pub fn parse(line: &[u8]) -> Option<Incoming> {
    let mut message: Value = serde_json::from_slice(line).ok()?;
    match message["type"].as_str()? {
        "event" => Some(Incoming::Event(message["payload"].take())),
        "response" => {
            let seq = message["seq"].as_u64()?;
            let error = message["error"]["message"].as_str().map(str::to_owned);
            Some(Incoming::Answer(
                seq,
                error.map_or_else(|| Ok(message["payload"].take()), Err),
            ))
        }
        "error" => {
            let text = message["payload"]["message"].as_str()?;
            Some(Incoming::Problem(text.to_owned()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_one_line() {
        let line = command("cancel", 7, json!({ "id": "a\nb" }));
        assert_eq!(line.matches('\n').count(), 1);
        assert_eq!(
            serde_json::from_str::<Value>(&line).unwrap(),
            json!({ "type": "cancel", "seq": 7, "id": "a\nb" })
        );
    }

    #[test]
    fn an_event_is_parsed_to_its_payload() {
        let line = br#"{"type":"event","payload":{"event_type":"stdout","line":"hi"}}"#;
        let payload = json!({ "event_type": "stdout", "line": "hi" });
        assert_eq!(parse(line), Some(Incoming::Event(payload)));
    }

    #[test]
    fn an_answer_is_a_value_or_an_error_message() {
        let good = br#"{"type":"response","seq":1,"payload":true}"#;
        assert_eq!(parse(good), Some(Incoming::Answer(1, Ok(json!(true)))));
        let bad = br#"{"type":"response","seq":2,"error":{"code":"E","message":"no"}}"#;
        assert_eq!(parse(bad), Some(Incoming::Answer(2, Err("no".into()))));
    }

    #[test]
    fn other_lines_are_ignored() {
        for line in [
            &b"hello"[..],
            b"",
            b"{}",
            br#"{"type":"result","payload":{}}"#,
        ] {
            assert_eq!(parse(line), None);
        }
        let error = br#"{"type":"error","payload":{"message":"why"}}"#;
        assert_eq!(parse(error), Some(Incoming::Problem("why".into())));
    }
}
