//! What is drawn, and nothing else: properties come down, callbacks go up. No hooks, no store, no browser here; those
//! are the pages'.

pub mod answer_pad;
pub mod asset_face;
pub mod attachments;
pub mod attention_list;
pub mod board_table;
pub mod card_face;
pub mod choice;
pub mod code_entry;
pub mod event_list;
pub mod fault_panel;
pub mod handled;
pub mod icon;
pub mod inspected;
pub mod install;
pub mod mark;
pub mod meter;
pub mod nav;
pub mod notice;
pub mod pin_field;
pub mod sheet;
pub mod sync_chip;
pub mod thing_card;
pub mod today_list;
pub mod undo_bar;
pub mod untold;
pub mod value_pad;
