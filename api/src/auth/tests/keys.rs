//! Which keys are taken from an issuer, and how our own is kept.

use std::path::PathBuf;

use super::*;

fn jwks(keys: &[Value]) -> Result<KeySet, KeysRefused> {
    KeySet::from_jwks(&json!({ "keys": keys }).to_string())
}

#[test]
fn keys_for_other_purposes_are_passed_over() {
    let usable = Signer::p256("sig").jwk;
    let others = [
        with(&Signer::p256("enc").jwk, "use", Some(json!("enc"))),
        with(
            &Signer::p256("wrap").jwk,
            "key_ops",
            Some(json!(["wrapKey"])),
        ),
        with(&Signer::p256("384").jwk, "alg", Some(json!("ES384"))),
        with(&Signer::p256("mac").jwk, "alg", Some(json!("HS256"))),
        with(&Signer::p256("curve").jwk, "crv", Some(json!("secp256k1"))),
        with(&Signer::p256("kidless").jwk, "kid", None),
        json!({ "kty": "AKP", "alg": "ML-DSA-65", "kid": "new", "pub": "AAAA" }),
        json!("not even a key"),
    ];
    for other in &others {
        assert_eq!(
            jwks(std::slice::from_ref(other)).unwrap_err(),
            KeysRefused::Nothing,
            "{other}"
        );
    }
    let mut all = others.to_vec();
    all.push(usable);
    let keys = jwks(&all).unwrap();
    assert!(keys.find("sig").is_some());
    assert!(keys.find("enc").is_none());
}

#[test]
fn key_sets_that_would_be_unsafe_are_refused() {
    let good = Signer::ed25519("one").jwk;
    let private = with(&good, "d", Some(json!("AAAA")));
    let shared = json!({ "kty": "oct", "kid": "s", "k": "c2VjcmV0", "alg": "HS256" });
    let small = json!({ "kty": "RSA", "kid": "r", "n": "x".repeat(171), "e": "AQAB" });
    let bent = with(&good, "x", Some(json!("!")));
    assert_eq!(
        jwks(&[good.clone(), private]).unwrap_err(),
        KeysRefused::Secret
    );
    assert_eq!(
        jwks(&[good.clone(), shared]).unwrap_err(),
        KeysRefused::Secret
    );
    assert_eq!(
        jwks(&[good.clone(), small]).unwrap_err(),
        KeysRefused::SmallRsa
    );
    assert_eq!(jwks(&[bent]).unwrap_err(), KeysRefused::NotAJwkSet);
    assert_eq!(
        jwks(&[good.clone(), good]).unwrap_err(),
        KeysRefused::RepeatedKid
    );
    for text in ["", "[]", "{}", "{\"keys\":1}", "<html>"] {
        assert_eq!(
            KeySet::from_jwks(text).unwrap_err(),
            KeysRefused::NotAJwkSet
        );
    }
}

/// A folder that is gone again when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let name = crate::clock::new_id(&Clock::system()).to_string();
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir(&folder).unwrap();
        Self(folder)
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let file = self.0.join(name);
        std::fs::write(&file, content).unwrap();
        file
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

#[test]
fn keys_come_from_a_file_too() {
    let folder = Folder::new();
    let service = Service::start();
    let file = folder.file("jwks.json", service.key.jwks());
    let mut settings = [IssuerSettings {
        jwks: None,
        jwks_file: Some(file),
        ..trusted(SIGN_IN, String::new())
    }];
    let issuers = Issuers::from_settings(&settings).unwrap();
    let token = service.key.signs(&service.key.header(), &claims());
    issuers.verify(&token, &service.clock).unwrap();

    settings[0].jwks_file = Some(folder.0.join("absent.json"));
    let refused = Issuers::from_settings(&settings).unwrap_err().to_string();
    assert!(
        refused.starts_with("`issuers[0]`: the jwks_file can't be read"),
        "{refused}"
    );
    let one = || trusted(SIGN_IN, service.key.jwks());
    assert!(Issuers::from_settings(&[one(), one()]).is_err());
}

#[cfg(unix)]
#[test]
fn our_key_is_kept_closed_and_found_again() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let file = folder.0.join("signing-key.p8");
    let made = SigningKey::load_or_generate(&file).unwrap();
    let permissions = std::fs::metadata(&file).unwrap().permissions();
    assert_eq!(permissions.mode() & 0o777, 0o600);
    let found = SigningKey::load_or_generate(&file).unwrap();
    assert_eq!(found.kid(), made.kid());
    assert_eq!(found.jwks(), made.jwks());
    assert!(!made.jwks().to_string().contains("\"d\""));
    assert!(format!("{made:?}").contains("[redacted]"));

    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o640)).unwrap();
    assert_eq!(
        SigningKey::load(&file).unwrap_err(),
        SigningKeyError::OpenToOthers
    );
    let nowhere = folder.0.join("no-folder").join("key");
    assert_eq!(
        SigningKey::load(&nowhere).unwrap_err(),
        SigningKeyError::Unreadable
    );
    assert_eq!(
        SigningKey::load_or_generate(&nowhere).unwrap_err(),
        SigningKeyError::Unwritable
    );
}

#[test]
fn pem_is_read_and_other_keys_are_not() {
    // The example of RFC 8410, section 10.3, known to everyone.
    let pem = "-----BEGIN PRIVATE KEY-----\n\
               MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
               -----END PRIVATE KEY-----\n";
    let key = SigningKey::from_pkcs8(pem.as_bytes()).unwrap();
    assert_eq!(
        key.jwks()["keys"][0]["x"],
        "Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE"
    );
    for other in [
        &b""[..],
        b"-----BEGIN PRIVATE KEY-----",
        b"secret",
        &[0x30, 0x2e],
    ] {
        assert_eq!(
            SigningKey::from_pkcs8(other).unwrap_err(),
            SigningKeyError::NotAKey
        );
    }
    let p256 = Signer::p256("k");
    assert_eq!(
        SigningKey::from_pkcs8(p256.private.as_bytes()).unwrap_err(),
        SigningKeyError::NotAKey
    );
}
