//! `muster init`: founds a bureau and prints its first admin's one-time link.

use std::sync::Arc;

use anyhow::Context;
use shared::domain::Label;
use shared::domain::directory::{Bureau, Officer};
use shared::ids::{BureauId, OfficerId};
use shared::time::Zone;
use shared::trust::rights::Role;

use super::Place;
use crate::clock::SystemClock;
use crate::founding::{self, Charter};

/// What `muster init` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    place: Place,
    /// The bureau's id: small letters, digits and dashes; it is in every signature and cannot be changed later
    #[arg(long)]
    id: String,
    /// The bureau's name in Chinese, as in 巢湖市公安局
    #[arg(long)]
    name: String,
    /// The bureau's name in English; the Chinese one is shown where it is missing
    #[arg(long, default_value = "")]
    name_en: String,
    /// The bureau's time zone, as hours and minutes from UTC
    #[arg(long, default_value = "+08:00", allow_hyphen_values = true)]
    zone: String,
    /// The first admin's name
    #[arg(long)]
    admin: String,
    /// The first admin's badge number
    #[arg(long)]
    badge: String,
    /// The first admin's id in the directory
    #[arg(long, default_value = "admin")]
    admin_id: String,
    /// Where people will reach the relay, as in https://muster.example [default: the settings' `origin`]
    #[arg(long, env = "MUSTER_ORIGIN")]
    origin: Option<String>,
}

/// Founds the bureau.
///
/// # Errors
/// When something given is not good, or there is a bureau in the folder already.
pub(super) fn run(arguments: Arguments) -> anyhow::Result<()> {
    let mut config = arguments.place.settings()?;
    config.origin = arguments.origin.clone().or(config.origin);
    let charter = charter(&arguments)?;
    let founded = founding::found(&config.data, &charter, Arc::new(SystemClock::default()));
    let code = super::runtime()?.block_on(founded)?;
    super::print(&format!(
        "\n{} ({}) is founded in {}.\n\nOne-time link of its first admin, {}, good for 72 hours and one phone. It opens once \
         the relay runs (`muster serve`):\n\n{}",
        charter.bureau.name.zh,
        charter.bureau.id,
        config.data.display(),
        charter.admin.name,
        super::pictured(&super::enrolment(&config, &code.reveal())),
    ));
    Ok(())
}

fn charter(arguments: &Arguments) -> anyhow::Result<Charter> {
    let filled = |what: &str, text: &str| {
        anyhow::ensure!(!text.trim().is_empty(), "{what} is empty");
        Ok(text.trim().to_owned())
    };
    let name = filled("--name", &arguments.name)?;
    Ok(Charter {
        bureau: Bureau {
            id: BureauId::parse(&arguments.id).context("--id is not good")?,
            name: Label::new(&name, arguments.name_en.trim()),
            zone: zone(&arguments.zone).with_context(|| {
                format!("--zone {} is not hours and minutes from UTC, as in +08:00", arguments.zone)
            })?,
        },
        admin: Officer {
            id: OfficerId::parse(&arguments.admin_id).context("--admin-id is not good")?,
            name: filled("--admin", &arguments.admin)?,
            badge: filled("--badge", &arguments.badge)?,
            station: None,
            role: Role::Admin,
        },
    })
}

/// `+08:00` as a zone; the farthest ones that exist are 12 hours behind and 14 ahead of UTC.
fn zone(text: &str) -> Option<Zone> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let two_digits = |text: &str| {
        (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| text.parse::<i16>().ok())?
    };
    let (hours, minutes) = (two_digits(hours)?, two_digits(minutes).filter(|minutes| *minutes < 60)?);
    let offset = sign * (hours * 60 + minutes);
    (-12 * 60..=14 * 60).contains(&offset).then_some(Zone(offset))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_read_as_they_are_written() {
        for (text, minutes) in
            [("+08:00", 480), ("-03:30", -210), ("+00:00", 0), ("+14:00", 840), ("-12:00", -720)]
        {
            assert_eq!(zone(text), Some(Zone(minutes)), "{text}");
        }
        for text in
            ["", "8", "08:00", "+8:00", "+08:60", "+14:01", "-13:00", "+08:0x", "中08:00", "+0800", "++8:00"]
        {
            assert_eq!(zone(text), None, "{text}");
        }
    }
}
