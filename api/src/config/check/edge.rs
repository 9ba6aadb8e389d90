//! What is wrong with the settings of the edge.

use axum::http::Uri;

use crate::config::{EdgeSettings, Problem};

impl EdgeSettings {
    pub(super) fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let numbers = [
            ("edge.connections", self.connections as u64),
            (
                "edge.connections_per_address",
                self.connections_per_address as u64,
            ),
            ("edge.requests", self.requests as u64),
            ("edge.deadline_seconds", self.deadline_seconds),
        ];
        problems.extend(numbers.into_iter().filter(|(_, number)| *number == 0).map(
            |(setting, _)| {
                let why = "with none, nobody would be answered";
                Problem::new(setting, why, "write 1 or more")
            },
        ));
        for (position, origin) in self.cors_origins.iter().enumerate() {
            if !is_origin(origin) {
                problems.push(Problem::new(
                    format!("edge.cors_origins[{position}]"),
                    "this isn't an origin, and no browser would ever send it",
                    "write scheme and host, as in https://front.example, without a path",
                ));
            }
        }
        if !self.documents_only_for.is_empty() && self.documents_file.is_none() {
            problems.push(Problem::new(
                "edge.documents_only_for",
                "those named could send nothing at all, since there are no trusted documents",
                "name a file in edge.documents_file, or leave this out",
            ));
        }
        for (position, who) in self.documents_only_for.iter().enumerate() {
            if !(who == "anonymous" || who == "everybody" || who.starts_with("user_")) {
                problems.push(Problem::new(
                    format!("edge.documents_only_for[{position}]"),
                    "nobody is called so",
                    "write the id of an account (user_…), anonymous, or everybody",
                ));
            }
        }
        problems
    }
}

fn is_origin(text: &str) -> bool {
    let Ok(uri) = text.parse::<Uri>() else {
        return false;
    };
    let scheme = uri.scheme_str().unwrap_or_default();
    let host = uri.authority().map(ToString::to_string).unwrap_or_default();
    ["http", "https"].contains(&scheme) && text == format!("{scheme}://{host}")
}
