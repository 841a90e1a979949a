//! The shell around the relay's end of an exchange: performs what `shared::sync::relay` asks for and brings back what
//! comes of it. Step 9 of the walk. It decides nothing.

use std::collections::VecDeque;

use shared::protocol::{self, Frame, Refusal, RefusalCode};
use shared::sync::relay::{Effect, Input, Link};

use crate::relay::Relay;
use crate::store::DeviceRecord;

pub mod socket;

/// Answers one frame: the POST.
///
/// # Errors
/// The refusal, when the frame was not handled.
pub async fn answer(relay: &Relay, device: &DeviceRecord, frame: Vec<u8>) -> Result<Vec<u8>, Refusal> {
    relay.heard(device.id);
    let mut link = Link::new(device.rights.clone());
    let done = drive(relay, &mut link, Input::Frame(frame)).await;
    match (done.refusal, done.frames.into_iter().next()) {
        (Some(refusal), _) => Err(refusal),
        (None, Some(frame)) => Ok(frame),
        (None, None) => {
            tracing::error!("a request was neither answered nor refused");
            let detail = "the request was not answered".to_owned();
            Err(Refusal { code: RefusalCode::Internal, detail, retry_after_ms: None })
        }
    }
}

/// What came of an input.
#[derive(Debug, Default)]
pub struct Done {
    /// To be sent, in order.
    pub frames: Vec<Vec<u8>>,
    /// To be sent last; the connection ends with it.
    pub refusal: Option<Refusal>,
}

/// Performs effects until there are none.
pub async fn drive(relay: &Relay, link: &mut Link, input: Input) -> Done {
    let mut done = Done::default();
    let mut effects: VecDeque<Effect> = link.handle(relay.clock().now(), input).into();
    while let Some(effect) = effects.pop_front() {
        let input = match effect {
            Effect::Commit { exchange, batches } => {
                Input::Committed { exchange, acks: relay.push(batches).await }
            }
            Effect::Read { collection, cursor, bytes_max } => {
                match relay.pull(collection, cursor, bytes_max).await {
                    Ok(pull) => Input::Log(pull),
                    Err(error) => {
                        tracing::error!(
                            error = &error as &dyn std::error::Error,
                            "the log could not be read"
                        );
                        Input::ReadFailed
                    }
                }
            }
            Effect::Send(frame) => {
                done.frames.push(frame);
                continue;
            }
            Effect::Refuse(refusal) => {
                done.refusal = Some(refusal);
                break;
            }
        };
        effects.extend(link.handle(relay.clock().now(), input));
    }
    done
}

fn refusal_frame(refusal: Refusal) -> Vec<u8> {
    protocol::encode(&Frame::Refusal(refusal))
}
