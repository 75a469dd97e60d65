//! The geo group: sorted sets whose scores are places.

use std::cmp::Ordering;

use super::sorted_set::zadd;
use crate::engine::EventClass;
use crate::engine::call::{Call, Propagation};
use crate::engine::error::Error;
use crate::engine::geohash::{self, Extent, MAX_LATITUDE, MAX_LONGITUDE, Place, Shape};
use crate::engine::number;
use crate::engine::partial_sort::partial_sort;
use crate::engine::value::{Bounds, Data, Limits, ScoreRange, SortedSetValue};
use crate::resp::{Bytes, Value};

/// The sorted set under a key, to read.
fn read<'a>(call: &'a mut Call<'_>, key: &Bytes) -> Result<Option<&'a SortedSetValue>, Error> {
    match call.lookup_read(key) {
        Some(Data::SortedSet(value)) => Ok(Some(value)),
        Some(_) => Err(Error::WrongType),
        None => Ok(None),
    }
}

/// Argument `at` as a float, or this error.
fn float(call: &Call<'_>, at: usize, otherwise: Error) -> Result<f64, Error> {
    number::parse_f64(call.arg(at)).ok_or(otherwise)
}

/// Arguments `at` and the next as a place.
fn place(call: &Call<'_>, at: usize) -> Result<Place, Error> {
    let (longitude, latitude) = (float(call, at, Error::NotFloat)?, float(call, at + 1, Error::NotFloat)?);
    if longitude.abs() > MAX_LONGITUDE || latitude.abs() > MAX_LATITUDE {
        return Err(Error::Owned(format!("ERR invalid longitude,latitude pair {longitude:.6},{latitude:.6}")));
    }
    Ok(Place { longitude, latitude })
}

/// Metres of the unit that argument `at` names.
fn unit(call: &Call<'_>, at: usize) -> Result<f64, Error> {
    match call.arg(at).to_ascii_lowercase().as_slice() {
        b"m" => Ok(1.0),
        b"km" => Ok(1_000.0),
        b"ft" => Ok(0.3048),
        b"mi" => Ok(1_609.34),
        _ => Err(Error::Text("ERR unsupported unit provided. please use M, KM, FT, MI")),
    }
}

/// A distance as it is told: with four places, a half rounded to the even one.
fn distance_text(distance: f64) -> Value {
    let scaled = libm::rint(distance * 10_000.0) as u64;
    Value::bulk(format!("{}.{:04}", scaled / 10_000, scaled % 10_000))
}

/// A coordinate as it is told: with as many as 17 places.
fn coordinate(call: &Call<'_>, degrees: f64) -> Value {
    let text = format!("{degrees:.17}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    let text = Bytes::from(if text == "-0" { "0" } else { text });
    if call.protocol() == 2 { Value::Bulk(text) } else { Value::DoubleText(text) }
}

fn coordinates(call: &Call<'_>, place: Place) -> Value {
    Value::Array(vec![coordinate(call, place.longitude), coordinate(call, place.latitude)])
}

/// `GEOADD key [NX | XX] [CH] longitude latitude member [longitude latitude member …]`
pub fn geoadd(call: &mut Call<'_>) -> Result<Value, Error> {
    let argv = call.argv;
    let is_option = |at: usize| call.is_word(at, "nx") || call.is_word(at, "xx") || call.is_word(at, "ch");
    let first = (2..argv.len()).find(|at| !is_option(*at)).unwrap_or(argv.len());
    let says = |word: &str| (2..first).any(|at| call.is_word(at, word));
    if !(argv.len() - first).is_multiple_of(3) || (says("nx") && says("xx")) {
        return Err(Error::Syntax);
    }
    let mut words = Vec::with_capacity(argv.len());
    words.push(Bytes::from("zadd"));
    words.extend_from_slice(&argv[1..first]);
    for at in (first..argv.len()).step_by(3) {
        let score = geohash::encode(place(call, at)?);
        words.push(Bytes::from_int(score as i64));
        words.push(argv[at + 2].clone());
    }
    // From here on it is a ZADD, for replicas too.
    let rewritten = Propagation::AsGiven;
    let mut inner = Call { argv: &words, engine: &mut *call.engine, host: &mut *call.host, rewritten, ..*call };
    let reply = zadd(&mut inner);
    let Call { dirty, work, extra_ns, .. } = inner;
    call.dirty = dirty;
    call.work = work;
    call.extra_ns = extra_ns;
    call.propagate_instead(vec![words]);
    reply
}

/// `GEOHASH key [member …]`
pub fn geohash(call: &mut Call<'_>) -> Result<Value, Error> {
    let places = places(call)?;
    let text = |place| Value::bulk(&geohash::text(place)[..]);
    Ok(Value::Array(places.into_iter().map(|place| place.map_or(Value::Null, text)).collect()))
}

/// `GEOPOS key [member …]`
pub fn geopos(call: &mut Call<'_>) -> Result<Value, Error> {
    let places = places(call)?;
    let told = places.into_iter().map(|place| place.map_or(Value::NullArray, |place| coordinates(call, place)));
    Ok(Value::Array(told.collect()))
}

/// Where the members named from the second argument on are.
fn places(call: &mut Call<'_>) -> Result<Vec<Option<Place>>, Error> {
    let members = &call.argv[2..];
    call.work += members.len() as u64;
    let set = read(call, call.arg(1))?;
    Ok(members.iter().map(|member| set.and_then(|set| set.score(member)).map(geohash::decode)).collect())
}

/// `GEODIST key member1 member2 [M | KM | FT | MI]`
pub fn geodist(call: &mut Call<'_>) -> Result<Value, Error> {
    let argv = call.argv;
    let metres = match argv.len() {
        4 => 1.0,
        5 => unit(call, 4)?,
        _ => return Err(Error::Syntax),
    };
    let Some(set) = read(call, &argv[1])? else {
        return Ok(Value::Null);
    };
    let (Some(one), Some(other)) = (set.score(&argv[2]), set.score(&argv[3])) else {
        return Ok(Value::Null);
    };
    Ok(distance_text(geohash::distance(geohash::decode(one), geohash::decode(other)) / metres))
}

/// The kinds of search.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Search {
    /// GEORADIUS: around a place.
    Radius,
    /// GEORADIUSBYMEMBER.
    RadiusByMember,
    /// GEOSEARCH and GEOSEARCHSTORE: all in options.
    Options,
}

