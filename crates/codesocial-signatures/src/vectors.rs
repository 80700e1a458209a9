//! The examples of RFC 9421, Appendix B.2, and of the draft, as facts.
//! <https://www.rfc-editor.org/rfc/rfc9421#appendix-B.2>

use crate::key::{Algorithm, KeyError, PublicKey, SigningKey};
use crate::{Claim, Fault, Request, cavage, claims, rfc9421};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use jiff::Timestamp;
use ring::rand::SystemRandom;

const CREATED: i64 = 1_618_884_473;
const RSA_PSS: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2\
    +QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3Ry53mm+oAXjyQ86OnDkZ5N8lYbggD4O3w6M\
    6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHqgDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKAD\
    YdUAAN5WUtzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4aOT9v6d+nb4bnNkQVklL\
    Q3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI2wIDAQAB";
const ED25519: &str = "MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=";
const P256: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lfw0EkjqF7xB4F\
    ivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==";
const ED25519_SECRET: &str = "MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF";

pub(crate) fn pem(der: &str) -> String {
    format!("-----BEGIN PUBLIC KEY-----\n{der}\n-----END PUBLIC KEY-----\n")
}

/// The request of B.2 with a signature: what it claims, and what the rules of this program say.
fn example(input: &str, signature: &str) -> (Claim, Result<Vec<Claim>, Fault>) {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("host", "example.com"),
        ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
        ("content-type", "application/json"),
        (
            "content-digest",
            "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:",
        ),
        ("content-length", "18"),
        ("signature-input", &format!("sig={input}")),
        ("signature", &format!("sig=:{signature}:")),
    ] {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a name");
        headers.insert(name, HeaderValue::from_str(value).expect("a value"));
    }
    let request = Request {
        method: &Method::POST,
        scheme: "https",
        authority: "example.com",
        target: "/foo?param=Value&Pet=dog",
        headers: &headers,
    };
    let mut read = rfc9421::read(&request).expect("dictionaries");
    let now = Timestamp::from_second(CREATED + 60).expect("a time");
    (read.remove(0).expect("a claim"), claims(&request, now))
}

#[track_caller]
fn check(key: &str, input: &str, signature: &str, expected: impl Into<Option<Fault>>) {
    let key = PublicKey::from_pem(&pem(key)).expect("a key");
    let (claim, judged) = example(input, signature);
    assert_eq!(claim.verify(&[key]), Ok(()), "{input}");
    let other = PublicKey::from_multibase("z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK");
    assert_eq!(claim.verify(&[other.expect("a key")]), Err(Fault::Wrong), "{input}");
    assert_eq!(judged.err(), expected.into(), "{input}");
}

#[test]
fn the_signatures_of_the_standard_verify_and_are_enough_where_they_cover_enough() {
    check(
        RSA_PSS,
        "();created=1618884473;keyid=\"test-key-rsa-pss\";nonce=\"b3k2pp5k7z-50gnwp.yemd\"",
        "d2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786U7it++wgGxbtRxf8Udx7zFZsckzXaJMkA7ChG52eSkFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOGdCbzR72rgFWhzx2VjBqJzsPLMIQKhO4DGezXehhWwE56YCE+O6c0mKZsfxVrogUvA4HELjVKWmAvtl6UnCh8jYzuVG5WSb/QEVPnP5TmcAnLH1g+s++v6d4s8m0gCw1fV5/SITLq9mhho8K3+7EPYTU8IU1bLhdxO5Nyt8C8ssinQ98Xw9Q==",
        Fault::Uncovered("@method"),
    );
    check(
        RSA_PSS,
        "(\"@authority\" \"content-digest\" \"@query-param\";name=\"Pet\");created=1618884473;keyid=\"test-key-rsa-pss\";tag=\"header-example\"",
        "LjbtqUbfmvjj5C5kr1Ugj4PmLYvx9wVjZvD9GsTT4F7GrcQEdJzgI9qHxICagShLRiLMlAJjtq6N4CDfKtjvuJyE5qH7KT8UCMkSowOB4+ECxCmT8rtAmj/0PIXxi0A0nxKyB09RNrCQibbUjsLS/2YyFYXEu4TRJQzRw1rLEuEfY17SARYhpTlaqwZVtR8NV7+4UKkjqpcAoFqWFQh62s7Cl+H2fjBSpqfZUJcsIk4N6wiKYd4je2U/lankenQ99PZfB4jY3I5rSV2DSBVkSFsURIjYErOs0tFTQosMTAoxk//0RoKUqiYY8Bh0aaUEb0rQl3/XaVe4bXTugEjHSw==",
        Fault::Uncovered("@method"),
    );
    check(
        RSA_PSS,
        "(\"date\" \"@method\" \"@path\" \"@query\" \"@authority\" \"content-type\" \"content-digest\" \"content-length\");created=1618884473;keyid=\"test-key-rsa-pss\"",
        "bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5p2voTp768ZrCUb38K0fUxN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd7YfW91kE9o/CCoC1xMy7JA1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5fTIztsDZKEgM4cUA==",
        None,
    );
    check(
        ED25519,
        "(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \"content-length\");created=1618884473;keyid=\"test-key-ed25519\"",
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==",
        Fault::Uncovered("@query"),
    );
}

