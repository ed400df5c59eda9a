//! `concord serve`: runs the node of a home until it is asked to stop.

use super::failure::Failure;
use super::session::Printed;
use crate::serve::{Options, start};
use clap::Args;
use std::path::PathBuf;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;
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
}

/// Ends when standard input does, if that is asked for.
async fn input_ends(asked: bool) {
    if !asked {
        return std::future::pending().await;
    }
    let (ended, wait) = oneshot::channel();
    // A thread of its own: it may be reading still when the node has stopped, and must keep nothing from ending.
    std::thread::spawn(move || {
        let _whatever_it_says = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        let _stopped_already = ended.send(());
    });
    let _ended = wait.await;
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
    let node = start(&args.dir, Options::default()).await.map_err(Failure::chain)?;
    let input_ends = input_ends(args.stop_with_stdin);
    tokio::pin!(input_ends);
    loop {
        tokio::select! {
            () = &mut input_ends => break,
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
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
