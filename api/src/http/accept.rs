//! Media types: which of the two a caller wants back, and whether what was sent is JSON.

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE};

/// The media types of the GraphQL-over-HTTP specification for answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/graphql-response+json`: the status says whether the request was executed.
    GraphQl,
    /// `application/json`: 200 for every well-formed request, as older clients expect.
    Json,
}

impl Media {
    /// The `Content-Type` of an answer.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::GraphQl => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }

    fn subtype(self) -> &'static str {
        match self {
            Self::GraphQl => "graphql-response+json",
            Self::Json => "json",
        }
    }
}

/// One range of an `Accept` header.
struct Range<'a> {
    subtype: &'a str,
    /// In thousandths.
    quality: u16,
}

/// The media type for the answer; `None` when the caller takes neither.
///
/// The higher quality wins, by the most specific range that names a type. Between equals the one
/// that is named wins over a wildcard, and `graphql-response+json` when both are named. Who says
/// nothing, or `*/*`, gets `application/json`.
pub(super) fn negotiate(headers: &HeaderMap) -> Option<Media> {
    let mut ranges = Vec::new();
    let mut said = false;
    for header in headers.get_all(ACCEPT) {
        said = true;
        let text = header.to_str().unwrap_or_default();
        ranges.extend(
            split_outside_quotes(text, b',')
                .into_iter()
                .filter_map(range),
        );
    }
    if !said {
        return Some(Media::Json);
    }
    let wanted = |media: Media| {
        let exact = ranges
            .iter()
            .filter(|range| range.subtype == media.subtype());
        let wild = ranges.iter().filter(|range| range.subtype == "*");
        let any = ranges.iter().filter(|range| range.subtype.is_empty());
        let best =
            |ranges: &mut dyn Iterator<Item = &Range<'_>>| ranges.map(|range| range.quality).max();
        best(&mut exact.into_iter())
            .map(|quality| (quality, true))
            .or_else(|| best(&mut wild.into_iter()).map(|quality| (quality, false)))
            .or_else(|| best(&mut any.into_iter()).map(|quality| (quality, false)))
            .filter(|&(quality, _)| quality > 0)
    };
    match (wanted(Media::GraphQl), wanted(Media::Json)) {
        (None, None) => None,
        (Some(_), None) => Some(Media::GraphQl),
        (Some(graphql), Some(json)) if graphql > json || (graphql == json && graphql.1) => {
            Some(Media::GraphQl)
        }
        (_, Some(_)) => Some(Media::Json),
    }
}

/// A range we could serve. The subtype is `*` for `application/*` and empty for `*/*`.
fn range(text: &str) -> Option<Range<'_>> {
    let mut parts = split_outside_quotes(text, b';').into_iter();
    let media = parts.next()?.trim();
    let mut quality = 1000;
    // A semicolon may stand there with nothing after it (RFC 9110, 5.6.6).
    for parameter in parts.filter(|parameter| !parameter.trim().is_empty()) {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches('"');
        if name.trim().eq_ignore_ascii_case("q") {
            quality = thousandths(value)?;
        } else if name.trim().eq_ignore_ascii_case("charset") && !is_utf8(value) {
            return None;
        }
    }
    let (kind, subtype) = media.split_once('/')?;
    let subtype = if kind == "*" && subtype == "*" {
        ""
    } else if !kind.eq_ignore_ascii_case("application") {
        return None;
    } else {
        [Media::GraphQl.subtype(), Media::Json.subtype(), "*"]
            .into_iter()
            .find(|known| known.eq_ignore_ascii_case(subtype))?
    };
    Some(Range { subtype, quality })
}

/// A quality from 0 to 1 with at most three decimals.
pub(super) fn thousandths(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let decimals: u16 = format!("{decimals:0<3}").parse().ok()?;
    match whole {
        "0" => Some(decimals),
        "1" if decimals == 0 => Some(1000),
        _ => None,
    }
}

fn split_outside_quotes(text: &str, separator: u8) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut quoted, mut escaped) = (0, false, false);
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if byte == separator && !quoted => {
                parts.push(&text[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

fn is_utf8(charset: &str) -> bool {
    charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
}

/// Whether the body is JSON in UTF-8 as it is, by what its headers say of it.
pub(super) fn sends_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (Some(only), None) = (types.next(), types.next()) else {
        return false;
    };
    let mut parts = split_outside_quotes(only.to_str().unwrap_or_default(), b';').into_iter();
    let media = parts.next().unwrap_or_default().trim();
    let charset_fits = parts.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            is_utf8(value.trim().trim_matches('"'))
        }
        _ => true,
    });
    let plain = headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .all(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"identity"));
    media.eq_ignore_ascii_case("application/json") && charset_fits && plain
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn accept(values: &[&str]) -> Option<Media> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(ACCEPT, HeaderValue::from_str(value).unwrap());
        }
        negotiate(&headers)
    }

    #[test]
    fn the_accept_header_chooses() {
        use Media::{GraphQl, Json};
        for (values, expected) in [
            (&[][..], Some(Json)),
            (&["*/*"], Some(Json)),
            (&["application/*"], Some(Json)),
            (&["application/json"], Some(Json)),
            (&["application/json; charset=utf-8"], Some(Json)),
            (&["application/json;"], Some(Json)),
            (
                &["application/graphql-response+json; ; q=0.5;"],
                Some(GraphQl),
            ),
            (&["application/json;q"], None),
            (&["application/graphql-response+json"], Some(GraphQl)),
            (
                &["Application/GraphQL-Response+JSON; charset=\"UTF-8\""],
                Some(GraphQl),
            ),
            (
                &["application/graphql-response+json, application/json;q=0.9"],
                Some(GraphQl),
            ),
            (
                &["application/graphql-response+json;q=0.8, application/json;q=0.9"],
                Some(Json),
            ),
            (
                &["application/json, application/graphql-response+json"],
                Some(GraphQl),
            ),
            (
                &[
                    "application/json",
                    "application/graphql-response+json;q=0.999",
                ],
                Some(Json),
            ),
            (&["application/graphql-response+json, */*"], Some(GraphQl)),
            (&["application/json, */*"], Some(Json)),
            (&["application/json;q=0, */*"], Some(GraphQl)),
            (
                &["text/html;x=\",application/json\", */*;q=0.1"],
                Some(Json),
            ),
            (&["text/html, application/xhtml+xml"], None),
            (&["application/json;q=0"], None),
            (&["application/json;charset=latin1"], None),
            (&["application/json;q=2"], None),
            (&[""], None),
        ] {
            assert_eq!(accept(values), expected, "{values:?}");
        }
    }
}
