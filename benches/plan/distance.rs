//! A cluster far away: a proxy that delivers every byte later than it came.
//!
//! Delays add nothing to each other and don't bound how much is under way, as on
//! a real line. A connection costs one round trip of its own before its first
//! byte.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// Starts a proxy to `server` that adds `round_trip` to each round trip. Its
/// address; it runs until the process ends.
pub(crate) fn away(server: SocketAddr, round_trip: Duration) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let Ok(server) = TcpStream::connect(server) else { continue };
            let handshake = Instant::now() + round_trip;
            for stream in [&client, &server] {
                // Where that can't be set the figures show it.
                let _ = stream.set_nodelay(true);
            }
            carry(&client, &server, round_trip / 2, handshake);
            carry(&server, &client, round_trip / 2, handshake);
        }
    });
    address
}

/// Carries what one end says to the other, later, and not before `earliest`
/// with the delay on top.
fn carry(from: &TcpStream, to: &TcpStream, delay: Duration, earliest: Instant) {
    let (Ok(mut from), Ok(mut to)) = (from.try_clone(), to.try_clone()) else { return };
    let (sender, receiver) = mpsc::channel::<(Instant, Vec<u8>)>();
    thread::spawn(move || {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            let due = Instant::now().max(earliest) + delay;
            if sender.send((due, buffer[..count].to_vec())).is_err() {
                return;
            }
        }
    });
    thread::spawn(move || {
        for (due, bytes) in receiver {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if to.write_all(&bytes).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    });
}
