//! `--fail-on`: verdicts that a script takes for a failure.

use synfin::{Cause, CloseVerdict, HandshakeVerdict, Seen};

/// Verdicts and causes, any of which fails the run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct FailOn {
    handshakes: Vec<HandshakeVerdict>,
    closes: Vec<CloseVerdict>,
    causes: Vec<Cause>,
}

impl FailOn {
    /// Words with commas between; one that several lists have means all of them, unless it is said which:
    /// `close:simultaneous`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut fail_on = Self::default();
        for word in text.split(',').map(str::trim).filter(|_| !text.is_empty()) {
            let of = |list| match word.split_once(':') {
                Some((said, word)) => (said == list).then_some(word),
                None => Some(word),
            };
            let handshakes =
                of("handshake").and_then(|word| named(HandshakeVerdict::ALL, word, HandshakeVerdict::as_str));
            let closes = of("close").and_then(|word| named(CloseVerdict::ALL, word, CloseVerdict::as_str));
            let causes = of("cause").and_then(|word| named(Cause::ALL, word, Cause::as_str));
            if handshakes.is_none() && closes.is_none() && causes.is_none() {
                return Err(unknown(word));
            }
            fail_on.handshakes.extend(handshakes);
            fail_on.closes.extend(closes);
            fail_on.causes.extend(causes);
        }
        Ok(fail_on)
    }

    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a connection had one of them.
    pub(crate) fn meets(&self, seen: &Seen) -> bool {
        self.handshakes.iter().any(|&verdict| seen.handshake(verdict))
            || self.closes.iter().any(|&verdict| seen.close(verdict))
            || self.causes.iter().any(|&cause| seen.cause(cause))
    }
}

fn named<T: Copy>(all: &[T], word: &str, name: impl Fn(T) -> &'static str) -> Option<T> {
    all.iter().copied().find(|&value| name(value) == word)
}

/// Every word, each list in the order of the contract.
fn words() -> [Vec<&'static str>; 3] {
    [
        HandshakeVerdict::ALL
            .iter()
            .map(|verdict| verdict.as_str())
            .collect(),
        CloseVerdict::ALL.iter().map(|verdict| verdict.as_str()).collect(),
        Cause::ALL.iter().map(|cause| cause.as_str()).collect(),
    ]
}

fn unknown(word: &str) -> String {
    let lists = words();
    let near = lists
        .iter()
        .flatten()
        .map(|known| (strsim::osa_distance(word, known), *known));
    if let Some((_, near)) = near
        .min()
        .filter(|&(distance, known)| distance * 3 <= known.len().max(3))
    {
        return format!("no verdict \"{word}\"; did you mean {near}?");
    }
    let [handshakes, closes, causes] = lists.map(|list| list.join(", "));
    format!("no verdict \"{word}\"; handshake: {handshakes}; close: {closes}; cause: {causes}")
}

#[cfg(test)]
mod tests {
    use super::{FailOn, words};

    #[test]
    fn every_word_is_taken_and_a_wrong_one_is_answered() {
        for word in words().iter().flatten() {
            assert!(!FailOn::parse(word).unwrap().is_empty(), "{word}");
        }
        assert!(FailOn::parse("").unwrap().is_empty());
        let of = |text| FailOn::parse(text).unwrap();
        assert_eq!(
            of("simultaneous"),
            of("handshake:simultaneous,close:simultaneous")
        );
        assert!(FailOn::parse("cause:simultaneous").is_err());
        let error = FailOn::parse("refused,reseet").unwrap_err();
        assert!(error.contains("did you mean reset?"), "{error}");
        let error = FailOn::parse("nonsense").unwrap_err();
        assert!(
            error.contains("handshake: ") && error.contains("refused"),
            "{error}"
        );
    }
}
