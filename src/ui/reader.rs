//! Whether anybody still reads standard output.

use std::io;
use std::os::fd::AsFd;
use std::thread;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use tokio::sync::oneshot;

/// Ends once the other end of this pipe is closed, or its terminal is gone. Goes on for
/// ever where there is no other end, as with a file.
pub(super) async fn gone(pipe: impl AsFd + Send + 'static) {
    let (sender, receiver) = oneshot::channel();
    // It ends with the process, if nothing else ends it.
    thread::spawn(move || {
        if is_closed(&pipe).unwrap_or(false) {
            // Nobody may be waiting any more.
            let _ = sender.send(());
        }
    });
    if receiver.await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Waits until it's closed at the other end; `false` where nobody can tell.
fn is_closed(pipe: &impl AsFd) -> io::Result<bool> {
    // Errors and hang-ups are always told.
    let mut watched = [PollFd::new(pipe, PollFlags::empty())];
    loop {
        match poll(&mut watched, None) {
            Ok(_) => return Ok(watched[0].revents().intersects(PollFlags::ERR | PollFlags::HUP)),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_reader_that_goes_away_is_noticed_without_a_write() {
        let (reader, writer) = io::pipe().expect("a pipe");
        let gone = tokio::spawn(gone(writer));
        assert!(!gone.is_finished());
        drop(reader);
        tokio::time::timeout(Duration::from_secs(30), gone).await.expect("an end").expect("no panic");
    }

    #[tokio::test]
    async fn a_file_has_no_reader_that_could_go_away() {
        let file = tempfile::tempfile().expect("a file");
        let waiting = tokio::time::timeout(Duration::from_millis(50), gone(file));
        assert!(waiting.await.is_err());
    }
}
