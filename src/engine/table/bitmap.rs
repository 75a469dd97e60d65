//! Bits of strings. Facts of Redis 7.0.15; the words are ours.

use crate::engine::commands;

rows! {
    {
        "bitcount" -2, Bitmap, "2.6.0", "O(N)";
        "Count the bits that are 1";
        flags READONLY;
        acl READ BITMAP SLOW;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        args "k0:key index(i:start i:end index_unit<BYTE BIT>?@7.0.0)?";
        run commands::bitmap::bitcount;
    }
    {
        "bitfield" -2, Bitmap, "3.2.0", "O(N) in subcommands";
        "Read and change integers of any width inside a string";
        flags WRITE DENYOOM;
        acl WRITE BITMAP SLOW;
        keys 1 1 1: [READ_WRITE ACCESS UPDATE VARIABLE_FLAGS; at 1; "Reads with GET, changes with SET and INCRBY"];
        finder bitfield;
        args "k0:key operation<encoding_offset=GET(encoding i:offset) write(wrap_sat_fail=OVERFLOW<WRAP SAT \
              FAIL>? write_operation<encoding_offset_value=SET(encoding i:offset i:value) \
              encoding_offset_increment=INCRBY(encoding i:offset i:increment)>)>?*";
        run commands::bitmap::bitfield;
    }
    {
        "bitfield_ro" -2, Bitmap, "6.0.0", "O(N) in subcommands";
        "Read integers of any width inside a string";
        flags READONLY FAST;
        acl READ BITMAP FAST;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        args "k0:key encoding_offset=GET(encoding i:offset)?*+";
        run commands::bitmap::bitfield_ro;
    }
    {
        "bitop" -4, Bitmap, "2.6.0", "O(N)";
        "Combine strings bit by bit into a new one";
        flags WRITE DENYOOM;
        acl WRITE BITMAP SLOW;
        keys 2 -1 1: [OVERWRITE UPDATE; at 2] [READ_ONLY ACCESS; at 3 to -1 step 1];
        args "operation k0:destkey k1:key*";
        run commands::bitmap::bitop;
    }
    {
        "bitpos" -3, Bitmap, "2.8.7", "O(N)";
        "Find the first bit that is 0, or 1";
        flags READONLY;
        acl READ BITMAP SLOW;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        args "k0:key i:bit index(i:start end_index(i:end index_unit<BYTE BIT>?@7.0.0)?)?";
        run commands::bitmap::bitpos;
    }
    {
        "getbit" 3, Bitmap, "2.2.0", "O(1)";
        "Read one bit";
        flags READONLY FAST;
        acl READ BITMAP FAST;
        keys 1 1 1: [READ_ONLY ACCESS; at 1];
        args "k0:key i:offset";
        run commands::bitmap::getbit;
    }
    {
        "setbit" 4, Bitmap, "2.2.0", "O(1)";
        "Set or clear one bit and answer its old value";
        flags WRITE DENYOOM;
        acl WRITE BITMAP SLOW;
        keys 1 1 1: [READ_WRITE ACCESS UPDATE; at 1];
        args "k0:key i:offset i:value";
        run commands::bitmap::setbit;
    }
}
