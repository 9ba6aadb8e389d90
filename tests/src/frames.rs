//! HTTP/2 in frames written by hand, for what no well-behaved client sends.

use crate::wire::Wire;

/// Kinds of frames (RFC 9113, 6).
pub const DATA: u8 = 0;
/// See [`DATA`].
pub const HEADERS: u8 = 1;
/// See [`DATA`].
pub const RST_STREAM: u8 = 3;
/// See [`DATA`].
pub const SETTINGS: u8 = 4;
/// See [`DATA`].
pub const PING: u8 = 6;
/// See [`DATA`].
pub const CONTINUATION: u8 = 9;
/// The flag of a stream's last frame.
pub const END_STREAM: u8 = 1;
/// The flag of a block of headers' last frame.
pub const END_HEADERS: u8 = 4;
/// The setting of how much of an answer may come unasked.
pub const INITIAL_WINDOW_SIZE: u16 = 4;

/// A frame that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Its kind.
    pub kind: u8,
    /// Its flags.
    pub flags: u8,
    /// Its stream; 0 is the connection.
    pub stream: u32,
    /// What is in it.
    pub payload: Vec<u8>,
}

/// A frame to send.
#[must_use]
pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    let mut bytes = length.to_be_bytes()[1..].to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// What a client sends first, with these settings.
#[must_use]
pub fn greeting(settings: &[(u16, u32)]) -> Vec<u8> {
    let mut payload = Vec::new();
    for (name, value) in settings {
        payload.extend(name.to_be_bytes());
        payload.extend(value.to_be_bytes());
    }
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    bytes.extend(frame(SETTINGS, 0, 0, &payload));
    bytes
}

/// A block of headers: each as it is, none remembered (RFC 7541, 6.2.2). None may be longer than 126
/// bytes.
#[must_use]
pub fn block(headers: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, value) in headers {
        bytes.push(0);
        for text in [name, value] {
            bytes.push(u8::try_from(text.len()).unwrap_or(126));
            bytes.extend(text.as_bytes());
        }
    }
    bytes
}

/// The block of headers of a request.
#[must_use]
pub fn asking(method: &str, path: &str) -> Vec<u8> {
    block(&[
        (":method", method),
        (":scheme", "http"),
        (":authority", "nabij.example"),
        (":path", path),
        ("content-type", "application/json"),
    ])
}

/// A whole request without a body.
#[must_use]
pub fn request(stream: u32, method: &str, path: &str) -> Vec<u8> {
    let flags = END_HEADERS | END_STREAM;
    frame(HEADERS, flags, stream, &asking(method, path))
}

impl Wire {
    /// The next frame; none when the connection is closed.
    pub async fn frame(&mut self) -> Option<Frame> {
        let head = self.peeks(9).await?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let (kind, flags) = (head[3], head[4]);
        let stream = u32::from_be_bytes([head[5] & 0x7f, head[6], head[7], head[8]]);
        let payload = self.peeks(9 + length).await?[9..].to_vec();
        self.takes(9 + length);
        Some(Frame {
            kind,
            flags,
            stream,
            payload,
        })
    }
}
