//! Why there is no connection to somebody else.

use rustls::CertificateError;

/// In a few words, from the errors below reqwest's.
pub fn reason(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        return "it does not answer";
    }
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = next {
        match error.downcast_ref::<rustls::Error>() {
            Some(rustls::Error::InvalidCertificate(why)) => return certificate_reason(why),
            Some(_) => return "it does not speak TLS as expected",
            None => {}
        }
        let io = error.downcast_ref::<std::io::Error>();
        match io.map(std::io::Error::kind) {
            Some(std::io::ErrorKind::ConnectionRefused) => return "nothing listens there",
            Some(std::io::ErrorKind::NetworkUnreachable | std::io::ErrorKind::HostUnreachable) => {
                return "there is no way to that network";
            }
            _ => {}
        }
        if error.to_string().starts_with("dns error") {
            return "its name is not known to DNS";
        }
        // An I/O error names the source of the error it wraps, not that error itself.
        let wrapped = io.and_then(|io| io.get_ref()).map(|inner| inner as &(dyn std::error::Error + 'static));
        next = wrapped.or_else(|| error.source());
    }
    "the connection cannot be made"
}

/// Why a certificate is not accepted.
fn certificate_reason(why: &CertificateError) -> &'static str {
    match why {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "its certificate has expired",
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "its certificate is for another name"
        }
        _ => "its certificate is not trusted here",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_are_refused_for_their_own_reasons() {
        for (why, words) in [
            (CertificateError::Expired, "has expired"),
            (CertificateError::NotValidYet, "is not valid yet"),
            (CertificateError::NotValidForName, "is for another name"),
            (CertificateError::UnknownIssuer, "is not trusted here"),
        ] {
            assert!(certificate_reason(&why).ends_with(words), "{why:?}");
        }
    }
}
