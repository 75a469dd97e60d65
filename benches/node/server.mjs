// The engine for JavaScript: typed calls and batches over the one text that crosses into WebAssembly and back.

/** Reads replies as `run` of src/lib.rs writes them. */
class Replies {
  constructor(text) {
    this.parts = text.split("\0");
    this.at = 0;
  }

  next() {
    const part = this.parts[this.at];
    this.at += 1;
    const text = part.slice(1);
    switch (part[0]) {
      case "$":
        return text;
      case ":":
        return Number(text);
      case "_":
        return null;
      case "-":
        return new Error(text);
      default:
        return Array.from({ length: Number(text) }, () => this.next());
    }
  }
}

const one = (words) => `${words.length}\0${words.join("\0")}`;

/** One command; throws what Redis answers as an error. Words hold no zero byte. */
export function call(server, words) {
  const reply = new Replies(server.run(one(words))).next();
  if (reply instanceof Error) throw reply;
  return reply;
}

/** Several commands; an array of their replies, errors among them as `Error`. */
export function batch(server, commands) {
  const replies = new Replies(server.run(commands.map(one).join("\0")));
  return commands.map(() => replies.next());
}