/// What a search was asked for.
struct Query<'a> {
    centre: Option<Place>,
    /// The extent in the unit given, and that unit in metres.
    extent: Option<Extent>,
    metres: f64,
    with_distance: bool,
    with_hash: bool,
    with_coordinates: bool,
    any: bool,
    count: usize,
    descending: Option<bool>,
    store: Option<&'a Bytes>,
    store_distance: bool,
}

/// The place of a member of the set searched. A set that is not there has none, and the search goes on without.
fn member_place(set: Option<&SortedSetValue>, member: &Bytes) -> Result<Place, Error> {
    let Some(set) = set else {
        return Ok(Place::default());
    };
    let score = set.score(member).ok_or(Error::Text("ERR could not decode requested zset member"))?;
    Ok(geohash::decode(score))
}

/// The radius and unit at `at`.
fn circle(call: &Call<'_>, at: usize) -> Result<(Extent, f64), Error> {
    let radius = float(call, at, Error::Text("ERR need numeric radius"))?;
    if radius < 0.0 {
        return Err(Error::Text("ERR radius cannot be negative"));
    }
    Ok((Extent::Circle(radius), unit(call, at + 1)?))
}

/// The width, height and unit at `at`.
fn rectangle(call: &Call<'_>, at: usize) -> Result<(Extent, f64), Error> {
    let width = float(call, at, Error::Text("ERR need numeric width"))?;
    let height = float(call, at + 1, Error::Text("ERR need numeric height"))?;
    if height < 0.0 || width < 0.0 {
        return Err(Error::Text("ERR height or width cannot be negative"));
    }
    Ok((Extent::Box { width, height }, unit(call, at + 2)?))
}

/// Whether a result may be stored: `GEORADIUS_RO` and `GEORADIUSBYMEMBER_RO` take no STORE.
fn may_store(call: &Call<'_>) -> bool {
    !call.spec.name.ends_with("_ro")
}

