//! Telling an image that can't be had from a network that is out of order, by
//! the message of the container runtime: the kubelet has no field for it.

/// What registries and runtimes (containerd, CRI-O, cri-dockerd) say, in lower
/// case, of an image that may not be had.
const DENIED: [&str; 8] = [
    "unauthorized",
    "authentication required",
    "authorization failed",
    "no basic auth credentials",
    "access denied",
    "resource is denied",
    "denied:",
    "forbidden",
];

/// What they say of an image that isn't there.
const MISSING: [&str; 8] = [
    "not found",
    "manifest unknown",
    "manifest_unknown",
    "name unknown",
    "name_unknown",
    "does not exist",
    "invalid reference format",
    "no match for platform",
];

/// Why an image can't be pulled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PullFault {
    /// It may not be had, or it isn't there: some registries don't tell which.
    Denied,
    /// It isn't there.
    Missing,
    /// Perhaps something that passes.
    Passing,
}

/// Whether the message says that this image can't be had, whatever the
/// network does.
pub(super) fn is_final(message: &str, image: &str) -> bool {
    pull_fault(message, image) != PullFault::Passing
}

/// What the message says of this image. The image's own name is left out of
/// consideration.
pub fn pull_fault(message: &str, image: &str) -> PullFault {
    let mut message = message.to_lowercase();
    for name in names(&image.to_lowercase()) {
        message = message.replace(name, "");
    }
    let says = |texts: &[&str]| texts.iter().any(|text| message.contains(text));
    match (says(&DENIED), says(&MISSING)) {
        (true, _) => PullFault::Denied,
        (false, true) => PullFault::Missing,
        (false, false) => PullFault::Passing,
    }
}

/// The image, also without its tag or digest, if that leaves enough of a name
/// not to be a word of the message.
fn names(image: &str) -> impl Iterator<Item = &str> {
    let repository = image.split('@').next().unwrap_or(image);
    let repository = match repository.rsplit_once(':') {
        Some((before, tag)) if !tag.contains('/') => before,
        _ => repository,
    };
    [image, repository].into_iter().filter(|name| name.contains(['/', ':', '@']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_that_do_not_exist_or_may_not_be_pulled_are_final() {
        for message in [
            // containerd
            r#"failed to pull and unpack image "docker.io/library/nginx:nope": failed to resolve reference "docker.io/library/nginx:nope": docker.io/library/nginx:nope: not found"#,
            r#"failed to resolve reference "docker.io/acme/web:1": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed"#,
            r#"failed to resolve reference "ghcr.io/acme/web:1": failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://ghcr.io/token: 401 Unauthorized"#,
            r"unexpected status from HEAD request to https://registry.example/v2/web/manifests/1: 403 Forbidden",
            r"no match for platform in manifest: not found",
            // CRI-O
            r"reading manifest nope in docker.io/library/nginx: manifest unknown",
            r"reading manifest 1 in docker.io/acme/web: requested access to the resource is denied",
            // the kubelet, repeating them
            r#"Back-off pulling image "nginx:nope": ErrImagePull: rpc error: code = NotFound desc = docker.io/library/nginx:nope: not found"#,
        ] {
            assert!(is_final(message, "nginx:nope"), "{message}");
        }
    }

    #[test]
    fn a_network_out_of_order_is_not_final() {
        for message in [
            r#"failed to do request: Head "https://registry.example/v2/web/manifests/1": dial tcp: lookup registry.example: no such host"#,
            r"dial tcp 10.0.0.1:443: connect: connection refused",
            r"net/http: TLS handshake timeout",
            r"429 Too Many Requests: toomanyrequests: You have reached your pull rate limit",
            r"unexpected status from GET request to https://registry.example/v2/: 503 Service Unavailable",
            r#"Back-off pulling image "web:1""#,
            r"context deadline exceeded",
        ] {
            assert!(!is_final(message, "registry.example/web:1"), "{message}");
        }
    }

    #[test]
    fn the_name_of_an_image_is_no_error_message() {
        let image = "registry.example/forbidden/unauthorized:1";
        let message = format!("Back-off pulling image \"{image}\": ErrImagePull: {image}: i/o timeout");
        assert!(!is_final(&message, image));
        let resolved = "Head \"https://registry.example/forbidden/unauthorized@sha256:ab\": i/o timeout";
        assert!(!is_final(resolved, "registry.example/forbidden/unauthorized:1"));
    }
}
