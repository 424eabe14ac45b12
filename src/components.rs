//! What the page is made of. Components read the store and dispatch to it; none touches the socket.

pub mod banner;
pub mod chat_history;
pub mod chat_input;
pub mod chat_message;
pub mod connection_state;
pub mod conversation_list;
pub mod copy_button;
pub mod elapsed;
pub mod erase;
pub mod focus;
pub mod format;
pub mod icon;
pub mod keyboard_sheet;
pub mod live_region;
pub mod markdown;
pub mod pending_question;
pub mod problem;
pub mod rail;
pub mod stage_header;
pub mod status_pill;
pub mod theme_switch;
pub mod toasts;
pub mod tool_card;
pub mod welcome;
pub mod work_group;