fn parse<'a>(call: &Call<'a>, search: Search, set: Option<&SortedSetValue>) -> Result<Query<'a>, Error> {
    let argv = call.argv;
    let stores_always = call.spec.name == "geosearchstore";
    let by_options = search == Search::Options;
    let mut query = Query {
        centre: None,
        extent: None,
        metres: 1.0,
        with_distance: false,
        with_hash: false,
        with_coordinates: false,
        any: false,
        count: 0,
        descending: None,
        store: stores_always.then(|| &argv[1]),
        store_distance: false,
    };
    let mut at = match search {
        Search::Radius => {
            query.centre = Some(place(call, 2)?);
            let (extent, metres) = circle(call, 4)?;
            (query.extent, query.metres) = (Some(extent), metres);
            6
        }
        Search::RadiusByMember => {
            if set.is_some() {
                query.centre = Some(member_place(set, &argv[2])?);
                let (extent, metres) = circle(call, 3)?;
                (query.extent, query.metres) = (Some(extent), metres);
            }
            5
        }
        Search::Options => 2 + usize::from(stores_always),
    };
    let (mut from_member, mut from_place, mut by_radius, mut by_box) = (false, false, false, false);
    while at < argv.len() {
        let left = argv.len() - at - 1;
        let takes = match argv[at].to_ascii_lowercase().as_slice() {
            b"withdist" => {
                query.with_distance = true;
                0
            }
            b"withhash" => {
                query.with_hash = true;
                0
            }
            b"withcoord" => {
                query.with_coordinates = true;
                0
            }
            b"any" => {
                query.any = true;
                0
            }
            b"asc" => {
                query.descending = Some(false);
                0
            }
            b"desc" => {
                query.descending = Some(true);
                0
            }
            b"count" if left >= 1 => {
                let count = call.int(at + 1)?;
                if count <= 0 {
                    return Err(Error::Text("ERR COUNT must be > 0"));
                }
                query.count = usize::try_from(count).unwrap_or(usize::MAX);
                1
            }
            word @ (b"store" | b"storedist") if left >= 1 && !by_options && may_store(call) => {
                query.store = Some(&argv[at + 1]);
                query.store_distance = word == b"storedist";
                1
            }
            b"storedist" if stores_always => {
                query.store_distance = true;
                0
            }
            b"frommember" if left >= 1 && by_options && !from_place => {
                query.centre = Some(member_place(set, &argv[at + 1])?);
                from_member = true;
                1
            }
            b"fromlonlat" if left >= 2 && by_options && !from_member => {
                query.centre = Some(place(call, at + 1)?);
                from_place = true;
                2
            }
            b"byradius" if left >= 2 && by_options && !by_box => {
                let (extent, metres) = circle(call, at + 1)?;
                (query.extent, query.metres) = (Some(extent), metres);
                by_radius = true;
                2
            }
            b"bybox" if left >= 3 && by_options && !by_radius => {
                let (extent, metres) = rectangle(call, at + 1)?;
                (query.extent, query.metres) = (Some(extent), metres);
                by_box = true;
                3
            }
            _ => return Err(Error::Syntax),
        };
        at += 1 + takes;
    }
    if query.store.is_some() && (query.with_distance || query.with_hash || query.with_coordinates) {
        return Err(Error::Text(if stores_always {
            "ERR GEOSEARCHSTORE is not compatible with WITHDIST, WITHHASH and WITHCOORD options"
        } else {
            "ERR STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and WITHCOORD options"
        }));
    }
    if by_options && query.centre.is_none() {
        let text = "ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for ";
        return Err(Error::quoting(text, &argv[0], ""));
    }
    if by_options && query.extent.is_none() {
        let text = "ERR exactly one of BYRADIUS and BYBOX can be specified for ";
        return Err(Error::quoting(text, &argv[0], ""));
    }
    if query.any && query.count == 0 {
        return Err(Error::Text("ERR the ANY argument requires COUNT argument"));
    }
    Ok(query)
}

/// A member found.
#[derive(Clone)]
struct Found {
    member: Bytes,
    score: f64,
    place: Place,
    /// In metres.
    distance: f64,
}

/// The members inside, area by area; with `limit`, no more than so many. Answers too how many were looked at.
fn find(set: &SortedSetValue, shape: &Shape, limit: Option<usize>) -> (Vec<Found>, u64) {
    let mut found = Vec::new();
    let mut looked_at = 0;
    for cell in shape.cells() {
        let (min, max) = cell.scores();
        let (rank, count) = Bounds::Score(ScoreRange { min, max, above_min: false, below_max: true }).ranks(set);
        for item in set.walk(rank, false).take(count) {
            looked_at += 1;
            let place = geohash::decode(item.score);
            if let Some(distance) = shape.distance_inside(place) {
                found.push(Found { member: item.member.clone(), score: item.score, place, distance });
                if limit == Some(found.len()) {
                    return (found, looked_at);
                }
            }
        }
    }
    (found, looked_at)
}

