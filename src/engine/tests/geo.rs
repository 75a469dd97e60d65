//! The geo group. Replies were taken from a real 7.0.15.

use crate::engine::testing::Server;
use crate::resp::encode;

const SICILY: &str = "GEOADD Sicily 13.361389 38.115556 Palermo 15.087269 37.502669 Catania";

#[test]
fn places_are_scores_of_a_sorted_set() {
    Server::new(false).check(&[
        (SICILY, ":2"),
        ("TYPE Sicily", "+zset"),
        ("ZRANGE Sicily 0 -1", "[\"Palermo\", \"Catania\"]"),
        ("GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 200 km WITHHASH", SCORES),
        ("GEODIST Sicily Palermo Catania", "\"166274.1516\""),
        ("GEODIST Sicily Palermo Catania km", "\"166.2742\""),
        ("GEODIST Sicily Palermo Catania MI", "\"103.3182\""),
        ("GEODIST Sicily Palermo nobody", "nil"),
        ("GEODIST Sicily Palermo Palermo", "\"0.0000\""),
        ("GEODIST missing a b", "nil"),
        ("GEODIST Sicily Palermo Catania parsec", BAD_UNIT),
        ("GEODIST Sicily Palermo Catania km x", "-ERR syntax error"),
        ("GEOHASH Sicily Palermo nobody Catania", "[\"sqc8b49rny0\", nil, \"sqdtr74hyu0\"]"),
        ("GEOPOS Sicily Palermo nobody", "[[\"13.36138933897018433\", \"38.11555639549629859\"], nil-array]"),
        ("GEOPOS Sicily", "[]"),
        ("GEOHASH missing a", "[nil]"),
        ("GEOADD Sicily NX 0 0 Palermo", ":0"),
        ("GEOADD Sicily XX CH 0 0 Palermo 1 1 Rome", ":1"),
        ("GEOPOS Sicily Palermo", "[[\"0.00000268220901489\", \"0.00000126736058093\"]]"),
        ("GEOADD Sicily NX XX 0 0 Palermo", "-ERR syntax error"),
        ("GEOADD Sicily 0 0 Palermo 1", "-ERR syntax error"),
        ("GEOADD Sicily 181 0 a", "-ERR invalid longitude,latitude pair 181.000000,0.000000"),
        ("GEOADD Sicily 0 -86.5 a", "-ERR invalid longitude,latitude pair 0.000000,-86.500000"),
        ("GEOADD Sicily x 0 a", "-ERR value is not a valid float"),
        ("SET s v", "+OK"),
        ("GEOADD s 0 0 a", WRONG),
        ("GEOPOS s a", WRONG),
        ("GEOSEARCH s x x x x x", WRONG),
    ]);
}

const SCORES: &str = "[[\"Palermo\", :3479099956230698], [\"Catania\", :3479447370796909]]";
const BAD_UNIT: &str = "-ERR unsupported unit provided. please use M, KM, FT, MI";
const WRONG: &str = "-WRONGTYPE Operation against a key holding the wrong kind of value";

