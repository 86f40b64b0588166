//! A request before it is sent, and its answer.

use http::Method;
use serde::de::DeserializeOwned;

use super::error::ApiError;

/// A request before it is sent.
pub(super) struct Call<'a> {
    pub method: Method,
    pub path: String,
    pub accept: &'a str,
    pub content_type: &'a str,
    pub body: Vec<u8>,
    /// What the server called the content that is there already: it needn't send
    /// that again.
    pub etag: Option<&'a str>,
}

/// The answer to a call.
pub(super) struct Answer {
    /// What came; nothing if it's the same.
    pub body: Vec<u8>,
    /// What the server calls that content.
    pub etag: Option<String>,
    /// The server would send what is there already.
    pub is_same: bool,
}

impl Call<'_> {
    pub(super) fn get(path: String) -> Self {
        Self {
            method: Method::GET,
            path,
            accept: "application/json",
            content_type: "",
            body: Vec::new(),
            etag: None,
        }
    }

    /// Reads the JSON that came in answer.
    pub(super) fn parse<T: DeserializeOwned>(&self, body: &[u8]) -> Result<T, ApiError> {
        serde_json::from_slice(body)
            .map_err(|error| ApiError::Malformed { request: self.name(), why: error.to_string() })
    }

    /// Verb and path, without the query.
    pub(super) fn name(&self) -> String {
        let path = self.path.split('?').next().unwrap_or_default();
        format!("{} {path}", self.method)
    }
}
