//! A sentence for every way that something can fail, in both languages: what happened, what is safe, what to do.
//! The codes are `shared::api::problem`'s, the relay's refusals, and those of `link::Problem`.

use crate::i18n::Words;

/// What people are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sentence {
    /// What happened.
    pub happened: &'static str,
    /// What is safe.
    pub safe: &'static str,
    /// What to do.
    pub to_do: &'static str,
}

/// The sentence of a code. A code that this version does not know has one, too.
pub fn sentence(words: Words, code: &str) -> Sentence {
    let w = words;
    let kept = w.safe_kept();
    let (happened, safe, to_do) = match code {
        "enrolment-code-unknown" => (w.code_unknown(), w.safe_nothing_changed(), w.code_unknown_do()),
        "enrolment-code-used" => (w.code_used(), w.safe_nothing_changed(), w.code_new_do()),
        "enrolment-code-expired" => (w.code_expired(), w.safe_nothing_changed(), w.code_new_do()),
        "enrolment-code-other" => (w.code_other(), w.safe_nothing_changed(), w.code_other_do()),
        "offline" => (w.offline_happened(), kept, w.offline_do()),
        "crypto-missing" => (w.crypto_missing(), w.safe_nothing_changed(), w.crypto_missing_do()),
        "already-enrolled" => (w.already_enrolled(), kept, w.already_enrolled_do()),
        "not-enrolled" => (w.not_enrolled(), kept, w.not_enrolled_do()),
        "storage-full" => (w.storage_full(), w.storage_full_safe(), w.storage_full_do()),
        "storage-failed" => (w.storage_failed(), w.storage_full_safe(), w.storage_failed_do()),
        "core-stopped" => (w.core_stopped(), w.core_stopped_safe(), w.core_stopped_do()),
        "round-unknown" | "item-unknown" => (w.round_unknown(), kept, w.round_unknown_do()),
        "answer-unfit" | "note-too-long" => (w.answer_unfit(), w.safe_nothing_changed(), w.answer_unfit_do()),
        "required-open" => (w.required_open(), kept, w.required_open_do()),
        "handing-unfit" => (w.handing_unfit(), w.safe_nothing_changed(), w.handing_unfit_do()),
        "not-yours" => (w.not_yours(), kept, w.not_yours_do()),
        "no-right" => (w.no_right(), kept, w.no_right_do()),
        "no-session" | "challenge-expired" | "signature-invalid" | "device-unknown" => {
            (w.no_session(), kept, w.no_session_do())
        }
        "receipt-forged" => (w.receipt_forged(), kept, w.receipt_forged_do()),
        "device-revoked" => (w.device_revoked(), kept, w.device_revoked_do()),
        "certificate-invalid" | "certificate-expired" => (w.certificate_bad(), kept, w.certificate_bad_do()),
        "photo-unreadable" => (w.photo_unreadable(), w.photo_safe(), w.photo_unreadable_do()),
        "photo-full" => (w.photo_full(), w.photo_safe(), w.photo_full_do()),
        "too-many-photos" => (w.photo_many(), w.photo_safe(), w.photo_many_do()),
        "memo-unreadable" => (w.memo_unreadable(), w.photo_safe(), w.memo_unreadable_do()),
        "microphone-refused" => (w.microphone_refused(), w.photo_safe(), w.microphone_refused_do()),
        "microphone-missing" => (w.microphone_missing(), w.photo_safe(), w.microphone_missing_do()),
        "gone-on" => (w.gone_on(), kept, w.gone_on_do()),
        "not-whole" => (w.not_whole(), w.safe_nothing_changed(), w.not_whole_do()),
        "bundle-empty" => (w.bundle_empty(), kept, w.bundle_empty_do()),
        "bundle-no-key" => (w.bundle_no_key(), kept, w.bundle_no_key_do()),
        "bundle-no-room" => (w.bundle_no_room(), w.bundle_safe(), w.bundle_no_room_do()),
        "bundle-unreadable" => (w.bundle_unreadable(), w.bundle_safe(), w.bundle_unreadable_do()),
        "bundle-truncated" => (w.bundle_truncated(), w.bundle_safe(), w.bundle_again_do()),
        "bundle-damaged" => (w.bundle_damaged(), w.bundle_safe(), w.bundle_again_do()),
        "bundle-too-large" => (w.bundle_too_large(), w.bundle_safe(), w.bundle_unreadable_do()),
        "bundle-foreign" => (w.bundle_foreign(), w.bundle_safe(), w.bundle_foreign_do()),
        "bundle-unproven" => (w.bundle_unproven(), w.bundle_safe(), w.bundle_unproven_do()),
        "line-unfit" => (w.line_unfit(), w.safe_nothing_changed(), w.line_unfit_do()),
        "pin-wrong" => (w.pin_wrong(), w.safe_nothing_changed(), w.pin_wrong_do()),
        "pin-wait" => (w.pin_wait(), w.safe_nothing_changed(), w.pin_wait_do()),
        "pin-unfit" => (w.pin_unfit(), w.safe_nothing_changed(), w.pin_unfit_do()),
        "pin-missing" => (w.pin_missing(), w.safe_nothing_changed(), w.pin_missing_do()),
        "pin-differs" => (w.pin_differs(), w.safe_nothing_changed(), w.pin_differs_do()),
        "body-too-slow" => (w.line_slow(), kept, w.busy_do()),
        "busy" => (w.busy(), kept, w.busy_do()),
        "version-unknown" => (w.version_unknown(), kept, w.version_unknown_do()),
        _ => (w.failed_somehow(), kept, w.failed_somehow_do()),
    };
    Sentence { happened, safe, to_do }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Language;

    #[test]
    fn every_code_has_three_sentences_in_both_languages() {
        let unknown = sentence(Words::default(), "something-new");
        for code in [
            "enrolment-code-unknown",
            "enrolment-code-used",
            "enrolment-code-expired",
            "enrolment-code-other",
            "line-unfit",
            "pin-wrong",
            "pin-wait",
            "pin-unfit",
            "pin-missing",
            "pin-differs",
            "offline",
            "crypto-missing",
            "already-enrolled",
            "not-enrolled",
            "storage-full",
            "storage-failed",
            "core-stopped",
            "round-unknown",
            "item-unknown",
            "answer-unfit",
            "required-open",
            "not-yours",
            "no-right",
            "no-session",
            "receipt-forged",
            "device-revoked",
            "certificate-invalid",
            "certificate-expired",
            "gone-on",
            "not-whole",
            "busy",
            "body-too-slow",
            "version-unknown",
            "photo-unreadable",
            "photo-full",
            "too-many-photos",
            "memo-unreadable",
            "microphone-refused",
            "microphone-missing",
            "bundle-empty",
            "bundle-no-key",
            "bundle-no-room",
            "bundle-unreadable",
            "bundle-truncated",
            "bundle-damaged",
            "bundle-too-large",
            "bundle-foreign",
            "bundle-unproven",
        ] {
            assert_ne!(sentence(Words::default(), code), unknown, "{code}");
            for language in [Language::Chinese, Language::English] {
                let Sentence { happened, safe, to_do } = sentence(Words(language), code);
                assert!([happened, safe, to_do].iter().all(|text| !text.is_empty()), "{code}");
            }
        }
    }
}