#[test]
fn searches_take_their_options_and_say_what_is_wrong_with_them() {
    Server::new(false).check(&[
        (SICILY, ":2"),
        ("GEORADIUS Sicily 15 37 200 km", "[\"Palermo\", \"Catania\"]"),
        ("GEORADIUS Sicily 15 37 200 km ASC", "[\"Catania\", \"Palermo\"]"),
        ("GEORADIUS Sicily 15 37 200 km COUNT 1", "[\"Catania\"]"),
        ("GEORADIUS Sicily 15 37 200 km COUNT 1 ANY", "[\"Palermo\"]"),
        ("GEORADIUS Sicily 15 37 100 km WITHDIST WITHHASH WITHCOORD", ALL_OF_CATANIA),
        ("GEORADIUSBYMEMBER Sicily Palermo 200 km DESC WITHDIST", FROM_PALERMO),
        ("GEOSEARCH Sicily FROMLONLAT 15 37 BYBOX 400 400 km ASC", "[\"Catania\", \"Palermo\"]"),
        ("GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS 1 m", "[\"Palermo\"]"),
        ("GEORADIUSBYMEMBER Sicily nobody 1 m", "-ERR could not decode requested zset member"),
        ("GEORADIUSBYMEMBER missing nobody x y", "[]"),
        ("GEORADIUS missing 0 0 1 m", "[]"),
        ("GEORADIUS Sicily 15 37 x km", "-ERR need numeric radius"),
        ("GEORADIUS Sicily 15 37 -1 km", "-ERR radius cannot be negative"),
        ("GEORADIUS Sicily 15 37 1 lm", BAD_UNIT),
        ("GEORADIUS Sicily 15 37 1 km COUNT 0", "-ERR COUNT must be > 0"),
        ("GEORADIUS Sicily 15 37 1 km COUNT", "-ERR syntax error"),
        ("GEORADIUS Sicily 15 37 1 km ANY", "-ERR the ANY argument requires COUNT argument"),
        ("GEORADIUS_RO Sicily 15 37 1 km STORE t", "-ERR syntax error"),
        ("GEORADIUS Sicily 15 37 1 km STORE t WITHDIST", NO_OPTIONS),
        ("GEOSEARCHSTORE t Sicily FROMLONLAT 15 37 BYRADIUS 1 km WITHDIST", NO_OPTIONS_TO_STORE),
        ("GEOSEARCH Sicily FROMLONLAT 15 37 FROMMEMBER Palermo BYRADIUS 1 m", "-ERR syntax error"),
        ("GEOSEARCH Sicily BYRADIUS 1 km COUNT 3 ASC", FROM_WHERE),
        ("GeoSearch Sicily FROMLONLAT 15 37 ASC COUNT 3", HOW_FAR),
        ("GEOSEARCH Sicily FROMLONLAT 15 37 BYBOX -1 1 km", "-ERR height or width cannot be negative"),
        ("GEOSEARCH Sicily FROMLONLAT 15 37 BYBOX x 1 km", "-ERR need numeric width"),
        ("GEOSEARCH Sicily FROMLONLAT 15 37 BYBOX 1 x km", "-ERR need numeric height"),
        ("GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 200 km STOREDIST", "-ERR syntax error"),
    ]);
}

const ALL_OF_CATANIA: &str =
    "[[\"Catania\", \"56.4413\", :3479447370796909, [\"15.08726745843887329\", \"37.50266842333162032\"]]]";
const FROM_PALERMO: &str = "[[\"Catania\", \"166.2742\"], [\"Palermo\", \"0.0000\"]]";
const NO_OPTIONS: &str =
    "-ERR STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and WITHCOORD options";
const NO_OPTIONS_TO_STORE: &str = "-ERR GEOSEARCHSTORE is not compatible with WITHDIST, WITHHASH and WITHCOORD options";
const FROM_WHERE: &str = "-ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for GEOSEARCH";
const HOW_FAR: &str = "-ERR exactly one of BYRADIUS and BYBOX can be specified for GeoSearch";

#[test]
fn what_is_found_can_be_stored() {
    let mut server = Server::new(false);
    server.check(&[
        (SICILY, ":2"),
        ("GEORADIUS Sicily 15 37 200 km STORE t", ":2"),
        ("GEOSEARCH t FROMLONLAT 15 37 BYRADIUS 200 km WITHHASH", SCORES),
        ("OBJECT ENCODING t", "\"listpack\""),
        ("GEOSEARCHSTORE t Sicily FROMLONLAT 15 37 BYRADIUS 100 km STOREDIST", ":1"),
        ("ZRANGEBYSCORE t 56.44125787015 56.44125787016", "[\"Catania\"]"),
        ("GEOSEARCHSTORE t Sicily FROMLONLAT 0 0 BYRADIUS 1 km", ":0"),
        ("EXISTS t", ":0"),
        ("GEORADIUS missing 0 0 1 km STORE Sicily", ":0"),
        ("EXISTS Sicily", ":0"),
    ]);
    assert_eq!(
        server.effects(),
        [
            "zadd Sicily 3479099956230698 Palermo 3479447370796909 Catania",
            "GEORADIUS Sicily 15 37 200 km STORE t",
            "GEOSEARCHSTORE t Sicily FROMLONLAT 15 37 BYRADIUS 100 km STOREDIST",
            "GEOSEARCHSTORE t Sicily FROMLONLAT 0 0 BYRADIUS 1 km",
            "GEORADIUS missing 0 0 1 km STORE Sicily",
        ]
    );
    server.run(SICILY);
    server.effects();
    server.run(SICILY);
    assert!(server.effects().is_empty());
}

#[test]
fn resp3_has_coordinates_as_doubles_of_all_their_digits() {
    let mut server = Server::new(false);
    server.run(SICILY);
    server.run("HELLO 3");
    let mut wire = Vec::new();
    encode(&server.value("GEOPOS Sicily Palermo"), 3, &mut wire);
    assert_eq!(wire, b"*1\r\n*2\r\n,13.36138933897018433\r\n,38.11555639549629859\r\n");
}
