//! `concord serve`: runs the node of a home until it is asked to stop.

use super::failure::Failure;
use super::session::Printed;
use crate::clock::{Clock, OffsetClock};
use crate::serve::{Options, start};
use clap::Args;
use std::io::{BufRead, Read};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Notify, oneshot};
use tracing_subscriber::EnvFilter;

/// What `concord serve` needs.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  concord serve --dir /var/lib/concord
  CONCORD_LOG=debug concord serve --dir ./home     # more lines in the log, which goes to standard error

SIGTERM or Ctrl-C: stops after what is in flight. SIGHUP: reads certificates and revocation lists again.
The roster is looked at again by itself.")]
pub struct ServeArgs {
    /// Home of the node, as `concord init` made it.
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// Stop when standard input ends too: for a process that starts nodes and that they must not outlive.
    #[arg(long)]
    pub stop_with_stdin: bool,
    /// Move the clock ahead as lines `ahead DAYS` on standard input say: for the demo, which plays a month in a minute.
    #[arg(long, hide = true, requires = "stop_with_stdin")]
    pub clock_from_stdin: bool,
}

/// Longest line of standard input that says something.
const LINE_BYTES_MAX: u64 = 64;

/// Ends when standard input does, if that is asked for. `clock`: moved as the lines say.
async fn input_ends(asked: bool, clock: Option<OffsetClock>, moved: Arc<Notify>) {
    if !asked {
        return std::future::pending().await;
    }
    let (ended, wait) = oneshot::channel();
    // A thread of its own: it may be reading still when the node has stopped, and must keep nothing from ending.
    std::thread::spawn(move || {
        let mut input = std::io::stdin().lock();
        if let Some(clock) = clock {
            obey(&mut input, &clock, &moved);
        }
        let _whatever_it_says = std::io::copy(&mut input, &mut std::io::sink());
        let _stopped_already = ended.send(());
    });
    let _ended = wait.await;
}

/// Moves the clock as each line says, until there are none. What cannot be read is logged and passed over.
fn obey(input: &mut impl BufRead, clock: &OffsetClock, moved: &Notify) {
    let mut line = Vec::new();
    loop {
        line.clear();
        match input.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line) {
            Ok(0) => return,
            Ok(_) => match days_of(&line) {
                Some(days) => {
                    clock.move_ahead(days);
                    tracing::warn!(days = clock.days_ahead(), "the clock of this node was moved ahead");
                    moved.notify_one();
                }
                None => tracing::warn!("a line of standard input is passed over: it is not `ahead DAYS`"),
            },
            Err(error) => {
                tracing::warn!(%error, "standard input cannot be read");
                return;
            }
        }
    }
}

fn days_of(line: &[u8]) -> Option<u32> {
    std::str::from_utf8(line).ok()?.strip_suffix('\n')?.strip_prefix("ahead ")?.parse().ok()
}

/// Serves until a signal.
///
/// # Errors
/// [`Failure`] when the node does not start, with what to do.
pub async fn run(args: &ServeArgs) -> Result<Printed, Failure> {
    let filter = EnvFilter::try_from_env("CONCORD_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false);
    let _set_already = log.try_init();
    let signals =
        |kind| signal(kind).map_err(|e| Failure::refused(format!("signals cannot be watched: {e}")));
    let (mut terminate, mut interrupt) =
        (signals(SignalKind::terminate())?, signals(SignalKind::interrupt())?);
    let mut hang_up = signals(SignalKind::hangup())?;
    let mut options = Options::default();
    let clock = args.clock_from_stdin.then(OffsetClock::default);
    if let Some(clock) = &clock {
        options.clock = Arc::new(clock.clone());
    }
    let node = start(&args.dir, options).await.map_err(Failure::chain)?;
    let moved = Arc::new(Notify::new());
    let input_ends = input_ends(args.stop_with_stdin, clock, Arc::clone(&moved));
    tokio::pin!(input_ends);
    loop {
        tokio::select! {
            () = &mut input_ends => break,
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
            // whatever waits for a time may be due now
            () = moved.notified() => {
                node.app.courier_bell.notify_one();
                node.app.notify_bell.notify_one();
            }
            _ = hang_up.recv() => match node.reload_certificates() {
                Ok(()) => tracing::info!("certificates read again"),
                Err(error) => tracing::error!(%error, "the new certificates cannot be used; the old ones stay"),
            },
        }
    }
    tracing::info!("stopping");
    node.stop().await.map_err(Failure::chain)?;
    Ok(Printed::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_move_the_clock_on_and_anything_else_is_passed_over() {
        let clock = OffsetClock::default();
        let long = "x".repeat(500);
        let said = format!("ahead 3\n{long}\nahead -1\nback 2\nahead 2\nAHEAD 9\nahead 7\nahead 8");
        obey(&mut said.as_bytes(), &clock, &Notify::new());
        assert_eq!(clock.days_ahead(), 7, "never back, and a line that has not ended says nothing");
    }
}
