//! E-mail addresses as this application accepts them. Never here: sending mail.

/// An address of plausible form, trimmed. Whether it exists only a message to it can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email(String);

/// The text is not of the form `name@host`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Use an e-mail address such as name@example.org.")]
pub struct EmailError;

impl Email {
    /// One `@` with something on both sides, no blanks or control characters, 3 to 254 characters (RFC 5321).
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        let text = text.trim();
        let (name, host) = text.rsplit_once('@').ok_or(EmailError)?;
        let plausible = !name.is_empty()
            && !host.is_empty()
            && !host.starts_with('.')
            && !host.ends_with('.')
            && text.chars().count() <= 254
            && !text.chars().any(|letter| letter.is_whitespace() || letter.is_control());
        if plausible { Ok(Self(text.to_owned())) } else { Err(EmailError) }
    }

    /// The address as given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plausible_addresses_are_accepted_and_trimmed() {
        for text in ["a@b", " name.more+tag@example.org ", "\"odd@name\"@example.org", "ü@exämple.org"] {
            assert_eq!(Email::parse(text).unwrap().as_str(), text.trim());
        }
    }

    #[test]
    fn implausible_ones_are_refused() {
        let long = format!("{}@example.org", "a".repeat(250));
        for text in ["", "name", "@host", "name@", "a b@host", "name@.host", "name@host.", "a\0@host", &long]
        {
            assert_eq!(Email::parse(text), Err(EmailError), "{text:?}");
        }
    }
}
