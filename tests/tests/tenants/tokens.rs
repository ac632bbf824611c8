//! What stands in the `Authorization` header.

use kembali_local::issuer::Issuer;

use crate::dice::Dice;
use crate::world::World;

/// Who a request says it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// A key of the caller's own that works.
    Own(String),
    /// An operator's, valid.
    Operator(String),
    /// Nothing that opens anything. What it is, and the whole header.
    Invalid(&'static str, Option<String>),
}

impl Token {
    /// The header.
    pub(crate) fn header(&self) -> Option<String> {
        match self {
            Self::Own(token) | Self::Operator(token) => Some(format!("Bearer {token}")),
            Self::Invalid(_, header) => header.clone(),
        }
    }

    /// For the count.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Own(_) => "own key",
            Self::Operator(_) => "operator",
            Self::Invalid(kind, _) => kind,
        }
    }
}

/// A token that opens nothing, made of what tenants have.
pub(crate) fn invalid(dice: &mut Dice, world: &World) -> Token {
    let now = world.town.now();
    let tenant = dice.pick(&world.tenants);
    let other = dice.pick(&world.tenants);
    let live = tenant.live.last().unwrap();
    let secret = live.rsplit('_').next().unwrap();
    let operator = |issuer: &str, audience: &str, key: &str, age: i64| {
        let operator = Issuer::new(issuer.to_owned(), vec![audience.to_owned()], key.as_bytes());
        format!("Bearer {}", operator.token("operator", now - age, 3_600).unwrap())
    };
    let (issuer, audience, key) = ("https://example.com/", "kembali-operator", "local-operator-key");
    let (kind, header) = match dice.roll(14) {
        0 => ("none", None),
        1 => ("garbage", Some("Bearer nonsense".to_owned())),
        2 => ("garbage", Some("Bearer".to_owned())),
        3 => ("garbage", Some(format!("Basic {live}"))),
        4 => ("garbage", Some(format!("Bearer{live}"))),
        5 => ("garbage", Some(format!("Bearer {}", live.to_uppercase()))),
        6 => ("garbage", Some(format!("Bearer {live},Bearer {}", other.live.last().unwrap()))),
        7 => ("nobody's key", Some("Bearer kmb_mch_aaaaaaaaaaaaaaaa_secret".to_owned())),
        8 | 9 => ("old key", Some(format!("Bearer {}", dice.pick(&tenant.dead)))),
        10 if tenant.shop.id != other.shop.id => {
            ("mixed key", Some(format!("Bearer kmb_{}_{secret}", other.shop.id)))
        }
        11 => ("expired operator", Some(operator(issuer, audience, key, 3_600))),
        12 => ("foreign operator", Some(operator("https://evil.example/", audience, key, 0))),
        13 => ("foreign operator", Some(operator(issuer, audience, "guess", 0))),
        _ => ("foreign operator", Some(operator(issuer, "another-api", key, 0))),
    };
    Token::Invalid(kind, header)
}
