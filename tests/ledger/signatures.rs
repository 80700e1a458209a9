//! Signatures of requests, of both forms.

use crate::{Proof::Elsewhere, Proof::Story, Row};

const TAMPERED: &str = "../crates/codesocial-signatures/tests/tampered.rs";
const DOCUMENTS: &str = "../crates/codesocial-signatures/tests/documents.rs";
/// What servers send to each other.
const FEDERATION: &str = "federation.rs";

pub(crate) const ROWS: &[Row] = &[
    (
        "HS-01",
        "a POST signed as the draft has it, by RSA, verifies",
        Elsewhere(
            "../crates/codesocial-signatures/tests/semapps.rs",
            "what_a_relay_of_semapps_signs_is_good_and_its_actors",
        ),
    ),
    (
        "HS-02",
        "a POST signed as RFC 9421 has it, by RSA, with its digest, verifies",
        Elsewhere(TAMPERED, "what_is_signed_in_either_form_with_either_kind_of_key_is_good"),
    ),
    (
        "HS-03",
        "a Multikey of Ed25519 verifies",
        Story("signatures.rs", "nobody_is_whom_their_own_documents_do_not_say"),
    ),
    ("HS-04", "what is sent to others is signed", Story(FEDERATION, "what_is_sent_is_signed")),
    (
        "HS-05",
        "the form that a server takes is found out and remembered",
        Story(FEDERATION, "the_form_that_a_server_takes_is_remembered"),
    ),
    (
        "HS-06",
        "without a signature nothing is written",
        Story("signatures.rs", "a_signature_that_is_not_good_is_refused_for_its_reason"),
    ),
    (
        "HS-07",
        "another body is refused",
        Story("signatures.rs", "a_body_is_judged_whole_whatever_it_is"),
    ),
    (
        "HS-08",
        "another digest is refused",
        Elsewhere(TAMPERED, "what_the_headers_say_otherwise_is_refused"),
    ),
    (
        "HS-09",
        "a digest that is missing or not signed is refused",
        Elsewhere(TAMPERED, "a_signature_covers_what_the_request_does"),
    ),
    (
        "HS-10",
        "another key is refused",
        Elsewhere(TAMPERED, "a_key_is_for_its_own_algorithm_whatever_the_header_says"),
    ),
    (
        "HS-11",
        "what is too old, too early or over is refused",
        Elsewhere(TAMPERED, "a_signature_is_of_now"),
    ),
    (
        "HS-12",
        "method, target, host and time are signed, or it is refused",
        Elsewhere(TAMPERED, "a_signature_covers_what_the_request_does"),
    ),
    (
        "HS-13",
        "a signature is good for its own address only, query included",
        Elsewhere(TAMPERED, "what_was_changed_on_the_way_is_refused"),
    ),
    (
        "HS-14",
        "an activity that comes twice takes effect once",
        Story(FEDERATION, "an_activity_takes_effect_once"),
    ),
    (
        "HS-15",
        "a new key is asked for once, and then accepted",
        Story(
            "signatures.rs",
            "a_key_that_changes_is_asked_for_again_and_one_that_is_not_there_is_not",
        ),
    ),
    (
        "HS-16",
        "who holds a key lists it, on the same origin",
        Elsewhere(
            DOCUMENTS,
            "what_claims_to_be_the_key_of_somebody_who_does_not_list_it_is_nobodys",
        ),
    ),
    (
        "HS-17",
        "what people upload makes nobody an actor",
        Story("signatures.rs", "nobody_is_whom_their_own_documents_do_not_say"),
    ),
    (
        "HS-18",
        "weak keys and shared secrets are refused, and the key says the algorithm",
        Elsewhere(TAMPERED, "a_key_is_for_its_own_algorithm_whatever_the_header_says"),
    ),
    (
        "HS-19",
        "the Delete of somebody who is gone is dropped",
        Story(FEDERATION, "who_is_gone_is_dropped_quietly"),
    ),
    (
        "HS-20",
        "one good signature of several is enough",
        Elsewhere(TAMPERED, "one_good_label_is_enough"),
    ),
];
