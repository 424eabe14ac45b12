//! How an answer ended, where that needs a word and a way on.

use crate::components::erase::{Erase, when};
use leptos::prelude::*;

use crate::components::focus::go_on;
use crate::components::icon::{Icon, IconView};
use crate::components::problem::ProblemView;
use crate::store::Store;
use crate::store::place::Place;
use crate::wire::command::SendMode;
use crate::wire::id::MessageId;
use crate::wire::problem::{Problem, ProblemCode};
use crate::wire::transcript::{AnswerEnd, EndReason};

/// What continues an answer that was cut off.
const CONTINUE: &str = "Continue";

/// How an answer ended; nothing when it is whole.
#[component]
pub fn AnswerEndView(
    /// How.
    end: AnswerEnd,
    /// The turn.
    message: MessageId,
    /// Whether it is the newest.
    is_last: Signal<bool>,
) -> impl IntoView {
    let retry = move || {
        let message = message.clone();
        view! { <WayOut is_last label="Try again" icon=Icon::Retry on_press=move |store| store.regenerate(message.clone()) /> }
    };
    let go_on = move || {
        view! { <WayOut is_last label="Continue" icon=Icon::Send on_press=|store| store.ask(CONTINUE, SendMode::Queue) /> }
    };
    match end.why {
        // Whole, but with something to say: that more was to be found, or that a budget is nearly used up.
        EndReason::Done => end.problem.map(|problem| view! { <ProblemView problem passing=true /> }).erase(),
        EndReason::Stopped => view! {
            <p class="end-note">
                <IconView icon=Icon::Stop />
                "Stopped. What was shown is kept."
            </p>
        }
        .erase(),
        EndReason::Length => view! {
            <div class="end-note">
                <IconView icon=Icon::Warning />
                "Cut off at the model\u{2019}s length limit"
                {go_on()}
            </div>
        }
        .erase(),
        EndReason::Interrupted => view! {
            <div class="end-note">
                <IconView icon=Icon::Warning />
                "The server stopped while this was being written"
                {retry()}
            </div>
        }
        .erase(),
        EndReason::Refused => {
            let problem = end.problem.unwrap_or_else(|| {
                Problem::new(ProblemCode::ModelRefused, "The model declined to answer this")
                    .hint("Put the question another way; what it had begun to write is withdrawn")
            });
            view! { <ProblemView problem ways_out=retry().erase() /> }.erase()
        }
        EndReason::Failed => {
            let problem = end.problem.unwrap_or_else(|| Problem::new(ProblemCode::Internal, "The answer failed"));
            let sign_in = (problem.code == ProblemCode::SignIn).then(|| {
                view! {
                    <a class="text-button" href=Store::get().place.with_untracked(Place::sign_in_path) rel="external">
                        "Sign in again"
                    </a>
                }
            });
            let ways_out = view! {
                {sign_in}
                {retry()}
            };
            view! { <ProblemView problem ways_out=ways_out.erase() /> }.erase()
        }
    }
}

/// A way on, offered under the newest turn only.
#[component]
fn WayOut(
    is_last: Signal<bool>,
    label: &'static str,
    icon: Icon,
    on_press: impl Fn(Store) + Clone + Send + 'static,
) -> impl IntoView {
    let store = Store::get();
    when(
        move || is_last.get(),
        move || {
            let on_press = on_press.clone();
            view! {
                <button type="button" class="text-button" on:click=move |_| {
                    on_press(store);
                    go_on(store, "");
                }>
                    <IconView icon />
                    <span>{label}</span>
                </button>
            }
        },
    )
}