fn search(call: &mut Call<'_>, kind: Search) -> Result<Value, Error> {
    let key = call.arg(1 + usize::from(call.spec.name == "geosearchstore"));
    // Held on to while the rest of the engine is used: a set that is there is copied only by who changes it.
    let set = match call.lookup_read(key) {
        Some(Data::SortedSet(value)) => Some(value.clone()),
        Some(_) => return Err(Error::WrongType),
        None => None,
    };
    let query = parse(call, kind, set.as_deref())?;
    let mut found = Vec::new();
    if let (Some(set), Some(centre), Some(extent)) = (&set, query.centre, query.extent) {
        let metres = query.metres;
        let extent = match extent {
            Extent::Circle(radius) => Extent::Circle(radius * metres),
            Extent::Box { width, height } => Extent::Box { width: width * metres, height: height * metres },
        };
        let (all, looked_at) = find(set, &Shape { centre, extent }, query.any.then_some(query.count));
        found = all;
        call.work += looked_at;
    }
    drop(set);
    // The nearest, if so many were asked for, whether they were asked for in order or not.
    let descending = query.descending.or((query.count > 0 && !query.any).then_some(false));
    let returned = if query.count > 0 { found.len().min(query.count) } else { found.len() };
    if let Some(descending) = descending {
        let compare = |one: &Found, other: &Found| {
            let order = one.distance.partial_cmp(&other.distance).unwrap_or(Ordering::Less);
            if descending { order.reverse() } else { order }
        };
        partial_sort(&mut found, 0..returned, &compare);
    }
    found.truncate(returned);
    match query.store {
        Some(target) => Ok(store(call, target, found, &query, kind)),
        None => Ok(Value::Array(found.into_iter().map(|found| reply(call, found, &query)).collect())),
    }
}

fn reply(call: &Call<'_>, found: Found, query: &Query<'_>) -> Value {
    let member = Value::Bulk(found.member);
    if !(query.with_distance || query.with_hash || query.with_coordinates) {
        return member;
    }
    let mut parts = vec![member];
    if query.with_distance {
        parts.push(distance_text(found.distance / query.metres));
    }
    if query.with_hash {
        parts.push(Value::Int(found.score as i64));
    }
    if query.with_coordinates {
        parts.push(coordinates(call, found.place));
    }
    Value::Array(parts)
}

fn store(call: &mut Call<'_>, target: &Bytes, found: Vec<Found>, query: &Query<'_>, kind: Search) -> Value {
    let count = found.len();
    if count == 0 {
        if call.delete_key(target) {
            call.touched(target);
            call.notify(EventClass::GENERIC, "del", target);
            call.dirty += 1;
        }
        return Value::Int(0);
    }
    let limits = Limits::of(&call.engine.config);
    let mut set = SortedSetValue::default();
    set.unpack();
    for item in found {
        let score = if query.store_distance { item.distance / query.metres } else { item.score };
        if set.score(&item.member).is_none() {
            set.insert(&item.member, score, limits);
        }
    }
    set.pack_if_small(limits);
    call.set_key(target, Data::SortedSet(set.into()), false);
    let event = if kind == Search::Options { "geosearchstore" } else { "georadiusstore" };
    call.notify(EventClass::ZSET, event, target);
    call.dirty += count as u64;
    Value::Int(count as i64)
}

/// `GEORADIUS key longitude latitude radius unit [options …] [STORE | STOREDIST key]`
pub fn georadius(call: &mut Call<'_>) -> Result<Value, Error> {
    search(call, Search::Radius)
}

/// `GEORADIUS_RO key longitude latitude radius unit [options …]`
pub fn georadius_ro(call: &mut Call<'_>) -> Result<Value, Error> {
    search(call, Search::Radius)
}

/// `GEORADIUSBYMEMBER key member radius unit [options …] [STORE | STOREDIST key]`
pub fn georadiusbymember(call: &mut Call<'_>) -> Result<Value, Error> {
    search(call, Search::RadiusByMember)
}

/// `GEORADIUSBYMEMBER_RO key member radius unit [options …]`
pub fn georadiusbymember_ro(call: &mut Call<'_>) -> Result<Value, Error> {
    search(call, Search::RadiusByMember)
}

/// `GEOSEARCH key FROMMEMBER member | FROMLONLAT longitude latitude BYRADIUS radius unit | BYBOX width height unit …`
pub fn geosearch(call: &mut Call<'_>) -> Result<Value, Error> {
    search(call, Search::Options)
}

/// `GEOSEARCHSTORE destination source … [STOREDIST]`
pub fn geosearchstore(call: &mut Call<'_>) -> Result<Value, Error> {
    search(call, Search::Options)
}
