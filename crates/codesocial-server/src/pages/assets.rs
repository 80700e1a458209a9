//! The files that pages ask for. Each is named by its content, so that browsers keep it for ever:
//! what changes gets another name.

use axum::extract::Path;
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use codesocial_store::hex;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::io::Write as _;
use std::sync::LazyLock;

const FOREVER: &str = "public, max-age=31536000, immutable";

/// The names under which pages find their files.
#[derive(Debug, Serialize)]
pub(super) struct AssetNames {
    icon: &'static str,
    style: &'static str,
    /// Nothing where the program was built without its browser modules.
    script: Option<&'static str>,
    /// The editor of queries, which one page loads.
    editor: Option<&'static str>,
}

struct Asset {
    name: String,
    media_type: &'static str,
    text: &'static str,
    compressed: Vec<u8>,
}

static ICON: LazyLock<Asset> = LazyLock::new(|| {
    Asset::of("icon", "svg", "image/svg+xml", include_str!("../../templates/icon.svg"))
});
static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    Asset::of("style", "css", "text/css; charset=utf-8", include_str!("../../templates/style.css"))
});
static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    let text = include_str!(concat!(env!("OUT_DIR"), "/ui.js"));
    Asset::of("ui", "js", "text/javascript; charset=utf-8", text)
});
static EDITOR: LazyLock<Asset> = LazyLock::new(|| {
    let text = include_str!(concat!(env!("OUT_DIR"), "/editor.js"));
    Asset::of("editor", "js", "text/javascript; charset=utf-8", text)
});

impl Asset {
    fn of(stem: &str, ending: &str, media_type: &'static str, text: &'static str) -> Self {
        let digest = hex(&Sha256::digest(text)[..8]);
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        let written = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
        Self {
            name: format!("{stem}.{digest}.{ending}"),
            media_type,
            text,
            compressed: written.expect("memory takes all that is written"),
        }
    }
}

pub(super) fn names() -> AssetNames {
    let built = |asset: &'static Asset| Some(&*asset.name).filter(|_| !asset.text.is_empty());
    AssetNames {
        icon: &ICON.name,
        style: &STYLE.name,
        script: built(&SCRIPT),
        editor: built(&EDITOR),
    }
}

/// `GET /_assets/{file}`.
pub(crate) async fn asset(Path(file): Path<String>, headers: HeaderMap) -> Response {
    let found = [&*ICON, &*STYLE, &*SCRIPT, &*EDITOR].into_iter().find(|asset| asset.name == file);
    let Some(asset) = found else { return StatusCode::NOT_FOUND.into_response() };
    let mut answer = HeaderMap::new();
    answer.insert(CONTENT_TYPE, HeaderValue::from_static(asset.media_type));
    answer.insert(CACHE_CONTROL, HeaderValue::from_static(FOREVER));
    answer.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    if accepts_gzip(&headers) {
        answer.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        return (answer, asset.compressed.as_slice()).into_response();
    }
    (answer, asset.text).into_response()
}

/// <https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3>
fn accepts_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|coding| {
        let (name, quality) = coding.split_once(';').unwrap_or((coding, ""));
        let quality = quality.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok());
        name.trim().eq_ignore_ascii_case("gzip") && quality.is_none_or(|quality| quality > 0.0)
    })
}
