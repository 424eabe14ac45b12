//! Which model answers, what it can, and in which dialect its server is spoken with.

use std::time::Duration;

use super::driver::Agent;
use crate::server::anthropic::{Error, Features, Model, Profile};

/// How long the model's server may take to say what the model can; the built-in table knows enough without it.
const LOOK_UP_PATIENCE: Duration = Duration::from_secs(8);

/// How the dialect is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProfileChoice {
    /// It is this one.
    Fixed(Profile),
    /// Anthropic's for Claude, and where the server describes the model as Anthropic's does; else the compatible one
    /// with these features.
    Probe(Features),
}

/// A model and the dialect of its server.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// What the model can.
    pub model: Model,
    /// The dialect.
    pub profile: Profile,
}

impl ProfileChoice {
    /// The dialect, when the server said this of the model: whether it describes it as Anthropic's does, or nothing.
    fn decide(self, model: &str, is_anthropics: Option<bool>) -> Profile {
        match self {
            Self::Fixed(profile) => profile,
            // Also behind a proxy that names it `anthropic/claude-…` and lists no models.
            Self::Probe(_) if model.contains("claude") || is_anthropics == Some(true) => Profile::Anthropic,
            Self::Probe(features) => Profile::Compatible(features),
        }
    }
}

impl Agent {
    /// What the model can. Where its server does not say, what the built-in table knows; the next run asks again,
    /// unless the server has no such answer at all.
    pub(super) async fn choose(&self) -> Chosen {
        let id = &self.settings.model;
        let choice = self.settings.profile;
        let unknown = || Chosen { model: Model::known(id), profile: choice.decide(id, None) };
        let asked = self.model.get_or_try_init(|| async {
            let asked = tokio::time::timeout(LOOK_UP_PATIENCE, self.client.model(id)).await;
            match asked.map_err(|_elapsed| "no answer in time".to_owned())? {
                Ok((model, is_anthropics)) => {
                    // An alias stays what was configured: a server may name the dated model behind it.
                    let model = Model { id: id.clone(), ..model };
                    Ok(Chosen { model, profile: choice.decide(id, Some(is_anthropics)) })
                }
                Err(error) if has_no_answer(&error) && matches!(unknown().profile, Profile::Compatible(_)) => {
                    Ok(unknown())
                }
                Err(error) => Err(error.problem().message),
            }
        });
        match asked.await {
            Ok(chosen) => chosen.clone(),
            Err(problem) => {
                tracing::debug!(problem, "the model's abilities are taken from the built-in table");
                unknown()
            }
        }
    }
}

/// Whether asking again would bring the same: the server knows no such address.
fn has_no_answer(error: &Error) -> bool {
    error.api().is_some_and(|failure| matches!(failure.status, 404 | 405 | 501))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claude_is_anthropics_and_others_are_when_they_say_so() {
        let probe = ProfileChoice::Probe(Features::default());
        let compatible = Profile::Compatible(Features::default());
        assert_eq!(probe.decide("anthropic/claude-haiku-5-5", None), Profile::Anthropic);
        assert_eq!(probe.decide("stand-in", Some(true)), Profile::Anthropic);
        assert_eq!(probe.decide("qwen3", Some(false)), compatible);
        assert_eq!(probe.decide("qwen3", None), compatible);
        assert_eq!(ProfileChoice::Fixed(compatible).decide("claude-haiku-5-5", Some(true)), compatible);
    }
}
