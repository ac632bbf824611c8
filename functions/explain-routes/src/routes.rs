//! The paths of the API and what each takes. `infra/template.yaml` declares the routes, and a test holds this
//! list against it; a function cannot read the template.

/// Each path, those first that are written out, with the value of its `Allow` header.
pub(crate) const PATHS: [(&str, &str); 44] = [
    ("/v1/cashbacks/{checkout}/approve", "OPTIONS, POST"),
    ("/v1/cashbacks/{checkout}/reject", "OPTIONS, POST"),
    ("/v1/cashbacks/{checkout}/retry", "OPTIONS, POST"),
    ("/v1/cashbacks/{checkout}/write-off", "OPTIONS, POST"),
    ("/v1/checkouts", "GET, HEAD, OPTIONS, POST"),
    ("/v1/checkouts/{checkout}", "GET, HEAD, OPTIONS"),
    ("/v1/checkouts/{checkout}/expire", "OPTIONS, POST"),
    ("/v1/checkouts/{checkout}/refunds", "OPTIONS, POST"),
    ("/v1/dead-letters", "GET, HEAD, OPTIONS"),
    ("/v1/dead-letters/{queue}/discard", "OPTIONS, POST"),
    ("/v1/dead-letters/{queue}/redrive", "OPTIONS, POST"),
    ("/v1/markets/{country}/adjustments", "OPTIONS, POST"),
    ("/v1/markets/{country}/balances", "GET, HEAD, OPTIONS"),
    ("/v1/markets/{country}/campaigns", "GET, HEAD, OPTIONS, POST"),
    ("/v1/markets/{country}/campaigns/simulate", "OPTIONS, POST"),
    ("/v1/markets/{country}/campaigns/{campaign}", "GET, HEAD, OPTIONS, PUT"),
    ("/v1/markets/{country}/campaigns/{campaign}/end", "OPTIONS, POST"),
    ("/v1/markets/{country}/campaigns/{campaign}/pause", "OPTIONS, POST"),
    ("/v1/markets/{country}/campaigns/{campaign}/report", "GET, HEAD, OPTIONS"),
    ("/v1/markets/{country}/campaigns/{campaign}/resume", "OPTIONS, POST"),
    ("/v1/markets/{country}/campaigns/{campaign}/versions", "GET, HEAD, OPTIONS"),
    ("/v1/markets/{country}/ledger.csv", "GET, HEAD, OPTIONS"),
    ("/v1/markets/{country}/match", "GET, HEAD, OPTIONS, POST"),
    ("/v1/markets/{country}/policy", "GET, HEAD, OPTIONS"),
    ("/v1/markets/{country}/policy/resume", "OPTIONS, POST"),
    ("/v1/markets/{country}/policy/screening", "OPTIONS, PUT"),
    ("/v1/markets/{country}/policy/stop", "OPTIONS, POST"),
    ("/v1/markets/{country}/purchases", "GET, HEAD, OPTIONS"),
    ("/v1/markets/{country}/rebuild", "GET, HEAD, OPTIONS"),
    ("/v1/markets/{country}/reviews", "GET, HEAD, OPTIONS"),
    ("/v1/markets/{country}/rollout", "GET, HEAD, OPTIONS, PUT"),
    ("/v1/markets/{country}/statement", "GET, HEAD, OPTIONS"),
    ("/v1/markets/{country}/wallet-consents", "OPTIONS, POST"),
    ("/v1/merchants", "OPTIONS, POST"),
    ("/v1/merchants/{merchant}", "GET, HEAD, OPTIONS"),
    ("/v1/merchants/{merchant}/insiders", "OPTIONS, PUT"),
    ("/v1/merchants/{merchant}/keys", "OPTIONS, POST"),
    ("/v1/merchants/{merchant}/keys/reset", "OPTIONS, POST"),
    ("/v1/merchants/{merchant}/onboarding-link", "OPTIONS, POST"),
    ("/v1/merchants/{merchant}/resume", "OPTIONS, POST"),
    ("/v1/merchants/{merchant}/suspend", "OPTIONS, POST"),
    ("/v1/payers/{phone}/cashback", "GET, HEAD, OPTIONS"),
    ("/v1/statement", "GET, HEAD, OPTIONS"),
    ("/webhooks/stripe", "OPTIONS, POST"),
];

/// The declared path that `path` is one of, and its methods.
pub(crate) fn find(path: &str) -> Option<(&'static str, &'static str)> {
    PATHS.into_iter().find(|(declared, _)| {
        let (mut asked, mut declared) = (path.split('/'), declared.split('/'));
        loop {
            match (asked.next(), declared.next()) {
                (None, None) => return true,
                (Some(asked), Some(declared)) if fits(asked, declared) => {}
                _ => return false,
            }
        }
    })
}

fn fits(part: &str, declared: &str) -> bool {
    if declared.starts_with('{') { !part.is_empty() } else { part == declared }
}
