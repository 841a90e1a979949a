//! Where a PIN is typed.

use shared::limits::PIN_DIGITS;
use yew::{Html, NodeRef, html};

/// A field for a PIN.
pub fn pin_field(name: &'static str, node: &NodeRef, testid: &'static str) -> Html {
    html! {
        <label class="field">
            <span>{ name }</span>
            <input ref={node} type="password" class="pin" inputmode="numeric" autocomplete="off" maxlength={PIN_DIGITS.to_string()} data-testid={testid} />
        </label>
    }
}
