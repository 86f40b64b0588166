//! The `trueup` program.

use std::process::ExitCode;

/// Half of the time of a large plan is allocation.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(trueup::run(std::env::args_os()).code())
}
