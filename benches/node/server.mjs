// The engine for JavaScript: typed calls and batches, over numbers and text that cross into WebAssembly and back in bulk.

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A word up to this length is copied here, character by character: the browser's own way takes longer to begin. */
const SHORT_WORD = 48;
/** So is the text of all replies together. */
const SHORT_TEXT = 192;

/** A server of `glue`, which is what wasm-bindgen made of src/lib.rs. */
export class Client {
  constructor(glue) {
    this.memory = glue.all_memory();
    this.server = new glue.Server();
    this.replies = new Replies();
    this.makeRoom(1024, 16384);
  }

  /** One command; throws what Redis answers as an error. */
  call(words) {
    this.begin();
    this.say(words);
    const replies = this.run();
    const isError = replies.isError();
    const reply = replies.next();
    if (isError) throw reply;
    return reply;
  }

  /** Several commands; an array of their replies, errors among them as `Error`. */
  batch(commands) {
    const count = commands.length;
    this.begin();
    for (let at = 0; at < count; at += 1) this.say(commands[at]);
    const replies = this.run();
    const all = new Array(count);
    for (let at = 0; at < count; at += 1) all[at] = replies.next();
    return all;
  }

  free() {
    this.server.free();
  }

  begin() {
    if (this.bytes.length === 0) this.look();
    this.saidHeads = 0;
    this.saidText = 0;
  }

  /** Adds a command to what is to be run. */
  say(words) {
    const count = words.length;
    if (this.saidHeads + count >= this.headRoom) this.makeRoom(2 * (this.headRoom + count), this.textRoom);
    let at = this.saidHeads;
    let to = this.saidText;
    this.heads[at++] = count;
    for (let n = 0; n < count; n += 1) {
      const word = words[n];
      const length = word.length;
      // A character is at most three bytes.
      if (to + 3 * length > this.textRoom) this.makeRoom(this.headRoom, 2 * (this.textRoom + 3 * length));
      const text = this.text;
      let all = 0;
      if (length <= SHORT_WORD) {
        for (let k = 0; k < length; k += 1) {
          const code = word.charCodeAt(k);
          all |= code;
          text[to + k] = code;
        }
      }
      const written = length <= SHORT_WORD && all < 128 ? length : encoder.encodeInto(word, text.subarray(to)).written;
      this.heads[at++] = written;
      to += written;
    }
    this.saidHeads = at;
    this.saidText = to;
  }

  run() {
    const found = this.server.run(this.saidHeads) >> 2;
    if (this.bytes.length === 0) this.look();
    this.replies.begin(this.numbers, this.bytes, found);
    return this.replies;
  }

  /** Makes room for so many numbers and so many bytes of what is said; what has been said stays. */
  makeRoom(heads, text) {
    this.headRoom = heads;
    this.textRoom = text;
    this.server.make_room(heads, text);
    this.look();
  }

  /** Looks at the memory anew: what was seen of it is void when it has grown. */
  look() {
    const buffer = this.memory.buffer;
    this.heads = new Uint32Array(buffer, this.server.heads(), this.headRoom);
    this.text = new Uint8Array(buffer, this.server.text(), this.textRoom);
    this.numbers = new Int32Array(buffer);
    this.bytes = new Uint8Array(buffer);
  }
}

/** Reads replies as `Replies` of src/lib.rs writes them, one after the other. */
class Replies {
  /** `found`: where in `numbers` it says where they are. */
  begin(numbers, bytes, found) {
    this.numbers = numbers;
    this.bytes = bytes;
    this.at = numbers[found] >> 2;
    this.from = numbers[found + 1];
    const length = numbers[found + 2];
    // All of it at once, if each byte is a character and there is enough of it.
    this.text = length > SHORT_TEXT ? decoder.decode(bytes.subarray(this.from, this.from + length)) : "";
    this.start = this.from;
    this.isPlain = length >= 0;
  }

  /** Whether the next one is an error. */
  isError() {
    return (this.numbers[this.at] & 7) === 5;
  }

  next() {
    const head = this.numbers[this.at++];
    const number = head >> 3;
    switch (head & 7) {
      case 0:
        return this.take(number);
      case 1:
        return number;
      case 2:
        return Number(this.take(number));
      case 3:
        return null;
      case 4: {
        const items = new Array(number);
        for (let at = 0; at < number; at += 1) items[at] = this.next();
        return items;
      }
      default:
        return new Error(this.take(number));
    }
  }

  take(length) {
    const from = this.from;
    const end = from + length;
    this.from = end;
    if (this.text !== "") return this.text.substring(from - this.start, end - this.start);
    const bytes = this.bytes;
    if (!this.isPlain) return decoder.decode(bytes.subarray(from, end));
    let text = "";
    let b = from;
    for (; b + 8 <= end; b += 8) {
      text += String.fromCharCode(
        bytes[b],
        bytes[b + 1],
        bytes[b + 2],
        bytes[b + 3],
        bytes[b + 4],
        bytes[b + 5],
        bytes[b + 6],
        bytes[b + 7],
      );
    }
    for (; b + 4 <= end; b += 4) text += String.fromCharCode(bytes[b], bytes[b + 1], bytes[b + 2], bytes[b + 3]);
    for (; b < end; b += 1) text += String.fromCharCode(bytes[b]);
    return text;
  }
}
