//! The JavaScript API, called as a page calls it, in a browser (`cargo xtask test wasm`).
#![cfg(target_arch = "wasm32")]

use js_sys::{Array, JSON, Reflect};
use slotscope::js::Playground;
use wasm_bindgen::{JsError, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// A playground, or a failed test with the sentence.
fn open(source: &str) -> Playground {
    done(Playground::new(Some(source.to_owned())))
}

fn done<T>(result: Result<T, JsError>) -> T {
    result.unwrap_or_else(|error| panic!("{}", message(error)))
}

fn message(error: JsError) -> String {
    let message = Reflect::get(&JsValue::from(error), &"message".into()).ok();
    message.and_then(|message| message.as_string()).unwrap_or_default()
}

fn sentence<T>(result: Result<T, JsError>) -> String {
    result.map_or_else(message, |_| "no error".to_owned())
}

/// `at(&view, "lanes.0.figures.errors")`.
fn at(value: &JsValue, path: &str) -> JsValue {
    path.split('.').fold(value.clone(), |value, key| Reflect::get(&value, &key.into()).unwrap_or(JsValue::UNDEFINED))
}

fn lines(value: JsValue) -> Vec<String> {
    Array::from(&value).iter().filter_map(|line| line.as_string()).collect()
}

#[wasm_bindgen_test]
fn a_command_is_answered_as_redis_cli_answers() {
    let mut run = done(Playground::new(None));
    let reply = lines(done(run.exec("SET user:1 Alice EX 60", None)));
    assert_eq!(reply.last().map(String::as_str), Some("OK"), "{reply:?}");
    let reply = lines(done(run.exec("GET user:1", Some("redis".to_owned()))));
    assert_eq!(reply.last().map(String::as_str), Some("\"Alice\""), "{reply:?}");
    let reply = lines(done(run.exec("NOSUCH", None)));
    assert!(reply.concat().contains("unknown command"), "{reply:?}");
    assert_eq!(sentence(run.exec("ls", Some("bash".to_owned()))), "A console is one of redis, aws, sim.");
}

#[wasm_bindgen_test]
fn time_advances_and_a_view_says_what_is_to_be_seen() {
    let mut run = open("seed 3\nlanes cache-aside");
    done(run.advance(1.5));
    assert_eq!(run.now(), 1_500_000_000);
    done(run.advance_to(2_000_000_000));
    let view = done(run.view());
    assert_eq!(at(&view, "nowNs").as_f64(), Some(2e9));
    assert_eq!(at(&view, "fingerprint").as_string(), Some(run.fingerprint()));
    assert_eq!(at(&view, "lanes.length").as_f64(), Some(1.0));
    assert_eq!(at(&view, "lanes.0.nodes.length").as_f64(), Some(6.0));
    assert_eq!(at(&view, "lanes.0.nodes.0.name").as_string().as_deref(), Some("0001-001"));
    assert_eq!(at(&view, "lanes.0.nodes.0.health").as_string().as_deref(), Some("online"));
    assert!(at(&view, "lanes.0.nodes.0.replicaOf").is_null());
    assert!(at(&view, "lanes.0.figures.operationsPerSecond").as_f64() > Some(0.0));
    assert!(JSON::stringify(&view).is_ok(), "a view is plain data");
}

#[wasm_bindgen_test]
fn a_link_opens_the_same_run_at_the_same_moment() {
    let mut run = open("#s=failover&seed=8");
    done(run.advance(3.0));
    done(run.exec("SET a 1", None));
    done(run.act("sim> kill 0001-001"));
    done(run.advance(2.0));
    let again = open(&done(run.link()));
    assert_eq!((again.now(), again.fingerprint(), again.scenario()), (run.now(), run.fingerprint(), run.scenario()));
    let shown = |run: &Playground| JSON::stringify(&done(run.transcript(None))).ok().and_then(|json| json.as_string());
    assert_eq!(shown(&again), shown(&run));
}

#[wasm_bindgen_test]
fn what_goes_wrong_is_an_error_with_a_sentence() {
    assert_eq!(
        sentence(Playground::new(Some("#s=fail".to_owned()))).split('.').next(),
        Some("There is no scene \"fail\"")
    );
    assert_eq!(
        sentence(Playground::new(Some("seed 1\nshards 91".to_owned()))),
        "Line 2: The number of shards is 91; allowed: 1 to 90."
    );
    let mut run = open("#");
    assert_eq!(sentence(run.advance(-1.0)), "Time advances by a number of seconds that is not negative.");
    assert_eq!(sentence(run.advance(f64::NAN)), "Time advances by a number of seconds that is not negative.");
    assert_eq!(sentence(run.advance(3_601.0)), "A run lasts 3600 simulated seconds at most.");
    assert_eq!(sentence(run.act("kill 0001-001")), "A line begins with its console: redis> , aws> or sim> .");
    assert_ne!(sentence(run.act("sim> nonsense")), "no error");
}