#[test]
fn an_answer_signed_on_a_curve_of_nist_verifies() {
    let base = "\"@status\": 200\n\"content-type\": application/json\n\"content-digest\": sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:\n\"content-length\": 23\n\"@signature-params\": (\"@status\" \"content-type\" \"content-digest\" \"content-length\");created=1618884473;keyid=\"test-key-ecc-p256\"";
    let signature = STANDARD.decode(
        "wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==",
    );
    let (key, signature) =
        (PublicKey::from_pem(&pem(P256)).expect("a key"), signature.expect("it"));
    assert!(key.verifies(Algorithm::EcdsaP256Sha256, base.as_bytes(), &signature));
    assert!(!key.verifies(Algorithm::EcdsaP256Sha256, &base.as_bytes()[1..], &signature));
    assert!(!key.verifies(Algorithm::Ed25519, base.as_bytes(), &signature));
}

#[test]
fn the_key_of_the_standard_makes_the_signature_of_the_standard() {
    let input = "(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \"content-length\");created=1618884473;keyid=\"test-key-ed25519\"";
    let (claim, _) = example(input, "AAAA");
    let secret = STANDARD.decode(ED25519_SECRET).expect("base 64");
    let key = SigningKey::from_pkcs8(&secret).expect("a key");
    let signature = key.sign(&claim.bases[0], &SystemRandom::new()).expect("signed");
    assert_eq!(
        STANDARD.encode(signature),
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
    );
}

/// The draft's examples are signed with a key of 1,024 bits, which is none here.
#[test]
fn what_the_draft_signs_is_what_is_judged_and_its_key_is_too_weak() {
    let mut headers = HeaderMap::new();
    headers.insert("date", HeaderValue::from_static("Sun, 05 Jan 2014 21:31:40 GMT"));
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    let request = Request {
        method: &Method::POST,
        scheme: "https",
        authority: "example.com",
        target: "/foo?param=value&pet=dog",
        headers: &headers,
    };
    let covered = ["(request-target)", "host", "date"].map(str::to_owned);
    let base = cavage::base(&request, &covered, "", [None, None]).expect("all is there");
    let expected = "(request-target): post /foo?param=value&pet=dog\nhost: example.com\n\
        date: Sun, 05 Jan 2014 21:31:40 GMT";
    assert_eq!(String::from_utf8_lossy(&base), expected);
    let weak = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDCFENGw33yGihy92pDjZQhl0C36rPJj+CvfSC8+q28hxA161QFNUd13wuCTUcq0Qd2qsBe/2hFyc2DCJJg0h1L78+6Z4UMR7EOcpfdUE9Hf3m/hs+FUR45uBJeDK1HSFHD8bHKD6kv8FPGfJTotc+2xjJwoYi+1hqp1fIekaxsyQIDAQAB";
    assert_eq!(PublicKey::from_pem(&pem(weak)), Err(KeyError::Weak));
}
