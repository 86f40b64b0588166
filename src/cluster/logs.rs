//! Logs of containers: their last lines, or all of them as they come.

use futures::stream::{self, BoxStream};
use futures::{StreamExt as _, TryStreamExt as _};
use http_body_util::BodyExt as _;

use super::call::Call;
use super::error::ApiError;
use super::objects::encode;
use super::request::Cluster;

/// A line of more bytes than this isn't shown: cut, a secret at its end couldn't be
/// told as one.
const LONGEST_LINE: usize = 65_536;

impl Cluster {
    /// The last lines of a container's log, as plain text.
    pub async fn logs(
        &self,
        namespace: &str,
        pod: &str,
        container: &str,
        previous: bool,
        lines: u32,
    ) -> Result<String, ApiError> {
        let path = format!("{}&previous={previous}&tailLines={lines}", log(namespace, pod, container));
        let body = self.call_bytes(&Call { accept: "*/*", ..Call::get(path) }).await?;
        Ok(String::from_utf8_lossy(&body).into_owned())
    }

    /// A container's log from its beginning, line by line, until the container ends.
    /// Where it can't be read (any more), it ends, too.
    pub fn follow_logs(&self, namespace: &str, pod: &str, container: &str) -> BoxStream<'static, String> {
        let (cluster, path) = (self.clone(), format!("{}&follow=true", log(namespace, pod, container)));
        let body = async move { cluster.open(&path).await };
        stream::once(body)
            .filter_map(async |opened| opened.ok())
            .flat_map(|body| {
                let parts = body.into_data_stream().map_err(|_| ());
                let parts = parts.take_while(|part| std::future::ready(part.is_ok()));
                lines(parts.filter_map(async |part| part.ok().map(|part| part.to_vec())))
            })
            .boxed()
    }
}

fn log(namespace: &str, pod: &str, container: &str) -> String {
    format!("/api/v1/namespaces/{namespace}/pods/{pod}/log?container={}", encode(container))
}

/// What comes in parts, line by line; what doesn't end with a line break is a line too.
fn lines(parts: impl futures::Stream<Item = Vec<u8>> + Send + 'static) -> BoxStream<'static, String> {
    let begun = (parts.boxed(), Vec::new(), false);
    let lines = stream::unfold(begun, |(mut parts, mut rest, mut is_over)| async move {
        loop {
            if let Some(end) = rest.iter().position(|&byte| byte == b'\n') {
                let after = rest.split_off(end + 1);
                return Some((text(&rest), (parts, after, is_over)));
            }
            rest.truncate(LONGEST_LINE + 1);
            match parts.next().await {
                Some(part) => rest.extend(part),
                None if is_over || rest.is_empty() => return None,
                None => {
                    is_over = true;
                    rest.push(b'\n');
                }
            }
        }
    });
    lines.boxed()
}

fn text(line: &[u8]) -> String {
    if line.len() > LONGEST_LINE {
        return format!("(a line of more than {LONGEST_LINE} bytes)");
    }
    String::from_utf8_lossy(line).trim_end_matches(['\n', '\r']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lines_are_put_together_from_parts() {
        let parts = ["a\nb", "c\r\n", "", "d"].map(|part| part.as_bytes().to_vec());
        let lines: Vec<String> = lines(stream::iter(parts)).collect().await;
        assert_eq!(lines, ["a", "bc", "d"]);
        let long = vec![vec![b'x'; LONGEST_LINE], vec![b'x'; 10], b"\nend\n".to_vec()];
        let lines: Vec<String> = super::lines(stream::iter(long)).collect().await;
        assert_eq!(lines, ["(a line of more than 65536 bytes)", "end"]);
    }
}
