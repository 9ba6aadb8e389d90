//! A connection to the service on which any bytes can be sent, and what came back.

#![expect(
    clippy::missing_panics_doc,
    reason = "in a harness, whatever can't be is a panic, and so a failed test"
)]

use std::time::Duration;

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::timeout,
};

/// Longer than any deadline of the service; who waits longer has found one that isn't kept.
const PATIENCE: Duration = Duration::from_secs(30);

/// A connection.
#[derive(Debug)]
pub struct Wire {
    stream: TcpStream,
    /// What has come in and wasn't taken yet.
    come: Vec<u8>,
}

/// An answer over a connection.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers, names in lower case, as they came.
    pub headers: Vec<(String, String)>,
    /// The body, without the framing.
    pub body: Vec<u8>,
}

impl Reply {
    /// The values of a header, with a comma between them; empty when it isn't there.
    #[must_use]
    pub fn header(&self, name: &str) -> String {
        let values = self.headers.iter().filter(|(known, _)| known == name);
        let values: Vec<&str> = values.map(|(_, value)| value.as_str()).collect();
        values.join(", ")
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; null when it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The code of the first error; empty without one.
    #[must_use]
    pub fn code(&self) -> String {
        let code = self.json()["errors"][0]["extensions"]["code"].clone();
        code.as_str().unwrap_or_default().to_owned()
    }
}

impl Wire {
    /// A new connection to `HOST:PORT`.
    pub async fn to(address: &str) -> Self {
        Self::by(TcpStream::connect(address)).await
    }

    /// The same from another address of this machine, such as 127.0.0.2.
    pub async fn from(own: &str, address: &str) -> Self {
        let own = format!("{own}:0").parse().expect("an address");
        let socket = TcpSocket::new_v4().expect("the system gives a socket");
        socket.bind(own).expect("the address is this machine's");
        let address = address.parse().expect("an address");
        Self::by(socket.connect(address)).await
    }

    async fn by(connecting: impl Future<Output = std::io::Result<TcpStream>>) -> Self {
        let stream = timeout(PATIENCE, connecting).await;
        Self {
            stream: stream
                .expect("the door opens in time")
                .expect("somebody listens"),
            come: Vec::new(),
        }
    }

    /// Sends bytes, as many as are taken: who has answered may have closed already. What comes back
    /// meanwhile is kept.
    pub async fn sends(&mut self, bytes: &[u8]) {
        let (mut back, mut forth) = self.stream.split();
        let mut buffer = vec![0; 16 * 1024];
        let mut writing = std::pin::pin!(timeout(PATIENCE, forth.write_all(bytes)));
        let mut open = true;
        loop {
            tokio::select! {
                _ = &mut writing => return,
                read = back.read(&mut buffer), if open => match read {
                    Ok(count) if count > 0 => self.come.extend_from_slice(&buffer[..count]),
                    _ => open = false,
                },
            }
        }
    }

    /// The next answer; none when the connection is closed without a whole one.
    pub async fn hears(&mut self) -> Option<Reply> {
        loop {
            if let Some((reply, length)) = parse(&self.come, false) {
                self.come.drain(..length);
                // An interim answer says nothing yet.
                if reply.status >= 200 {
                    return Some(reply);
                }
                continue;
            }
            if !self.more().await {
                let (reply, _) = parse(&std::mem::take(&mut self.come), true)?;
                return Some(reply);
            }
        }
    }

    /// Waits until the other side closes; whatever comes before.
    pub async fn is_closed(&mut self) -> Vec<u8> {
        while self.more().await {}
        std::mem::take(&mut self.come)
    }

    /// The next so many bytes, which stay; none when the connection is closed before.
    pub(crate) async fn peeks(&mut self, count: usize) -> Option<&[u8]> {
        while self.come.len() < count {
            if !self.more().await {
                return None;
            }
        }
        self.come.get(..count)
    }

    /// Lets the next so many bytes go.
    pub(crate) fn takes(&mut self, count: usize) {
        self.come.drain(..count);
    }

    /// Reads more; whether there was any.
    async fn more(&mut self) -> bool {
        let mut buffer = vec![0; 16 * 1024];
        let read = timeout(PATIENCE, self.stream.read(&mut buffer)).await;
        match read.expect("the service answers or closes in time") {
            Ok(count) if count > 0 => {
                self.come.extend_from_slice(&buffer[..count]);
                true
            }
            _ => false,
        }
    }
}

/// A whole answer at the beginning of these bytes, and how many it takes.
fn parse(bytes: &[u8], closed: bool) -> Option<(Reply, usize)> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let mut reply = Reply {
        status,
        headers,
        body: Vec::new(),
    };
    let rest = &bytes[end..];
    if status < 200 || status == 204 || status == 304 {
        return Some((reply, end));
    }
    if reply.header("transfer-encoding") == "chunked" {
        let (body, length) = chunked(rest)?;
        reply.body = body;
        return Some((reply, end + length));
    }
    let length = match reply.header("content-length").parse::<usize>() {
        Ok(length) => length,
        Err(_) if closed => rest.len(),
        Err(_) => return None,
    };
    reply.body = rest.get(..length)?.to_vec();
    Some((reply, end + length))
}

/// A whole chunked body, and how many bytes it takes with its framing.
fn chunked(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let (mut body, mut at) = (Vec::new(), 0);
    loop {
        let line = bytes[at..].windows(2).position(|two| two == b"\r\n")?;
        let size = std::str::from_utf8(&bytes[at..at + line]).ok()?;
        let size = usize::from_str_radix(size, 16).ok()?;
        at += line + 2;
        body.extend_from_slice(bytes.get(at..at + size)?);
        at += size + 2;
        if bytes.len() < at {
            return None;
        }
        if size == 0 {
            return Some((body, at));
        }
    }
}
