// The engine for JavaScript: typed calls and batches, over numbers and text that cross into WebAssembly and back in bulk.

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A server of `glue`, which is what wasm-bindgen made of src/lib.rs. */
export class Client {
  constructor(glue) {
    this.memory = glue.all_memory();
    this.server = new glue.Server();
    this.textRoom = 0;
    this.headRoom = 0;
    this.makeRoom(1024, 16384);
  }

  /** One command; throws what Redis answers as an error. */
  call(words) {
    this.begin(words.length + 1);
    const reply = this.run(this.say(words, 0)).next();
    if (reply instanceof Error) throw reply;
    return reply;
  }

  /** Several commands; an array of their replies, errors among them as `Error`. */
  batch(commands) {
    let heads = 0;
    for (let at = 0; at < commands.length; at += 1) heads += commands[at].length + 1;
    this.begin(heads);
    heads = 0;
    for (let at = 0; at < commands.length; at += 1) heads = this.say(commands[at], heads);
    const replies = this.run(heads);
    const all = [];
    for (let at = 0; at < commands.length; at += 1) all.push(replies.next());
    return all;
  }

  free() {
    this.server.free();
  }

  begin(heads) {
    if (heads > this.headRoom) this.makeRoom(heads * 2, this.textRoom);
    else if (this.heads.length === 0) this.look();
    this.said = "";
  }

  /** Adds a command to what is to be run; `at` is how many numbers there are already, and the answer how many then. */
  say(words, at) {
    const heads = this.heads;
    let said = this.said;
    heads[at++] = words.length;
    for (let n = 0; n < words.length; n += 1) {
      const word = words[n];
      heads[at++] = word.length;
      said += word;
    }
    this.said = said;
    return at;
  }

  run(heads) {
    // A character is at most three bytes.
    if (this.said.length * 3 > this.textRoom) this.makeRoom(this.headRoom, this.said.length * 6);
    const { written } = encoder.encodeInto(this.said, this.text);
    if (written !== this.said.length) this.spell(heads);
    const length = this.server.run(heads);
    return new Replies(this, length);
  }

  /** Writes what was said once more, word by word: some characters are longer than a byte, and lengths are in bytes. */
  spell(heads) {
    let [from, to] = [0, 0];
    for (let at = 0; at < heads; ) {
      for (let left = this.heads[at++]; left > 0; left -= 1) {
        const word = this.said.slice(from, (from += this.heads[at]));
        to += this.heads[at++] = encoder.encodeInto(word, this.text.subarray(to)).written;
      }
    }
  }

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

/** Reads replies as `Replies` of src/lib.rs writes them. */
class Replies {
  constructor(client, length) {
    if (client.numbers.length === 0) client.look();
    this.heads = client.numbers;
    this.at = client.server.reply_heads() >> 2;
    this.from = 0;
    this.text = "";
    this.bytes = null;
    if (length !== 0) {
      const start = client.server.reply_text();
      const bytes = client.bytes.subarray(start, start + Math.abs(length));
      if (length > 0) this.text = decoder.decode(bytes);
      else this.bytes = bytes;
    }
  }

  next() {
    const head = this.heads[this.at++];
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
        const items = [];
        for (let left = number; left > 0; left -= 1) items.push(this.next());
        return items;
      }
      default:
        return new Error(this.take(number));
    }
  }

  take(length) {
    const from = this.from;
    this.from += length;
    if (this.bytes === null) return this.text.substring(from, this.from);
    return decoder.decode(this.bytes.subarray(from, this.from));
  }
}
