//! What the options of commands mean, in our own words: a line for each word, and one for each command where the word
//! means something else.
//!
//! One text, as pointers to many compress badly. Start with [`meaning`].

/// `WORD meaning`, or `command WORD meaning` where the word means that in this command (or in all whose name begins so).
/// What is said of a command goes before what is said of the word alone.
const MEANINGS: &str = "\
set NX only if the key is not there
set XX only if the key is there
set GET answer the old value
expire NX only if the key has no time to live
expire XX only if the key has a time to live
expire GT only if it ends later than now set
expire LT only if it ends earlier than now set
pexpire NX only if the key has no time to live
pexpire XX only if the key has a time to live
pexpire GT only if it ends later than now set
pexpire LT only if it ends earlier than now set
NX only add members, change none
XX only change members, add none
GT change a score only upwards
LT change a score only downwards
CH count what changed, not only what was added
INCR add to the score, as ZINCRBY does
EX time to live in seconds
PX time to live in milliseconds
EXAT end of life as Unix time in seconds
PXAT end of life as Unix time in milliseconds
KEEPTTL keep the time to live that it has
PERSIST take the time to live away
copy DB into the database with this number
copy REPLACE overwrite the destination
restore REPLACE overwrite the key
migrate REPLACE overwrite keys at the target
migrate COPY leave the keys here too
migrate KEYS several keys, after an empty key
migrate AUTH password at the target
migrate AUTH2 user name and password at the target
function REPLACE overwrite a library of that name
ABSTTL the time to live is a Unix time in milliseconds
IDLETIME seconds since its last use (LRU)
FREQ its counter of uses (LFU)
xadd MAXLEN keep about (~) or exactly (=) this many entries
xtrim MAXLEN keep about (~) or exactly (=) this many entries
= exactly so many
~ about so many: whole blocks only, which costs less
* an ID made by the server: the time and a number
$ the last entry there is
MINID drop entries with smaller IDs
lpos MAXLEN compare at most this many elements; 0: all
lpos RANK begin with the nth match; negative: from the tail
lpos COUNT answer this many matches; 0: all
lmpop COUNT pop up to this many elements
blmpop COUNT pop up to this many elements
zmpop COUNT pop up to this many members
bzmpop COUNT pop up to this many members
geo COUNT at most this many, the nearest
ANY the first that are found, not the nearest
scan COUNT about how many keys to look at in one call
hscan COUNT about how many fields to look at in one call
sscan COUNT about how many members to look at in one call
zscan COUNT about how many members to look at in one call
COUNT at most this many
MATCH only what matches the pattern
scan TYPE only keys of this type
client TYPE only connections of this kind
client ID only this connection, or these
lcs LEN answer the length alone
IDX answer where the matches are
MINMATCHLEN leave out matches that are shorter
WITHMATCHLEN the length of each match too
xadd LIMIT with ~: look at no more than this many entries
xtrim LIMIT with ~: look at no more than this many entries
sintercard LIMIT stop counting there; 0: never
zintercard LIMIT stop counting there; 0: never
LIMIT skip offset of them, answer count; a negative count is all
M metres
KM kilometres
FT feet
MI miles
sort ASC smallest first
sort DESC largest first
ASC nearest first
DESC farthest first
sort BY sort by the value at this key; * is the element
sort GET answer the value at this key; * is the element, # itself
ALPHA compare as text, not as numbers
sort STORE keep the answer in a list
STORE keep the members found in a sorted set
geosearchstore STOREDIST the score is the distance
STOREDIST keep the members found, distances as scores
WITHSCORES the scores too
WITHVALUES the values too
WITHCOORD longitude and latitude too
WITHDIST the distance too
WITHHASH the 52-bit geohash too
FROMMEMBER around a member
FROMLONLAT around longitude and latitude
BYRADIUS within a circle
BYBOX within a rectangle
linsert BEFORE on the side of the head
linsert AFTER on the side of the tail
LEFT at the head
RIGHT at the tail
zmpop MIN lowest scores first
zmpop MAX highest scores first
bzmpop MIN lowest scores first
bzmpop MAX highest scores first
WEIGHTS multiply each set's scores by its weight
AGGREGATE how the scores of one member are put together
SUM added
MIN the smallest
MAX the largest
BYSCORE the range is of scores; ( leaves the end out
BYLEX the range is of names, [ with the end, ( without
REV from the highest down
BYTE positions are bytes
BIT positions are bits
bitfield GET read a number of this type
bitfield SET write a number, answer the old one
bitfield INCRBY add to a number, answer the new one
OVERFLOW what a number does that grows too large
WRAP begin again at the other end
SAT stay at the limit
bitfield FAIL leave it, answer nil
NOMKSTREAM only if the stream is there
MKSTREAM make the stream if it is not there
ENTRIESREAD how many entries the group has read, for its lag
ENTRIESADDED how many entries were ever added
MAXDELETEDID the largest ID ever deleted
JUSTID answer the IDs alone, count no delivery
xclaim IDLE set the time since delivery, in milliseconds
xclaim FORCE also what is not pending for anybody
IDLE only what was delivered that many milliseconds ago
xclaim TIME set the moment of delivery, Unix milliseconds
RETRYCOUNT set how often it was delivered
LASTID move the group's last ID up to this
BLOCK wait that many milliseconds for entries; 0: for ever
STREAMS the keys, then an ID for each; > is what is new, $ the end
xreadgroup GROUP the group, and the consumer who reads
NOACK do not keep what is read as pending
FULL everything: entries, groups, consumers, what is pending
ASYNC free the memory in the background
SYNC free the memory at once
cluster FORCE without the primary's consent
TAKEOVER without anybody's vote
HARD forget the identity and epochs too
SOFT forget slots and other nodes
IMPORTING the slot is coming from that node
MIGRATING the slot is going to that node
cluster NODE the slot belongs to that node
STABLE the slot neither comes nor goes
NORMAL ordinary clients
MASTER the link to the primary
REPLICA replicas
SLAVE replicas
PUBSUB subscribed clients
USER of this ACL user
ADDR with this address and port
LADDR connected to this local address and port
SKIPME spare the one who asks, YES or NO
WRITE hold writes back alone
ALL hold everything back
reply ON answer as usual
reply OFF answer nothing from now on
SKIP do not answer the next command
ON on
OFF off
YES yes
caching NO no
REDIRECT send invalidations to that connection
PREFIX only keys that begin so
BCAST tell of all keys with the prefixes, read or not
OPTIN track only after CLIENT CACHING YES
OPTOUT track unless CLIENT CACHING NO
NOLOOP not of one's own changes
unblock TIMEOUT as if its time had run out
unblock ERROR with an error
hello AUTH user name and password
SETNAME a name for the connection
APPEND add to the libraries there are
FLUSH delete the libraries there are first
LIBRARYNAME only libraries of such a name
WITHCODE the source too
SCHEDULE later, if another save is under way
FILTERBY only some commands
MODULE of this module
ACLCAT of this ACL category
PATTERN with names that match
failover TO to this replica
failover FORCE promote it even if it is not in step when time runs out
failover ABORT give up a failover under way
failover TIMEOUT milliseconds to wait for the replica
VERSION which picture
SAMPLES elements looked at for an estimate; 0: all
CONFIG a parameter of the module
ARGS arguments for the module
NOSAVE without saving
SAVE save first
NOW without waiting for replicas
shutdown FORCE even if saving fails
shutdown ABORT call off a shutdown under way
acl RESET empty the log
debug YES forked: changes are rolled back
debug SYNC not forked: the server waits, changes stay
debug NO no debugging
replicaof NO with ONE: a primary again
slaveof NO with ONE: a primary again
ONE of NO ONE: a primary again
";

/// What an option of a command means. The command's name is that of the table: `client|kill`.
pub fn meaning(command: &str, option: &str) -> Option<&'static str> {
    let mut general = None;
    for line in MEANINGS.lines() {
        let (first, rest) = line.split_once(' ')?;
        if first == option {
            general = general.or(Some(rest));
        } else if first.starts_with(|c: char| c.is_ascii_lowercase())
            && let Some(meaning) = rest.strip_prefix(option).and_then(|rest| rest.strip_prefix(' '))
            && command.split('|').any(|part| part.starts_with(first))
        {
            return Some(meaning);
        }
    }
    general
}
