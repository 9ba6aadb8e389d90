//! gzip, for whoever takes it. Nobody's answer is refused because of its encoding: what they asked for
//! may have been done already, and RFC 9110 (12.5.3) lets it go out as it is.

use std::convert::Infallible;

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{HeaderMap, HeaderValue, header::ACCEPT_ENCODING},
    response::Response,
};
use futures_util::FutureExt;
use http_body_util::BodyExt;
use tower::{Layer, ServiceExt, service_fn};
use tower_http::{
    CompressionLevel,
    compression::{
        CompressionLayer, Predicate,
        predicate::{NotForContentType, SizeAbove},
    },
};

use super::accept::thousandths;

/// What is smaller isn't worth the work, in bytes: it fills one packet anyway.
const SMALL: u64 = 1024;

/// Packs what is larger than a packet, for whoever [`settled`] has found to take gzip.
pub(super) fn packing() -> CompressionLayer<impl Predicate> {
    let large = SizeAbove::new(SMALL)
        .and(NotForContentType::IMAGES)
        .and(NotForContentType::SSE);
    CompressionLayer::new().compress_when(large)
}

/// The request with what it wants decided: `Accept-Encoding` is `gzip` or isn't there.
pub(super) async fn settled(mut request: Request) -> Request {
    let gzip = takes_gzip(request.headers());
    let headers = request.headers_mut();
    headers.remove(ACCEPT_ENCODING);
    if gzip {
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    }
    request
}

/// Whether the answer is best sent as gzip: it is taken, and nothing else is preferred.
pub(super) fn takes_gzip(headers: &HeaderMap) -> bool {
    let [mut gzip, mut identity, mut any] = [None; 3];
    let ranges = headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    for range in ranges {
        let (coding, quality) = range.split_once(';').unwrap_or((range, "q=1"));
        let quality = quality.trim().strip_prefix(['q', 'Q']);
        let Some(quality) = quality
            .and_then(|rest| rest.trim_start().strip_prefix('='))
            .and_then(|number| thousandths(number.trim()))
        else {
            continue;
        };
        match coding.trim().to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => gzip = Some(quality),
            "identity" => identity = Some(quality),
            "*" => any = Some(quality),
            _ => {}
        }
    }
    let gzip = gzip.or(any).unwrap_or(0);
    gzip > 0 && gzip >= identity.unwrap_or(0)
}

/// The same bytes as gzip; none when they can't be packed at once.
pub(super) fn packed(bytes: &Bytes) -> Option<Bytes> {
    let whole = bytes.clone();
    let plain = service_fn(move |_: Request| {
        let answer = Response::new(Body::from(whole.clone()));
        async move { Ok::<_, Infallible>(answer) }
    });
    let packing = CompressionLayer::new().quality(CompressionLevel::Best);
    let mut asked = Request::new(Body::empty());
    let gzip = HeaderValue::from_static("gzip");
    asked.headers_mut().insert(ACCEPT_ENCODING, gzip);
    let packed = async {
        let Ok(answer) = packing.layer(plain).oneshot(asked).await;
        answer.into_body().collect().await.ok()
    };
    // What is in memory needs no waiting for.
    packed
        .now_or_never()
        .flatten()
        .map(http_body_util::Collected::to_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_for_whoever_takes_it() {
        for (accepted, gzip) in [
            ("gzip", true),
            ("GZIP", true),
            ("x-gzip", true),
            ("br, gzip", true),
            ("gzip;q=0.5", true),
            ("gzip; q=0.5 , br", true),
            ("*", true),
            ("br;q=1, *;q=0.1", true),
            ("identity;q=0, gzip", true),
            ("identity;q=0.5, gzip;q=0.5", true),
            ("", false),
            ("br", false),
            ("identity", false),
            ("identity;q=0", false),
            ("*;q=0", false),
            ("gzip;q=0", false),
            ("gzip;q=0, *", false),
            ("identity, gzip;q=0.5", false),
            ("gzip;q=7", false),
            ("gzip;zebra7", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_str(accepted).unwrap());
            assert_eq!(takes_gzip(&headers), gzip, "{accepted}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }

    #[test]
    fn what_is_packed_is_shorter() {
        let bytes = Bytes::from("a neighbourhood ".repeat(1_000));
        let packed = packed(&bytes).unwrap();
        assert!(packed.len() * 20 < bytes.len() && packed.starts_with(b"\x1f\x8b"));
    }
}
