//! The demo's query editor: GraphiQL, its people and its sample queries, at `/`.
//!
//! Only `demo` mounts these routes: the people's tokens are in the page's data. The files come from
//! `api/assets/graphiql` (its README says how to renew them) and are part of the binary. To add one,
//! name it in `FILES` and load it from `index.html`.

use axum::Router;
use axum::body::Bytes;
use axum::http::HeaderName;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::IntoResponse;
use axum::routing::get;

/// Scripts and styles only from here, and requests only to here. The one hash is the style with which
/// `GraphiQL` keeps the page from scrolling while a dialog is open.
const POLICY: &str = "default-src 'none'; script-src 'self'; \
     style-src 'self' 'sha256-Y/huXlwoYkVyQlxwSVcCi1RCDGDCSVBzDt0hYP9qlTc='; \
     img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'";

/// Fixed until the binary changes, and large: kept by the browser for a day.
const KEEP: &str = "public, max-age=86400";
/// Ours, changing with every release: asked for each time.
const ASK_AGAIN: &str = "no-cache";
/// Holds tokens: kept nowhere.
const NEVER_KEEP: &str = "no-store";

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";
const JSON: &str = "application/json";

/// The page that `/` answers with.
const INDEX: &[u8] = include_bytes!("../../assets/graphiql/index.html");

/// One file of the page.
struct File {
    path: &'static str,
    content_type: &'static str,
    cache: &'static str,
    bytes: &'static [u8],
}

macro_rules! file {
    ($name:literal, $content_type:expr, $cache:expr, $source:literal) => {
        File {
            path: concat!("/assets/graphiql/", $name),
            content_type: $content_type,
            cache: $cache,
            bytes: include_bytes!(concat!("../../assets/graphiql/", $source)),
        }
    };
}

/// What the page loads, and the licences of what was taken over.
static FILES: [File; 7] = [
    file!("explorer.js", SCRIPT, ASK_AGAIN, "explorer.js"),
    file!("explorer.css", STYLE, ASK_AGAIN, "explorer.css"),
    file!("graphiql.min.js", SCRIPT, KEEP, "vendor/graphiql.min.js"),
    file!("graphiql.min.css", STYLE, KEEP, "vendor/graphiql.min.css"),
    file!(
        "react.production.min.js",
        SCRIPT,
        KEEP,
        "vendor/react.production.min.js"
    ),
    file!(
        "react-dom.production.min.js",
        SCRIPT,
        KEEP,
        "vendor/react-dom.production.min.js"
    ),
    file!("LICENSES.txt", TEXT, KEEP, "vendor/LICENSES.txt"),
];

/// The routes of the query editor: `/`, `/assets/graphiql/…`, `/demo/people.json` and
/// `/demo/samples.json`.
///
/// `people_json` is a list of `{name, role, about, token}`; `samples_json` a list of
/// `{title, query, variables, as}`, of which the last two may be absent. Both are handed to the
/// browser as they are.
pub fn routes(people_json: String, samples_json: String) -> Router {
    let index = || async { answer(HTML, ASK_AGAIN, Bytes::from_static(INDEX)) };
    FILES
        .iter()
        .fold(Router::new().route("/", get(index)), |router, file| {
            let handler = || async {
                answer(
                    file.content_type,
                    file.cache,
                    Bytes::from_static(file.bytes),
                )
            };
            router.route(file.path, get(handler))
        })
        .merge(data("/demo/people.json", people_json))
        .merge(data("/demo/samples.json", samples_json))
}

/// A route that answers with `json` as it stands.
fn data(path: &str, json: String) -> Router {
    let json = Bytes::from(json);
    Router::new().route(path, get(|| async move { answer(JSON, NEVER_KEEP, json) }))
}

fn answer(content_type: &'static str, cache: &'static str, body: Bytes) -> impl IntoResponse {
    let headers: [(HeaderName, &'static str); 5] = [
        (CONTENT_TYPE, content_type),
        (CACHE_CONTROL, cache),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
    ];
    (headers, body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use axum::http::{HeaderMap, Method, Request, StatusCode};
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;

    const PEOPLE: &str = r#"[{"name":"Rosa","role":"AMBASSADOR","about":"","token":"t"}]"#;
    const SAMPLES: &str = r#"[{"title":"Who am I?","query":"{ viewer { id } }"}]"#;

    async fn ask(method: Method, path: &str) -> (StatusCode, HeaderMap, Bytes) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .body(Body::empty())
            .unwrap();
        let response = routes(PEOPLE.into(), SAMPLES.into())
            .oneshot(request)
            .await
            .unwrap();
        let (parts, body) = response.into_parts();
        (
            parts.status,
            parts.headers,
            body.collect().await.unwrap().to_bytes(),
        )
    }

    /// The values of `src="…"` and `href="…"` in the page that point into this service.
    fn links(page: &str) -> Vec<&str> {
        page.split('"')
            .filter(|part| part.starts_with('/'))
            .collect()
    }

    #[tokio::test]
    async fn the_page_loads_only_what_is_served_here() {
        let (status, headers, body) = ask(Method::GET, "/").await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(headers[CONTENT_TYPE], HTML);
        let page = str::from_utf8(&body).unwrap();

        let links = links(page);
        assert_eq!(links.len(), 6, "four scripts and two styles: {links:?}");
        for link in links {
            let (status, headers, body) = ask(Method::GET, link).await;
            assert_eq!(status, StatusCode::OK, "{link}");
            let expected = match link.rsplit_once('.') {
                Some((_, "js")) => SCRIPT,
                _ => STYLE,
            };
            assert_eq!(headers[CONTENT_TYPE], expected, "{link}");
            assert!(body.len() > 500, "{link} holds something");
        }
        assert!(!page.contains("://"), "nothing comes from elsewhere");
    }

    #[tokio::test]
    async fn no_script_is_inline_and_the_policy_forbids_it() {
        let (_, headers, body) = ask(Method::GET, "/").await;
        let policy = headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("script-src 'self';"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");

        let page = str::from_utf8(&body).unwrap();
        for script in page.split("<script").skip(1) {
            let (tag, rest) = script.split_once('>').unwrap();
            assert!(tag.contains(" src=\"/"), "<script{tag}>");
            assert!(rest.starts_with("</script>"), "<script{tag}> has no text");
        }
        assert!(!page.contains("style="), "styles are in the style sheet");
    }

    #[tokio::test]
    async fn people_and_samples_arrive_as_given_and_are_not_kept() {
        for (path, expected) in [
            ("/demo/people.json", PEOPLE),
            ("/demo/samples.json", SAMPLES),
        ] {
            let (status, headers, body) = ask(Method::GET, path).await;
            assert_eq!(status, StatusCode::OK, "{path}");
            assert_eq!(headers[CONTENT_TYPE], JSON, "{path}");
            assert_eq!(headers[CACHE_CONTROL], NEVER_KEEP, "{path}");
            assert_eq!(body, expected, "{path}");
        }
    }

    #[tokio::test]
    async fn everything_is_read_only_and_unknown_files_are_not_found() {
        assert_eq!(
            ask(Method::POST, "/").await.0,
            StatusCode::METHOD_NOT_ALLOWED
        );
        for path in [
            "/assets/graphiql/renew",
            "/assets/graphiql/../Cargo.toml",
            "/demo/tokens.json",
        ] {
            assert_eq!(
                ask(Method::GET, path).await.0,
                StatusCode::NOT_FOUND,
                "{path}"
            );
        }
    }
}
