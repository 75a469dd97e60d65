//! Places. Facts of Redis 7.0.15; the words are ours.

use crate::engine::commands;

rows! {
    {
        "geoadd" -5, Geo, "3.2.0", "O(log(N)) a member";
        "Add places with longitude and latitude";
        flags WRITE DENYOOM;
        acl WRITE GEO SLOW;
        keys 1 1 1: [READ_WRITE UPDATE; at 1];
        args "k0:key condition<NX XX>?@6.2.0 t:change=CH?@6.2.0 longitude_latitude_member(d:longitude \
              d:latitude member)*";
        run commands::geo::geoadd;
    }
    {
        "geodist" -4, Geo, "3.2.0", "O(log(N))";
        "Measure the distance between two places";
        flags READONLY;
        acl READ GEO SLOW;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        args "k0:key member1 member2 unit<M KM FT MI>?";
        run commands::geo::geodist;
    }
    {
        "geohash" -2, Geo, "3.2.0", "O(log(N)) a member";
        "Answer the geohash text of places";
        flags READONLY;
        acl READ GEO SLOW;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        args "k0:key member*";
        run commands::geo::geohash;
    }
    {
        "geopos" -2, Geo, "3.2.0", "O(N)";
        "Answer longitude and latitude of places";
        flags READONLY;
        acl READ GEO SLOW;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        args "k0:key member*";
        run commands::geo::geopos;
    }
    {
        "georadius" -6, Geo, "3.2.0", "O(N+log(M))";
        "Find places within a radius of a point";
        flags WRITE DENYOOM MOVABLE_KEYS;
        acl WRITE GEO SLOW;
        keys 1 1 1: [READ_ONLY ACCESS; at 1] [OVERWRITE UPDATE; after "STORE" 6] [OVERWRITE UPDATE; after "STOREDIST" 6];
        finder georadius;
        deprecated "6.2.0" "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` argument";
        args "k0:key d:longitude d:latitude d:radius unit<M KM FT MI> WITHCOORD? WITHDIST? WITHHASH? \
              count(i:count=COUNT ANY?@6.2.0)? order<ASC DESC>? k1:key=STORE? k2:key=STOREDIST?";
        run commands::geo::georadius;
    }
    {
        "georadius_ro" -6, Geo, "3.2.10", "O(N+log(M))";
        "Find places within a radius of a point, without storing";
        flags READONLY;
        acl READ GEO SLOW;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        deprecated "6.2.0" "`GEOSEARCH` with the `BYRADIUS` argument";
        args "k0:key d:longitude d:latitude d:radius unit<M KM FT MI> WITHCOORD? WITHDIST? WITHHASH? \
              count(i:count=COUNT ANY?@6.2.0)? order<ASC DESC>?";
        run commands::geo::georadius_ro;
    }
    {
        "georadiusbymember" -5, Geo, "3.2.0", "O(N+log(M))";
        "Find places within a radius of another place";
        flags WRITE DENYOOM MOVABLE_KEYS;
        acl WRITE GEO SLOW;
        keys 1 1 1: [READ_ONLY ACCESS; at 1] [OVERWRITE UPDATE; after "STORE" 5] [OVERWRITE UPDATE; after "STOREDIST" 5];
        finder georadius;
        deprecated "6.2.0" "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` and `FROMMEMBER` arguments";
        args "k0:key member d:radius unit<M KM FT MI> WITHCOORD? WITHDIST? WITHHASH? count(i:count=COUNT ANY?)? \
              order<ASC DESC>? k1:key=STORE? k2:key=STOREDIST?";
        run commands::geo::georadiusbymember;
    }
    {
        "georadiusbymember_ro" -5, Geo, "3.2.10", "O(N+log(M))";
        "Find places within a radius of another, without storing";
        flags READONLY;
        acl READ GEO SLOW;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        deprecated "6.2.0" "`GEOSEARCH` with the `BYRADIUS` and `FROMMEMBER` arguments";
        args "k0:key member d:radius unit<M KM FT MI> WITHCOORD? WITHDIST? WITHHASH? count(i:count=COUNT ANY?)? \
              order<ASC DESC>?";
        run commands::geo::georadiusbymember_ro;
    }
    {
        "geosearch" -7, Geo, "6.2.0", "O(N+log(M))";
        "Find places within a circle or a box";
        flags READONLY;
        acl READ GEO SLOW;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        args "k0:key from<member=FROMMEMBER longitude_latitude=FROMLONLAT(d:longitude d:latitude)> \
              by<circle(d:radius=BYRADIUS unit<M KM FT MI>) box(d:width=BYBOX d:height unit<M KM FT MI>)> \
              order<ASC DESC>? count(i:count=COUNT ANY?)? WITHCOORD? WITHDIST? WITHHASH?";
        run commands::geo::geosearch;
    }
    {
        "geosearchstore" -8, Geo, "6.2.0", "O(N+log(M))";
        "Store the places found within a circle or a box";
        flags WRITE DENYOOM;
        acl WRITE GEO SLOW;
        keys 1 2 1: [OVERWRITE UPDATE; at 1] [READ_ONLY ACCESS; at 2];
        args "k0:destination k1:source from<member=FROMMEMBER longitude_latitude=FROMLONLAT(d:longitude \
              d:latitude)> by<circle(d:radius=BYRADIUS unit<M KM FT MI>) box(d:width=BYBOX d:height unit<M KM \
              FT MI>)> order<ASC DESC>? count(i:count=COUNT ANY?)? STOREDIST?";
        run commands::geo::geosearchstore;
    }
}
