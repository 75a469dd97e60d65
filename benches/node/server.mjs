// The engine for JavaScript: typed calls and batches over the one text that crosses into WebAssembly and back.

/** Reads replies as `run` of src/lib.rs writes them. */
class Replies {
  constructor(text) {
    this.parts = text.split("\0");
    this.at = 0;
  }

  next() {
    const part = this.parts[this.at++];
    switch (part.charCodeAt(0)) {
      case 36: // $
        return part.slice(1);
      case 58: // :
        return Number(part.slice(1));
      case 95: // _
        return null;
      case 45: // -
        return new Error(part.slice(1));
      default: {
        const items = [];
        for (let left = Number(part.slice(1)); left > 0; left -= 1) items.push(this.next());
        return items;
      }
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
  let text = "";
  for (const words of commands) text += text === "" ? one(words) : `\0${one(words)}`;
  const replies = new Replies(server.run(text));
  return commands.map(() => replies.next());
}
